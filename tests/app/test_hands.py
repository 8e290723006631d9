"""Cards through the whole program: in a demo practice and in a real one, at the right moment."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from hardware.demo_reader import DemoReader
from hardware.fake_ca import Authority, new_authority
from hardware.fake_eid import EidCard
from hardware.fake_eid_files import Quirks
from hardware.fake_person import Person
from hardware.fake_vitale import CpsSlot, OnCard, VitaleCard
from hardware.fakes import Faults, FaultyCard
from hardware.ports import CardFailed, CardInserted, CardProblem, CardRemoved
from server.app.demo import Demo
from server.app.demo_people import PEOPLE
from server.app.hands import noted
from server.app.program import Program
from server.core.cards import Proof
from server.core.errors import NotFound
from server.services import cards, roots
from server.store import events
from server.store.rows import value
from tests.app.waiting import until
from tests.world import PASSPHRASE, World
from webui.i18n import catalogue
from webui.readers import ReaderState

OUCHENE = PEOPLE[0].person
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Told = list[tuple[str, str]]


@pytest.fixture(scope="module")
def state() -> Authority:
    """A fabricated authority that stands in for a State's."""
    return new_authority("STATE FOR A TEST")


@pytest.fixture
def real(real_world: World, program_on: Callable[..., Program]) -> Program:
    """The program on a real practice, unlocked."""
    real_world.cabinet.prove()
    real_world.cabinet.lock()
    program = program_on(real_world.folder)
    program.gate.unlock(program.gate.users()[0].id, PASSPHRASE)
    return program


def listen(program: Program, monkeypatch: pytest.MonkeyPatch) -> Told:
    """Hear what is published from now on."""
    told: Told = []
    assert program.hands
    monkeypatch.setattr(program.hands, "_tell", lambda kind, data: told.append((kind, data)))
    return told


def holder(program: Program) -> str:
    """Wait for the patient of the card in the reader."""
    hands = program.hands
    assert hands
    return until(lambda: hands.holder)


def patients_held(program: Program) -> Any:
    return value(program.cabinet.desk().db, "select count(*) from patient")


