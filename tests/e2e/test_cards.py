"""Cards as they come and go before the kiné's eyes: cut short, swapped, two at once."""

import pytest
from playwright.sync_api import expect

from hardware.fake_eid import EidCard
from hardware.fakes import Faults, FaultyCard
from server.app.demo_people import PEOPLE
from server.store.rows import value
from tests.e2e.kine import Kine

pytestmark = pytest.mark.e2e
MARC, OTHER = PEOPLE[1].person, PEOPLE[2].person
_KNOWN_BY = 8  # commands after which it is known whose card it is


def _opens_listening(kine: Kine) -> None:
    """Come in, and wait until the page hears what passes: that is not said twice."""
    with kine.page.expect_response(lambda answer: "/events" in answer.url):
        kine.opens()


def _cut_short(kine: Kine) -> None:
    _opens_listening(kine)
    card = FaultyCard(EidCard(MARC), Faults(pull_after=_KNOWN_BY))
    kine.demo.reader.insert(card)
    kine.sees("La carte est sortie avant la fin de la lecture. Remettez-la")


def _readings(kine: Kine) -> int:
    db = kine.demo.program.cabinet.desk().db
    return int(str(value(db, "select count(*) from card_read")))


@pytest.mark.scenario("H-09")
def test_a_card_pulled_too_early_is_said_and_read_by_itself_when_it_is_back(kine: Kine) -> None:
    _cut_short(kine)
    assert _readings(kine) == 0
    kine.demo.reader.insert(MARC)
    kine.reads(f"{MARC.first_names} {MARC.last_name.upper()}")
    assert _readings(kine) == 1


@pytest.mark.scenario("H-09")
def test_another_card_after_a_reading_cut_short_is_refused_with_both_numbers(kine: Kine) -> None:
    _cut_short(kine)
    kine.demo.reader.insert(OTHER)
    kine.sees(f"La lecture de la carte {MARC.card_number} a été coupée")
    kine.sees(f"c’est la carte {OTHER.card_number} qui est là")
    assert _readings(kine) == 0
    kine.demo.reader.remove()
    kine.demo.reader.insert(OTHER)
    kine.reads(f"{OTHER.first_names} {OTHER.last_name.upper()}")


def test_two_cards_in_two_readers_ask_which(kine: Kine) -> None:
    _opens_listening(kine)
    second = "Besace Demo Reader 00 01"
    scard = kine.demo.reader.scard
    scard.add_reader(second)
    kine.demo.reader.insert(MARC)
    kine.reads(f"{MARC.first_names} {MARC.last_name.upper()}")
    scard.insert(second, EidCard(OTHER))
    kine.sees("2 cartes d’identité sont dans les lecteurs. Pour qui travaillez-vous ?")
    expect(kine.page.locator("#lamp")).to_contain_text("2 cartes : laquelle ?")
    name = f"{OTHER.first_names} {OTHER.last_name.upper()}"
    kine.page.locator("#card-note").get_by_role("link", name=name).click()
    kine.reads(name)
    scard.insert(second, None)
    expect(kine.page.locator("#lamp")).to_contain_text(MARC.last_name.upper())
