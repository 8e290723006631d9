"""The day: one sentence, four figures, what waits for a hand."""

import pytest

from server.services import practices
from tests.people import LAMBIOTTE, OUCHENE, PIRSON
from tests.webui.shop import Shop
from tests.world import DELPORTE, World


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def test_an_empty_day_says_so_and_offers_a_session(shop: Shop) -> None:
    page = shop.get("today/")
    assert "Aucune séance notée aujourd’hui." in page
    assert "La journée est vide" in page
    assert "Rien n’attend votre main." in page
    assert 'data-key="F9"' not in page


def test_the_sentence_counts_the_day_and_says_what_is_next(shop: Shop) -> None:
    shop.world.visit(OUCHENE, copay_collected="2,50", payment_means="CASH")
    shop.world.visit(LAMBIOTTE)
    page = shop.get("today/")
    assert "2 séances faites, 67,76\u00a0€. 1 lot peut être scellé, 59,01\u00a0€." in page
    assert "encaissé auprès des patients 2,50\u00a0€" in page
    assert "Clôturer la journée" in page


def test_a_blocked_session_is_a_notice_with_the_button_that_mends_it(shop: Shop) -> None:
    series = shop.world.open_series(OUCHENE, agreed=False)
    shop.world.visit(OUCHENE)
    page = shop.get("today/")
    assert "1 séance attend votre main" in page
    assert "Saisir l’accord" in page
    assert f"series/{series}#agreement" in page


def test_at_most_three_blocked_sessions_are_on_the_home(shop: Shop) -> None:
    for person in (OUCHENE, LAMBIOTTE, PIRSON):
        shop.world.open_series(person, agreed=False)
        shop.world.visit(person)
    series = shop.world.series[OUCHENE]
    shop.world.clock.advance(days=1)
    shop.world.visit(OUCHENE)
    assert series
    assert "et 1 autre séance bloquée" in shop.get("today/")


def test_a_practice_without_its_numbers_is_told_before_the_evening(shop: Shop) -> None:
    practices.amend(shop.world.desk, DELPORTE | {"iban": ""})
    page = shop.get("today/")
    assert "La fiche du cabinet n’est pas complète." in page
    assert "options/#practice" in page
