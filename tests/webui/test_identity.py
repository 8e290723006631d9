"""The proof of identity on the screen: the share of chips, and a card that could not be read."""

import pytest

from server.services import identity
from tests.people import OUCHENE
from tests.webui.shop import Shop
from tests.world import World

BY_HAND = {"medium": "1", "serial": "592012345678", "manual_reason": "3"}


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


@pytest.fixture
def visit(shop: Shop) -> str:
    return f"sessions/of/{shop.world.open_series(OUCHENE)}"


def test_the_first_screen_tells_the_share_of_chips_and_what_is_missing(
    shop: Shop, visit: str
) -> None:
    assert "Cartes lues" not in shop.get("today/")
    shop.world.visit(OUCHENE)
    page = shop.get("today/")
    assert "Cartes lues, trimestre" in page
    assert "0 sur 1, il en manque 1 pour 90" in page


def test_an_identity_noted_by_hand_is_told_until_its_session_takes_it(
    shop: Shop, visit: str
) -> None:
    assert "Carte non lue" in shop.get(visit)
    assert shop.post(f"{visit}/identity", **BY_HAND).status_code == 303
    page = shop.get(visit)
    assert "Identité notée à la main à" in page
    assert "Carte non lue" not in page
    kept = shop.world.visit(OUCHENE)
    assert "Identité notée à la main" in shop.get(f"sessions/{kept}")


def test_what_is_missing_is_told_beside_its_field(shop: Shop, visit: str) -> None:
    answer = shop.post(f"{visit}/identity", medium="1", serial="12")
    assert answer.status_code == 422
    assert "Le numéro imprimé sur la carte a 12 chiffres." in answer.text
    assert "Choisissez pourquoi la puce n’a pas été lue." in answer.text
    assert '<details id="identity" open' in answer.text
    assert identity.waiting(
        shop.world.desk, shop.world.patient(OUCHENE), shop.world.desk.today
    ) is None  # fmt: skip
