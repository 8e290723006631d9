"""`besace demo --country fr`: a Breton practice, its people and the cards on its desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.app import demo
from server.app.demo_france import FrenchDemo
from server.app.demo_practice import PASSPHRASE
from server.app.program import Program
from server.app.sentences import Speech
from server.core.country import Country
from server.services import patients
from tests.app.waiting import until
from webui.i18n import catalogue


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[FrenchDemo]:
    made = FrenchDemo(tmp_path)
    made.program.start()
    made.program.gate.unlock(made.program.gate.users()[0].id, PASSPHRASE)
    yield made
    made.program.stop()


def card(demo: FrenchDemo, name: str) -> str:
    return next(number for number, printed in demo.cards() if name in printed)


def test_a_vitale_card_of_the_desk_opens_the_file_of_its_patient(opened: FrenchDemo) -> None:
    desk, hands = opened.program.cabinet.desk(), opened.program.hands
    assert desk.country is Country.FRANCE and desk.practice.demo and hands
    opened.insert(card(opened, "Casanova"))
    patient = until(lambda: hands.holder)
    file = patients.open_file(opened.program.cabinet.desk(), patient)
    assert file.nir == "2 92 03 2A 999 907 37" and not file.patient.draft
    opened.remove()
    until(lambda: not hands.holder)
    opened.insert(card(opened, "Nolwenn"))
    stranger = until(lambda: hands.holder)
    assert patients.open_file(opened.program.cabinet.desk(), stranger).patient.draft


def test_a_card_of_two_asks_who_is_there_and_the_kines_own_is_left_alone(
    opened: FrenchDemo,
) -> None:
    hands = opened.program.hands
    assert hands
    before = patients.count(opened.program.cabinet.desk())
    opened.insert(card(opened, "CPS"))
    opened.insert(card(opened, "Kervella"))  # read after the other: nothing was kept of that one
    until(lambda: hands.holder)
    assert patients.count(opened.program.cabinet.desk()) == before
    opened.insert(card(opened, "Jade"))
    assert until(lambda: hands.family) and len(opened.cards()) == 9


def test_nights_pass_and_the_cable_comes_out_without_anybody_at_the_other_end(
    opened: FrenchDemo,
) -> None:
    today = opened.program.cabinet.desk().today
    opened.answer_now()
    opened.next_morning()
    assert opened.program.cabinet.desk().today > today
    opened.pull_cable(cut=True)
    assert not opened.online and opened.passphrase == PASSPHRASE


def test_the_command_opens_the_country_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names: list[str] = []

    def show(program: Program, *rest: object, **more: object) -> int:
        names.append(program.cabinet.logins()[0].name)
        return 0

    monkeypatch.setattr(demo, "show", show)
    assert demo.open_demo(Speech(catalogue("fr_FR")), window=False, hours=1, country="fr") == 0
    assert names == ["Maël LE GOFF"]
