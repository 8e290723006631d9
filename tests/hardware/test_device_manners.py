"""What the system's card service does when things go wrong (`hardware.md` §1.3), for real."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from hardware.apdu import processed
from hardware.eid import EidFile, read_file
from hardware.fake_eid import EidCard
from hardware.fake_kinds import Stranger
from hardware.fake_person import Person
from hardware.fakes import EmulatedCard, Faults, FaultyCard
from hardware.pcsc import list_readers, load_scard, open_card
from hardware.ports import (
    CardDone,
    CardFailed,
    CardInserted,
    CardProblem,
    CardRemoved,
    CardTrouble,
    ServiceDown,
)
from hardware.scard import LEAVE_CARD, SCOPE_USER, SHARE_SHARED, T0_OR_T1, Result, plain
from tests.hardware.daemon import OTHER_PORT, PORT
from tests.hardware.desk import Desk, insert
from tests.hardware.strangers import (
    ENDLESS,
    GARBLED,
    LIKE_A_CPS,
    LIKE_A_VITALE,
    SHORTEST,
)

pytestmark = pytest.mark.device
ALONE, RESET = 1, 1  # of PC/SC: a card for one program only, a card reset at the end
SELECT = bytes.fromhex("00A4080C04DF014031")


@contextmanager
def _elsewhere(reader: str, share: int = SHARE_SHARED) -> Iterator[Any]:
    """Open the card as another program would; give its handle."""
    scard = load_scard()
    _, context = scard.SCardEstablishContext(SCOPE_USER)
    try:
        result, card, _ = scard.SCardConnect(context, reader, share, T0_OR_T1)
        assert plain(result) == Result.SUCCESS
        yield card
    finally:
        scard.SCardReleaseContext(context)


def _problem(act: Callable[[], object]) -> CardProblem:
    with pytest.raises(CardTrouble) as caught:
        act()
    return caught.value.problem


def _open(reader: str) -> None:
    with open_card(load_scard(), reader):
        pytest.fail("it was opened")


def test_without_a_service_readers_and_cards_say_so_at_once(desk: Desk) -> None:
    desk.daemon.kill()
    desk.until(ServiceDown)
    assert _problem(lambda: list_readers(load_scard())) is CardProblem.SERVICE_DOWN
    assert _problem(lambda: _open(desk.readers[0])) is CardProblem.SERVICE_DOWN


def test_the_service_killed_while_a_card_is_open_is_said_and_what_was_open_closes(
    desk: Desk, ana: Person
) -> None:
    with insert(EidCard(ana)):
        reader = desk.until(CardDone).read.reader
        with open_card(load_scard(), reader) as link:
            desk.daemon.kill()
            assert _problem(lambda: link.send(SELECT)) is CardProblem.SERVICE_DOWN


def test_an_empty_reader_says_that_the_card_is_out(desk: Desk) -> None:
    assert _problem(lambda: _open(desk.readers[0])) is CardProblem.PULLED


def test_a_card_pulled_between_two_commands_stays_lost_until_it_is_opened_again(
    desk: Desk, ana: Person
) -> None:
    with insert(EidCard(ana)) as handle:
        reader = desk.until(CardDone).read.reader
        with open_card(load_scard(), reader) as link:
            handle.remove()
            desk.until(CardRemoved)
            assert _problem(lambda: link.send(SELECT)) is CardProblem.PULLED
            handle.insert()
            desk.until(CardDone)
            assert _problem(lambda: link.send(SELECT)) is CardProblem.PULLED
        with open_card(load_scard(), reader) as link:
            assert link.send(SELECT).sw == 0x9000


def test_a_card_another_program_keeps_for_itself_is_said_busy_and_read_once_given_back(
    desk: Desk, ana: Person
) -> None:
    with insert(EidCard(ana)) as handle:
        reader = desk.until(CardDone).read.reader
        with _elsewhere(reader, ALONE):
            assert _problem(lambda: _open(reader)) is CardProblem.BUSY
        handle.remove()
        desk.until(CardRemoved)
        handle.insert()
        assert desk.until(CardDone).read.identity.niss.digits == ana.niss


def test_a_card_held_by_another_program_is_waited_for(desk: Desk, ana: Person) -> None:
    with insert(EidCard(ana)):
        reader = desk.until(CardDone).read.reader
        read = threading.Event()

        def ours() -> None:
            with open_card(load_scard(), reader) as link:
                assert read_file(processed(link, lambda _: False), EidFile.IDENTITY)
                read.set()

        with _elsewhere(reader) as card:
            scard = load_scard()
            assert plain(scard.SCardBeginTransaction(card)) == Result.SUCCESS
            thread = threading.Thread(target=ours)
            thread.start()
            assert not read.wait(0.3)
            scard.SCardEndTransaction(card, LEAVE_CARD)
            assert read.wait(5)
            thread.join(5)


def test_a_card_reset_by_another_program_is_read_again_from_the_start(
    desk: Desk, ana: Person
) -> None:
    with insert(EidCard(ana)):
        reader = desk.until(CardDone).read.reader
        with open_card(load_scard(), reader) as link:
            assert link.send(SELECT).sw == 0x9000
            with _elsewhere(reader) as card:
                load_scard().SCardDisconnect(card, RESET)
            assert _problem(lambda: link.send(SELECT)) is CardProblem.UNREADABLE  # tried again
        with open_card(load_scard(), reader) as link:
            assert link.send(SELECT).sw == 0x9000


def test_a_protocol_the_card_does_not_speak_is_never_asked_for(desk: Desk, ana: Person) -> None:
    with insert(EidCard(ana)):
        reader = desk.until(CardDone).read.reader
        scard = load_scard()
        _, context = scard.SCardEstablishContext(SCOPE_USER)
        result, _, _ = scard.SCardConnect(context, reader, SHARE_SHARED, 2)
        scard.SCardReleaseContext(context)
        assert plain(result) == Result.PROTO_MISMATCH
        with open_card(scard, reader) as link:
            assert link.send(SELECT).sw == 0x9000


def test_three_hundred_cards_opened_in_a_row_leave_no_context_open(desk: Desk, ana: Person) -> None:
    with insert(EidCard(ana)):
        reader = desk.until(CardDone).read.reader
        for _ in range(300):  # the service gives out two hundred contexts at most
            with open_card(load_scard(), reader) as link:
                assert link.send(SELECT).sw == 0x9000


def test_a_card_swapped_faster_than_the_service_looks_is_two_cards(
    desk: Desk, ana: Person, zoe: Person
) -> None:
    with insert(EidCard(ana)) as handle:
        assert desk.until(CardDone).read.identity.niss.digits == ana.niss
        handle.insert(EidCard(zoe))
        desk.until(CardRemoved)
        assert desk.until(CardDone).read.identity.niss.digits == zoe.niss


def test_a_card_that_answers_nothing_gives_its_sentence_and_the_next_one_is_read(
    desk: Desk, ana: Person
) -> None:
    with insert(Stranger(ENDLESS)) as handle:
        assert desk.until(CardFailed).problem is CardProblem.MUTE
        handle.remove()
        desk.until(CardRemoved)
        handle.insert(EidCard(ana))
        assert desk.until(CardDone).read.identity.niss.digits == ana.niss


def test_first_bytes_that_make_no_sense_are_unreadable_and_the_next_card_is_read(
    desk: Desk, ana: Person
) -> None:
    with insert(Stranger(GARBLED)) as handle:
        assert desk.until(CardFailed).problem is CardProblem.UNREADABLE
        handle.insert(EidCard(ana))
        assert desk.until(CardDone).read.identity.niss.digits == ana.niss


@pytest.mark.parametrize("atr", [LIKE_A_VITALE, LIKE_A_CPS, SHORTEST])
def test_another_card_in_the_second_reader_is_said_and_the_first_is_read(
    desk: Desk, ana: Person, atr: bytes
) -> None:
    with insert(Stranger(atr), OTHER_PORT), insert(EidCard(ana), PORT):
        failed, done = desk.until_all(CardFailed, CardDone)
    assert isinstance(failed, CardFailed)
    assert isinstance(done, CardDone)
    assert failed.problem is CardProblem.NOT_EID
    assert {failed.reader, done.read.reader} == set(desk.readers)
    assert done.read.identity.niss.digits == ana.niss


def test_a_slow_card_in_one_reader_does_not_hold_up_the_other(
    desk: Desk, ana: Person, zoe: Person
) -> None:
    freed = threading.Event()
    slow: EmulatedCard = FaultyCard(EidCard(ana), Faults(delay=1, sleep=lambda _: freed.wait(5)))
    with insert(slow, PORT):
        desk.until(CardInserted)
        with insert(EidCard(zoe), OTHER_PORT):
            assert desk.until(CardDone).read.identity.niss.digits == zoe.niss
            freed.set()
            assert desk.until(CardDone).read.identity.niss.digits == ana.niss


def test_two_identity_cards_in_two_readers_are_two_readings(
    desk: Desk, ana: Person, zoe: Person
) -> None:
    with insert(EidCard(ana), PORT), insert(EidCard(zoe), OTHER_PORT):
        first, second = desk.until(CardDone).read, desk.until(CardDone).read
    assert {first.identity.niss.digits, second.identity.niss.digits} == {ana.niss, zoe.niss}
    assert {first.reader, second.reader} == set(desk.readers)
