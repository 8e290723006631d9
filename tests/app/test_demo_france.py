"""`besace demo --country fr`: a Breton practice, its people and the cards on its desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.app import demo
from server.app.demo_france import FrenchDemo
from server.app.demo_practice import PASSPHRASE
from server.app.program import Program
from server.app.sentences import Speech
from server.core.care import Source
from server.core.country import Country
from server.countries.france.rights import Kind
from server.services import (
    covers,
    french_billing,
    french_invoices,
    french_invoicing,
    french_rights,
    french_series,
    french_visits,
    patients,
)
from tests.app.visitor import Visitor
from tests.app.waiting import until
from webui.i18n import catalogue
from webui.rights_reading import ReadingState


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[FrenchDemo]:
    made = FrenchDemo(tmp_path)
    made.program.start()
    made.program.gate.unlock(made.program.gate.users()[0].id, PASSPHRASE)
    yield made
    made.program.stop()
    made.end()


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


def read(opened: FrenchDemo, patient: str, pin: str = "1234") -> ReadingState:
    """Read the card in the reader through the simulated component, and wait for what it brought."""
    control = opened.program.france and opened.program.france.rights
    assert control
    control.read(patient, pin)
    until(lambda: not control.state.running)
    return control.state


def test_the_rights_of_the_card_in_the_reader_are_read_through_the_component(
    opened: FrenchDemo,
) -> None:
    hands = opened.program.hands
    assert hands
    opened.insert(card(opened, "Marchand"))
    patient = until(lambda: hands.holder)
    state = read(opened, patient)
    assert (state.rights, state.covers, state.problem, state.simulated) == (2, 1, "", True)
    desk = opened.program.cabinet.desk()
    known = french_rights.on(desk, patient, desk.today)
    assert known.insured and known.insured.said.source is Source.CARD
    assert known.kinds() == {Kind.ALD} and known.organism == "012910000"
    [cover] = covers.of(desk, patient).of_card
    assert (cover.row.number, cover.row.member) == ("0799900010", "A0099")


@pytest.mark.scenario("F-07")
def test_c2s_on_the_card_is_proposed_by_itself(opened: FrenchDemo) -> None:
    """D4: group 107 bears 99999997 with the indicator 62."""
    hands = opened.program.hands
    assert hands
    opened.insert(card(opened, "Ben Amar"))
    patient = until(lambda: hands.holder)
    assert read(opened, patient).covers == 1
    counts = covers.of(opened.program.cabinet.desk(), patient).counts
    assert counts and counts.whole and counts.row.indicator == "62"


def test_what_keeps_from_reading_is_told_and_nothing_is_kept(opened: FrenchDemo) -> None:
    desk = opened.program.cabinet.desk
    meyer = patients.search(desk(), "meyer")[0].id
    before = len(french_rights.said(desk(), meyer))
    assert read(opened, meyer).problem == "no_vitale"
    opened.insert(card(opened, "Marchand"))
    assert read(opened, meyer).problem == "not_on_card"
    wrong = read(opened, meyer, "0000")
    assert (wrong.problem, wrong.tries) == ("wrong_pin", 2)
    assert len(french_rights.said(desk(), meyer)) == before
    opened.insert(card(opened, "Jade"))
    assert read(opened, meyer).rights == 1
    opened.program.gate.lock()
    assert opened.program.france is None


def test_the_leaf_of_rights_asks_for_the_code_and_says_the_service_is_simulated(
    tmp_path: Path,
) -> None:
    made = FrenchDemo(tmp_path)
    visitor = Visitor(made.program.start())
    try:
        visitor.post("unlock", user=visitor.user(), passphrase=PASSPHRASE)
        desk, france = made.program.cabinet.desk, made.program.france
        control = france.rights if france else None
        assert control
        meyer, garrec = (patients.search(desk(), name)[0].id for name in ("meyer", "garrec"))
        visitor.get(f"rights/{meyer}")
        assert "service simulé" in visitor.text and 'type="password"' in visitor.text
        made.insert(card(made, "Jade"))
        visitor.post(f"rights/{meyer}/read", pin="1234")
        until(lambda: not control.state.running)
        visitor.get(f"rights/{meyer}")
        assert "1 droits et 1 complémentaires" in visitor.text and "lu sur la carte" in visitor.text
        visitor.get(f"rights/{garrec}")
        assert "notés avec l’heure" not in visitor.text
    finally:
        visitor.close()
        made.program.stop()
        made.end()


def test_who_opens_the_demo_finds_work_to_do(tmp_path: Path) -> None:
    made = FrenchDemo(tmp_path, furnished=True)
    try:
        made.program.cabinet.unlock(made.program.gate.users()[0].id, PASSPHRASE)
        desk = made.program.cabinet.desk()
        (marchand,) = patients.search(desk, "Marchand")
        (held,) = french_series.of_patient(desk, marchand.id)
        session = french_visits.record(desk, held.treatment.id, {})
        french_invoicing.decide(desk, session, {"tp_amo": "1", "tp_amc": "1"})
        choice = french_billing.choice_of(desk, session)
        assert choice and choice.convention  # it was there, and the one formula of the attestation
        assert (choice.row.amo, choice.row.amc, choice.row.formula) == (True, True, "052")
        (back,) = patients.search(desk, "Meyer Louis")
        (spine,) = french_series.of_patient(desk, back.id)
        assert spine.count and spine.count.next_rank == 14 and spine.count.warns
        (waiting,) = french_invoices.refused_waiting(desk)
        assert waiting.patient.id == back.id and waiting.reject
        assert waiting.reject.why == "COVER" and waiting.chosen and waiting.chosen.amc
    finally:
        made.program.stop()
        made.end()


def test_the_card_in_a_phone_gives_dated_rights_of_its_own_source(tmp_path: Path) -> None:
    made = FrenchDemo(tmp_path)
    visitor = Visitor(made.program.start())
    try:
        visitor.post("unlock", user=visitor.user(), passphrase=PASSPHRASE)
        desk, france = made.program.cabinet.desk, made.program.france
        control = france.rights if france else None
        assert control
        meyer, petrov = (patients.search(desk(), name)[0].id for name in ("meyer", "petrov"))
        visitor.get(f"rights/{meyer}")
        assert "Lire l’e-carte (ApCV)" in visitor.text and "service simulé" in visitor.text
        visitor.post(f"rights/{meyer}/phone")
        until(lambda: not control.state.running)
        visitor.get(f"rights/{meyer}")
        assert (
            "carte Vitale sur téléphone, aujourd’hui"
            in visitor.text.partition('id="now"')[2].partition('id="adri"')[0]
        )
        known = french_rights.on(desk(), meyer, desk().today)
        assert known.insured and known.insured.said.source is Source.APCV
        [cover] = covers.of(desk(), meyer).of_card
        assert cover.row.source is Source.APCV
        visitor.post(f"rights/{petrov}/phone")
        visitor.get(f"rights/{petrov}")
        assert "Aucun code n’a été montré" in visitor.text
        made.pull_cable(cut=True)
        until(lambda: made.program.post is not None and not made.program.post.state.online)
        visitor.post(f"rights/{meyer}/phone")
        until(lambda: not control.state.running)
        visitor.get(f"rights/{meyer}")
        assert "ne peut être vérifié qu’avec une ligne" in visitor.text
    finally:
        visitor.close()
        made.program.stop()
        made.end()
