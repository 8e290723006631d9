"""Cards of users through the whole program: at the closed door, and while somebody works."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hardware.fake_eid import EidCard
from hardware.fakes import Faults, FaultyCard
from server.app.demo import Demo
from server.app.demo_people import PEOPLE, STAFF
from server.app.demo_practice import PASSPHRASE
from server.app.hands import Hands
from server.app.program import Program
from server.services import user_cards, users
from server.services.desk import Desk
from server.store.rows import value
from tests.app.waiting import until

SOPHIE, THIERRY = STAFF
FATIMA = PEOPLE[0].person
LENOIR = {
    "code": "lenoir", "first_name": "Thierry", "last_name": "Lenoir", "role": "MANDATAIRE",
    "locale": "fr_BE", "passphrase": PASSPHRASE, "passphrase_again": PASSPHRASE,
}  # fmt: skip


def fresh(program: Program) -> Desk:
    return replace(program.cabinet.desk(), fresh=True)


def hands_of(program: Program) -> Hands:
    assert program.hands is not None
    return program.hands


@pytest.fixture
def lenoir(opened: Demo) -> str:
    program = opened.program
    return users.add(fresh(program), program.cabinet.slots(), LENOIR)


@pytest.fixture
def tied(opened: Demo, lenoir: str) -> Demo:
    """Sophie Marchal at work; her card and that of Thierry Lenoir are tied to them."""
    program = opened.program
    for person, user in ((SOPHIE, program.cabinet.desk().user.id), (THIERRY, lenoir)):
        hands_of(program).await_card(user)
        opened.reader.insert(person)
        card = until(lambda: hands_of(program).card)
        user_cards.tie(fresh(program), program.cabinet.slots(), user, card)
        hands_of(program).await_nobody()
        opened.reader.remove()
        until(lambda: hands_of(program).card is None)
    return opened


@pytest.mark.row("SOFT33-22")
@pytest.mark.row("SOFT33-6")
def test_at_the_closed_door_a_card_chooses_its_user_and_opens_nothing(
    tied: Demo, lenoir: str
) -> None:
    gate = tied.program.gate
    gate.lock()
    tied.reader.insert(THIERRY)
    assert until(lambda: gate.users()[0].id == lenoir and gate.users()[0].card_in)
    assert not tied.program.cabinet.is_open
    tied.reader.insert(FATIMA)
    assert until(lambda: gate.card is not None and gate.card.unknown)
    assert not any(user.card_in for user in gate.users())
    tied.reader.remove()
    assert until(lambda: gate.card is not None and not gate.card.unknown)


def test_a_card_left_at_the_door_is_read_again_once_the_practice_is_open(
    tied: Demo, lenoir: str
) -> None:
    program = tied.program
    program.gate.lock()
    tied.reader.insert(THIERRY)
    assert until(lambda: program.gate.users()[0].card_in)
    program.gate.unlock(lenoir, PASSPHRASE)
    assert until(lambda: hands_of(program).user == lenoir)
    assert (hands_of(program).stranger, program.gate.card) == ("", None)


def test_a_card_the_door_cannot_read_says_so(tied: Demo) -> None:
    gate = tied.program.gate
    gate.lock()
    tied.reader.insert(FaultyCard(EidCard(SOPHIE), Faults(mute=True)))
    assert until(lambda: gate.card is not None and gate.card.problem == "card.mute")


def test_no_reader_is_watched_at_a_door_that_knows_no_card(opened: Demo) -> None:
    opened.program.gate.lock()
    assert opened.program.gate.card is None
    assert opened.program._door_cards is None


@pytest.mark.row("SOFT33-7")
@pytest.mark.scenario("E-03")
def test_the_card_of_somebody_else_changes_nobody_and_says_whose_it_is(
    tied: Demo, lenoir: str
) -> None:
    program = tied.program
    me, before = (
        program.cabinet.desk().user.id,
        value(program.cabinet.desk().db, "select count(*) from patient"),
    )
    tied.reader.insert(THIERRY)
    assert until(lambda: hands_of(program).stranger == lenoir)
    assert program.cabinet.desk().user.id == me
    assert value(program.cabinet.desk().db, "select count(*) from patient") == before
    tied.reader.insert(SOPHIE)
    assert until(lambda: hands_of(program).user == me)
    assert hands_of(program).stranger == ""


def test_what_a_card_kept_back_is_looked_at_once_it_is_gone_and_a_patient_s_stirs_nothing(
    tied: Demo, lenoir: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, woken = tied.program, list[str]()
    assert program.post is not None
    monkeypatch.setattr(program.post, "wake", lambda: woken.append(hands_of(program).stranger))
    tied.reader.insert(FATIMA)
    assert until(lambda: hands_of(program).holder)
    tied.reader.insert(THIERRY)
    assert until(lambda: hands_of(program).stranger == lenoir)
    assert woken == []
    tied.reader.remove()
    assert until(lambda: woken) == [""]


def test_a_card_awaited_for_a_user_opens_no_patient_and_one_that_comes_later_does(
    opened: Demo, lenoir: str
) -> None:
    program = opened.program
    hands_of(program).await_card(lenoir)
    opened.reader.insert(PEOPLE[5].person)
    assert until(lambda: hands_of(program).card)
    assert hands_of(program).holder == ""
    patient = hands_of(program).open_patient()
    assert patient == hands_of(program).holder != ""
    hands_of(program).await_card(lenoir)
    opened.clock.advance(timedelta(seconds=61))
    opened.reader.insert(FATIMA)
    assert until(lambda: hands_of(program).holder not in ("", patient))


def test_readers_tell_how_they_stand(opened: Demo) -> None:
    hands = hands_of(opened.program)
    assert until(lambda: hands.state.readers == (opened.reader.name,))
    opened.reader.insert(FaultyCard(EidCard(SOPHIE), Faults(mute=True)))
    assert until(lambda: hands.state.failure == "card.mute")
    opened.reader.insert(FATIMA)
    assert until(lambda: hands.state.read_at is not None and hands.state.failure == "")
    opened.reader.scard.stop_service()
    assert until(lambda: hands.state.problem == "card.service_down")
    assert hands.state.readers == ()
    opened.reader.scard.start_service()
    assert until(lambda: hands.state.readers == (opened.reader.name,))
    opened.reader.scard.remove_reader(opened.reader.name)
    assert until(lambda: hands.state.readers == ())


def test_a_colleague_s_card_in_one_reader_is_not_forgotten_for_a_patient_s_in_another(
    tied: Demo, lenoir: str
) -> None:
    hands = hands_of(tied.program)
    tied.reader.insert(THIERRY)
    assert until(lambda: hands.stranger) == lenoir
    tied.reader.scard.add_reader("Second Reader")
    tied.reader.scard.insert("Second Reader", EidCard(FATIMA))
    assert until(lambda: hands.holder)
    assert hands.stranger == lenoir
    assert hands.user == ""
    tied.reader.remove()
    assert until(lambda: not hands.stranger)
    assert hands.holder
