"""A series: opened, agreed, counted; what blocks its sessions leads to the panel that mends it."""

import pytest

from tests.people import OUCHENE, agreement_number
from tests.webui.shop import Shop
from tests.world import World


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def opened(shop: Shop, **typed: str) -> str:
    """Open a series through the form and return the page it leads to."""
    patient = shop.world.patient(OUCHENE)
    form = {
        "category": "COMMON_1", "place": "HOME", "rx_date": "25/02/2026",
        "prescriber": "19990116004", "prescriber_name": "Dr Anne Willems", "max_sessions": "18",
        "start_date": "02/03/2026",
    }  # fmt: skip
    return shop.follow(f"series/of/{patient}/new", **(form | typed))


def test_a_series_opens_from_a_typed_prescription(shop: Shop) -> None:
    page = opened(shop)
    assert "La prochaine séance est la n°\u00a01, le patient paiera 2,50\u00a0€." in page
    assert "Dr Anne Willems" in page
    assert "0/18" in page


def test_the_form_offers_known_prescribers_and_tells_every_fault(shop: Shop) -> None:
    opened(shop)
    patient = shop.world.ids[OUCHENE]
    assert '<option value="19990116004">Dr Anne Willems</option>' in shop.get(
        f"series/of/{patient}/new"
    )
    answer = shop.post(f"series/of/{patient}/new", category="COMMON_1", place="MOON")
    assert answer.status_code == 422
    for field in ("rx_date", "prescriber", "max_sessions", "place"):
        assert f'id="d-{field}"' in answer.text


def test_sessions_said_to_be_received_elsewhere_are_counted_apart(shop: Shop) -> None:
    page = opened(shop, declared="4")
    assert "4/18" in page
    assert "ici 0 · ailleurs 0 · déclarées 4" in page


@pytest.mark.scenario("BE-10")
def test_a_session_without_agreement_waits_and_the_agreement_frees_it(shop: Shop) -> None:
    opened(shop)
    series = str(shop.world.sql("select id from treatment"))
    shop.follow(f"sessions/of/{series}", payment_means="CASH", copay_collected="2,50")
    page = shop.get(f"series/{series}")
    assert "Bloquée" in page
    assert "Cette série n’a pas encore de numéro d’accord" in page
    assert f'href="{shop.door.root}series/{series}#agreement"' in page
    after = shop.follow(
        f"series/{series}/agreement", number=agreement_number(1), valid_from="01/03/2026"
    )
    assert "Prête à facturer" in after
    assert "n’a pas encore de numéro" not in after


def test_a_wrong_agreement_number_is_told_under_its_field(shop: Shop) -> None:
    opened(shop)
    series = str(shop.world.sql("select id from treatment"))
    answer = shop.post(f"series/{series}/agreement", number="12345678901234567890", valid_from="x")
    assert answer.status_code == 422
    assert 'id="d-number">Ce numéro d’accord n’est pas valable' in answer.text
    assert 'id="d-valid_from">Ce n’est pas une date' in answer.text


def test_a_new_prescription_is_linked_to_the_series(shop: Shop) -> None:
    opened(shop)
    series = str(shop.world.sql("select id from treatment"))
    page = shop.follow(
        f"series/{series}/prescription", rx_date="01/03/2026", prescriber="19990215580",
        prescriber_name="Dr Paul Ernst", max_sessions="9",
    )  # fmt: skip
    assert "Dr Paul Ernst" in page
    assert "0/9" in page