def test_a_demo_card_is_refused_by_a_real_practice_and_drafts_nobody(
    real: Program, reader: DemoReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, before = listen(real, monkeypatch), patients_held(real)
    reader.insert(OUCHENE)
    assert until(lambda: ("card.failed", "card.demo_card") in told)
    assert patients_held(real) == before
    assert real.hands
    assert real.hands.holder == ""
    last = events.since(real.cabinet.desk().db, 0)[-1]
    assert (last.kind, last.ref) == ("card.refused", "demo_card")
    assert "card.done" not in dict(told)


def test_a_card_of_a_root_the_practice_loaded_is_verified(
    real: Program, reader: DemoReader, state: Authority
) -> None:
    roots.load(real.cabinet.desk(), state.root)
    reader.insert(EidCard(OUCHENE, authority=state))
    patient = holder(real)
    reading = cards.reading_today(real.cabinet.desk(), patient)
    assert reading
    assert Proof(reading.proof) is Proof.VERIFIED


def test_without_its_root_a_card_is_read_but_not_verified_and_a_remark_says_so(
    real: Program, reader: DemoReader, state: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listen(real, monkeypatch)
    reader.insert(EidCard(OUCHENE, authority=state))
    patient = holder(real)
    reading = cards.reading_today(real.cabinet.desk(), patient)
    assert reading
    assert Proof(reading.proof) is Proof.UNVERIFIED
    assert catalogue("fr_BE").say("state.proof.UNVERIFIED") == "Non vérifiée"
    assert ("card.done", patient) in told
    assert until(lambda: ("card.remark", "card.no_root") in told)


def test_a_card_that_contradicts_the_file_is_remarked(
    opened: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listen(opened.program, monkeypatch)
    other = Person(
        niss=OUCHENE.niss, last_name="Autrement", first_names="Fatima",
        birth_date=OUCHENE.birth_date, sex="F", street="Rue A 1", postcode="4130",
        municipality="Esneux",
    )  # fmt: skip
    opened.reader.insert(other)
    assert until(lambda: ("card.remark", "card.moved card.contradicts") in told)


def test_a_card_put_in_while_locked_opens_nothing_then_its_file_at_unlock(opened: Demo) -> None:
    program = opened.program
    program.gate.lock()
    opened.insert("0")
    assert program.hands is None
    program.gate.unlock(program.gate.users()[0].id, opened.passphrase)
    assert holder(program)


def test_a_card_read_at_the_moment_of_locking_is_told_and_not_kept(
    opened: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listen(opened.program, monkeypatch)
    opened.program.cabinet.lock()  # the cabinet alone: the readers have not heard of it yet
    opened.insert("0")
    assert until(lambda: ("card.failed", "card.locked") in told)


def test_a_card_pulled_in_mid_read_gives_its_sentence(
    opened: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listen(opened.program, monkeypatch)
    opened.reader.insert(FaultyCard(EidCard(OUCHENE), Faults(pull_after=6)))
    assert until(lambda: ("card.failed", "card.pulled") in told)
    opened.remove()
    opened.insert("0")
    assert holder(opened.program)


def test_that_a_card_went_too_early_is_said_until_the_next_comes_in_either_order() -> None:
    went, failed = CardRemoved("R"), CardFailed("R", CardProblem.PULLED)
    for order in ((went, failed), (failed, went)):
        state = ReaderState(readers=("R",))
        for event in order:
            state = noted(state, event, NOW)
        assert state.failure == "card.pulled"
        assert not noted(state, CardInserted("R", None), NOW).failure
    other = noted(ReaderState(), CardFailed("R", CardProblem.MUTE), NOW)
    assert not noted(other, went, NOW).failure


def test_readers_that_come_and_go_are_announced(
    opened: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listen(opened.program, monkeypatch)
    opened.reader.scard.add_reader("Second Reader 00 00")
    assert until(lambda: ("reader.added", "") in told)


def test_a_forged_card_is_refused_with_its_reason(
    real: Program, reader: DemoReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listen(real, monkeypatch)
    reader.insert(EidCard(OUCHENE, quirks=Quirks(wrong_identity_signature=True)))
    assert until(lambda: ("card.failed", "card.forged") in told)
    assert "card.done" not in dict(told)


def test_all_that_is_odd_about_a_card_is_said_at_once(
    opened: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listen(opened.program, monkeypatch)
    opened.reader.insert(replace(OUCHENE, valid_to=date(2024, 1, 1)))
    assert until(lambda: ("card.remark", "card.validity_backwards card.expired") in told)


def test_what_is_odd_about_a_card_is_remarked(
    opened: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listen(opened.program, monkeypatch)
    opened.reader.insert(replace(OUCHENE, valid_to=date(2025, 1, 1)))
    assert until(lambda: ("card.remark", "card.expired") in told)
    assert [kind for kind, data in told].count("card.done") == 1
    assert len(set(told)) == len(told)


LOIC = OnCard("MARTIN", "LOÏC", "19700701", "170076799990730")
MAEL = OnCard("MARTIN", "MAËL", "20151401", "170076799990730")


@pytest.fixture
def french(french_world: World, program_on: Callable[..., Program]) -> Program:
    """The program on a demo practice of France, unlocked."""
    french_world.cabinet.prove()
    french_world.cabinet.lock()
    program = program_on(french_world.folder)
    program.gate.unlock(program.gate.users()[0].id, PASSPHRASE)
    return program


def test_a_vitale_of_one_person_opens_its_file_and_says_what_it_is_good_for(
    french: Program, reader: DemoReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listen(french, monkeypatch)
    reader.insert(VitaleCard([LOIC]))
    patient = holder(french)
    assert until(lambda: ("card.remark", "card.vitale_public") in told)
    assert ("card.done", patient) in told
    reader.remove()
    assert french.hands
    assert until(lambda: french.hands and french.hands.family is None)
    reader.insert(VitaleCard([LOIC]))
    assert holder(french) == patient
    assert told.count(("card.remark", "card.vitale_public")) == 1


def test_a_vitale_of_a_family_asks_who_is_there_and_opens_that_file(
    french: Program, reader: DemoReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, before = listen(french, monkeypatch), patients_held(french)
    reader.insert(VitaleCard([LOIC, MAEL]))
    assert until(lambda: ("card.choice", "") in told)
    assert patients_held(french) == before
    hands = french.hands
    assert hands
    assert hands.holder == ""
    patient = hands.choose(1)
    assert (hands.holder, patients_held(french)) == (patient, before + 1)
    with pytest.raises(NotFound):
        hands.choose(2)
    reader.remove()
    assert until(lambda: hands.family is None)
    with pytest.raises(NotFound):
        hands.choose(0)
    reader.insert(VitaleCard([LOIC, MAEL]))
    assert holder(french) == patient  # the only one of the card who is known here


@pytest.mark.scenario("H-09")
def test_a_vitale_pulled_in_mid_read_drafts_nobody_and_is_read_when_it_comes_back(
    french: Program, reader: DemoReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, before = listen(french, monkeypatch), patients_held(french)
    reader.insert(FaultyCard(VitaleCard([LOIC]), Faults(pull_after=5)))
    assert until(lambda: ("card.failed", "card.pulled") in told)
    assert patients_held(french) == before
    reader.remove()
    reader.insert(VitaleCard([LOIC]))
    assert holder(french)
    assert catalogue("fr_FR").has("card.pulled")


def test_m6_a_card_cut_short_drafts_nobody(
    french: Program, reader: DemoReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, before = listen(french, monkeypatch), patients_held(french)
    card = VitaleCard([LOIC, MAEL])
    card.files = {name: content[:-9] for name, content in card.files.items()}
    reader.insert(card)
    assert until(lambda: ("card.failed", "card.unreadable") in told)
    assert patients_held(french) == before
    assert french.hands and french.hands.family is None and french.hands.holder == ""


def test_a_professional_s_card_is_left_alone_on_any_desk(
    opened: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listen(opened.program, monkeypatch)
    cps = CpsSlot()
    opened.reader.insert(cps)
    assert until(lambda: ("card.inserted", "") in told)
    opened.insert("0")
    assert until(lambda: "card.done" in dict(told))
    assert cps.asked == 0
    assert "card.failed" not in dict(told)


def test_a_vitale_on_a_belgian_desk_is_refused_in_the_words_of_belgium(
    opened: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listen(opened.program, monkeypatch)
    opened.reader.insert(VitaleCard([LOIC, MAEL]))
    assert until(lambda: ("card.failed", "card.foreign_card") in told)
    assert "Vitale" not in catalogue("fr_BE").say("card.foreign_card")


class Unknown(CpsSlot):
    """A card of no kind of ours."""

    atr = bytes.fromhex("3B00")


def test_a_card_nobody_knows_is_no_vitale_in_france(
    french: Program, reader: DemoReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listen(french, monkeypatch)
    reader.insert(Unknown())
    assert until(lambda: ("card.failed", "card.not_vitale") in told)


def test_a_card_nobody_knows_is_no_identity_card_in_belgium(
    opened: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listen(opened.program, monkeypatch)
    opened.reader.insert(Unknown())
    assert until(lambda: ("card.failed", "card.not_eid") in told)
