"""Options: the practice's facts, its tariffs, its roots, its language."""

from io import BytesIO

import pytest

from server.services import practices
from tests.webui.shop import Shop
from tests.world import DELPORTE, World


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def test_a_complete_practice_says_its_lots_can_leave(shop: Shop) -> None:
    page = shop.get("options/")
    assert "Le cabinet est complet" in page
    assert "BE67999000001787" in page


def test_what_is_missing_is_listed_with_links_to_the_fields(shop: Shop) -> None:
    practices.amend(shop.world.desk, DELPORTE | {"iban": "", "bic": ""})
    page = shop.get("options/")
    assert "Il manque 2 réponses" in page
    assert 'href="#f-iban"' in page
    assert 'href="#f-bic"' in page


def test_every_fault_of_the_practice_card_is_told(shop: Shop) -> None:
    answer = shop.post(
        "options/practice", **(DELPORTE | {"iban": "BE00", "phone": "x", "bic": "?"})
    )
    assert answer.status_code == 422
    for field in ("iban", "phone", "bic"):
        assert f'id="d-{field}"' in answer.text
    assert shop.world.sql("select iban from practice") == "BE67999000001787"


def test_the_practice_card_is_kept(shop: Shop) -> None:
    page = shop.follow("options/practice", **(DELPORTE | {"city": "Seraing"}))
    assert 'value="Seraing"' in page


def test_tariffs_are_shown_with_their_periods_and_what_is_invented(shop: Shop) -> None:
    page = shop.get("options/")
    assert "tarif fictif de démonstration" in page
    assert "be_tariff:2026-01-01" in page


def test_a_real_practice_is_told_that_no_tariff_covers_today(real_world: World) -> None:
    page = Shop(real_world).get("options/")
    assert "aucun tarif ne couvre aujourd’hui" in page
    assert "Aucun tarif ne couvre le 02/03/2026." in page


def test_a_root_that_is_no_certificate_is_refused_in_words(shop: Shop) -> None:
    answer = shop.client.post(
        f"{shop.door.root}options/root",
        data={"page_token": shop.door.page_token, "root": (BytesIO(b"hello"), "root.pem")},
    )
    assert answer.status_code == 422
    assert "Ce fichier n’est pas un certificat" in answer.text


@pytest.mark.parametrize("what", ["root", "tariff"])
def test_a_form_without_its_file_says_so(shop: Shop, what: str) -> None:
    answer = shop.post(f"options/{what}")
    assert answer.status_code == 422
    assert "Aucun fichier n’a été choisi" in answer.text


def test_the_language_of_the_screens_changes_at_once(shop: Shop) -> None:
    assert "Opties" in shop.follow("options/language", locale="nl")
