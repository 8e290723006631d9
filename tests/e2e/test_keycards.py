"""A code tried at the screen, wrong twice: nothing is tried by itself, and the day goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from server.app.clocks import ShiftedClock
from server.app.demo import Demo
from server.app.demo_people import STAFF
from server.core.cards import CardKind
from server.services import agenda, patients, sessions, treatments
from tests.e2e.kine import DayBegun, Kine
from tests.hardware.keytokens import CODE, OTHER_CODE, CountedCard, KeyToken, make_token

pytestmark = pytest.mark.e2e


@pytest.fixture
def token(tmp_path: Path) -> KeyToken:
    return make_token(CardKind.EID, tmp_path / "eid")


@pytest.fixture
def kine(token: KeyToken, tmp_path: Path, page: Page) -> Iterator[Kine]:
    """A demo practice whose reader asks for codes itself."""
    (tmp_path / "demo").mkdir()
    made = Demo(tmp_path / "demo", ShiftedClock(DayBegun()), token.library)
    (token.folder / "reader").write_text(made.reader.name)
    made.reader.insert(CountedCard(STAFF[0], token))
    yield Kine(page, made)
    made.program.stop()
    made.simulator.stop()


def button(kine: Kine, words: str) -> None:
    kine.reaches(kine.page.get_by_role("button", name=words))


def records_a_session(kine: Kine) -> None:
    """Work that needs no card goes on beside it."""
    desk = kine.demo.program.cabinet.desk()
    patient = patients.search(desk, "ouchene")[0].id
    series = treatments.of_patient(desk, patient)[0].treatment.id
    sessions.record(desk, series, {"copay_collected": "0,00", "payment_means": "CASH"})
    assert len(agenda.of_day(desk, desk.today)) == 1


@pytest.mark.scenario("H-11")
def test_two_wrong_codes_leave_a_last_try_that_nobody_makes_by_accident(
    kine: Kine, token: KeyToken
) -> None:
    kine.opens()
    kine.reads("Aucune séance notée aujourd’hui.")
    kine.page.goto(kine.page.url.partition("today/")[0] + "options/card-code/")
    kine.reads("Le code d’une carte")
    kine.sees("3 essais restants")
    token.types(OTHER_CODE)
    kine.press("F2")
    kine.sees("Ce code n’est pas le bon. 2 essais restants.")
    kine.press("F2")
    kine.sees("Ce code n’est pas le bon. 1 essai restant.")
    kine.sees("Un code faux de plus bloque la carte.")
    kine.press("F2")  # no key makes the last try
    records_a_session(kine)
    assert token.tries == 1
    token.types(CODE)
    kine.reaches(kine.page.locator("[name=last_too]"))
    kine.press("Space")
    button(kine, "Faire le dernier essai")
    kine.press("Enter")
    kine.sees("Le code est bon : la carte l’a prouvé.")
    expect(kine.page.locator("body")).not_to_contain_text(CODE)
