"""Cards that come and go, readers that vanish, a service that restarts: on a paper service."""

import logging
import threading
from collections.abc import Callable, Sequence

import pytest

from hardware.fake_eid import EidCard
from hardware.fake_person import Person
from hardware.fake_scard import PaperScard
from hardware.fake_vitale import OnCard, VitaleCard
from hardware.fakes import EmulatedCard, Faults, FaultyCard
from hardware.ports import (
    CardDone,
    CardEvent,
    CardFailed,
    CardInserted,
    CardProblem,
    CardReading,
    CardRemoved,
    CardSwapped,
    CardTrouble,
    ReaderAdded,
    ReaderRemoved,
    ServiceDown,
    ServiceUp,
    VitaleDone,
)
from hardware.scard import ReaderNews, ReaderState, Result, State
from hardware.watcher import CardWatcher
from hardware.worker import AWAITED, SETTLING
from server.core.cards import CardKind
from tests.hardware.stage import SetStage, Stage


def _at_command(number: int, act: Callable[[], object], card: EmulatedCard) -> FaultyCard:
    """Wrap a card so that something happens just before its n-th answer."""
    seen: list[float] = []

    def sleep(seconds: float) -> None:
        seen.append(seconds)
        if len(seen) == number:
            act()

    return FaultyCard(card, Faults(delay=0.001, sleep=sleep))


def test_a_card_put_in_is_read_without_a_click(stage: Stage, ana: Person, reader: str) -> None:
    stage.insert(EidCard(ana))
    assert stage.until(ServiceUp)
    assert stage.until(ReaderAdded) == ReaderAdded(reader)
    assert stage.until(CardInserted) == CardInserted(reader, CardKind.EID)
    assert stage.until(CardReading).percent == 0
    assert stage.until(CardDone).read.identity.niss.digits == ana.niss
    assert stage.waits[0] == SETTLING
    stage.insert(None)
    assert stage.until(CardRemoved) == CardRemoved(reader)


def test_a_card_already_in_at_the_start_is_read(
    set_stage: SetStage, ana: Person, reader: str
) -> None:
    scard = PaperScard()
    scard.add_reader(reader)
    scard.insert(reader, EidCard(ana))
    assert set_stage(scard).until(CardDone)


def test_a_card_pulled_in_mid_read_gives_a_sentence_and_is_read_when_it_comes_back(
    stage: Stage, ana: Person, reader: str
) -> None:
    stage.insert(FaultyCard(EidCard(ana), Faults(pull_after=8)))
    assert stage.until(CardFailed) == CardFailed(reader, CardProblem.PULLED)
    stage.insert(EidCard(ana))
    assert stage.until(CardDone).read.identity.last_name == ana.last_name


def test_two_cards_swapped_at_once_are_two_readings(stage: Stage, ana: Person, zoe: Person) -> None:
    stage.insert(EidCard(ana))
    assert stage.until(CardDone).read.identity.niss.digits == ana.niss
    stage.insert(EidCard(zoe))
    assert stage.until(CardRemoved)
    assert stage.until(CardInserted)
    assert stage.until(CardDone).read.identity.niss.digits == zoe.niss


def _cut_short(stage: Stage, ana: Person) -> None:
    """Pull a card once it is known whose it is."""
    stage.insert(FaultyCard(EidCard(ana), Faults(pull_after=8)))
    assert stage.until(CardFailed).problem is CardProblem.PULLED
    stage.until(CardRemoved)


def test_a_swap_in_mid_read_says_both_cards_and_takes_neither(
    stage: Stage, ana: Person, zoe: Person, reader: str
) -> None:
    stage.insert(_at_command(8, lambda: stage.insert(EidCard(zoe)), EidCard(ana)))
    assert stage.until(CardFailed).problem is CardProblem.PULLED
    said = stage.events.get(timeout=5)
    while isinstance(said, CardInserted | CardRemoved | CardReading):
        said = stage.events.get(timeout=5)
    assert said == CardSwapped(reader, ana.card_number, zoe.card_number)
    stage.insert(EidCard(ana))
    assert stage.until(CardDone).read.identity.niss.digits == ana.niss


def test_a_swap_before_anybody_was_known_reads_the_second_card(
    stage: Stage, ana: Person, zoe: Person
) -> None:
    stage.insert(_at_command(2, lambda: stage.insert(EidCard(zoe)), EidCard(ana)))
    assert stage.until(CardFailed).problem is CardProblem.PULLED
    assert stage.until(CardDone).read.identity.niss.digits == zoe.niss


def test_the_other_card_put_in_once_more_is_meant_and_read(
    stage: Stage, ana: Person, zoe: Person
) -> None:
    _cut_short(stage, ana)
    stage.insert(EidCard(zoe))
    stage.until(CardSwapped)
    stage.insert(None)
    stage.until(CardRemoved)
    stage.insert(EidCard(zoe))
    assert stage.until(CardDone).read.identity.niss.digits == zoe.niss


def test_a_card_that_never_came_back_is_forgotten_after_a_minute(
    stage: Stage, ana: Person, zoe: Person
) -> None:
    _cut_short(stage, ana)
    stage.time.seconds += AWAITED
    stage.insert(EidCard(zoe))
    assert stage.until(CardDone).read.identity.niss.digits == zoe.niss


def test_a_card_cut_short_by_its_reader_is_awaited_when_the_reader_is_back(
    stage: Stage, ana: Person, zoe: Person, reader: str
) -> None:
    stage.insert(_at_command(8, lambda: stage.scard.remove_reader(reader), EidCard(ana)))
    said: set[type[CardEvent]] = set()
    while not {CardFailed, ReaderRemoved} <= said:  # by two threads, in either order
        said.add(type(stage.events.get(timeout=5)))
    stage.scard.add_reader(reader)
    stage.until(ReaderAdded)
    stage.insert(EidCard(zoe))
    assert stage.until(CardSwapped) == CardSwapped(reader, ana.card_number, zoe.card_number)


def test_another_card_in_another_reader_is_no_swap(stage: Stage, ana: Person, zoe: Person) -> None:
    stage.scard.add_reader("Second Reader")
    _cut_short(stage, ana)
    stage.scard.insert("Second Reader", EidCard(zoe))
    assert stage.until(CardDone).read.identity.niss.digits == zoe.niss
    stage.insert(EidCard(ana))
    assert stage.until(CardDone).read.identity.niss.digits == ana.niss


def test_a_card_without_a_number_of_its_own_is_no_swap(stage: Stage, ana: Person) -> None:
    _cut_short(stage, ana)
    stage.insert(VitaleCard([OnCard("MARTIN", "LOÏC", "19700701", "170076799990730")]))
    assert [who.last_name for who in stage.until(VitaleDone).read.people] == ["MARTIN"]


class Mannered(PaperScard):
    """A service as Windows runs it: it stops with its last reader and starts with the next."""

    def remove_reader(self, name: str) -> None:
        super().remove_reader(name)
        self.stop_service()

    def add_reader(self, name: str) -> None:
        super().add_reader(name)
        self.start_service()


def test_a_service_that_stops_with_its_last_reader_is_found_again_with_the_next(
    set_stage: SetStage, ana: Person, reader: str
) -> None:
    scard = Mannered()
    scard.add_reader(reader)
    stage = set_stage(scard)
    for _ in range(3):  # as on any day
        scard.insert(reader, EidCard(ana))
        assert stage.until(CardDone).read.identity.niss.digits == ana.niss
        scard.remove_reader(reader)
        assert stage.until(ReaderRemoved) == ReaderRemoved(reader)
        scard.add_reader(reader)
        assert stage.until(ReaderAdded) == ReaderAdded(reader)


class Losing(PaperScard):
    """A service whose conversations break while a card is spoken to."""

    def __init__(self, result: Result) -> None:
        super().__init__()
        self.lost = [result, result]

    def SCardTransmit(  # noqa: N802 - PC/SC's name
        self, card: int, protocol: int, command: Sequence[int], /
    ) -> tuple[int, list[int]]:
        if self.lost:
            return self.lost.pop(), []
        return super().SCardTransmit(card, protocol, command)


@pytest.mark.parametrize(
    "result",
    [Result.COMM_ERROR, Result.COMM_DATA_LOST, Result.RESET_CARD, Result.NOT_TRANSACTED],
)
def test_a_conversation_lost_twice_is_begun_again_in_silence(
    set_stage: SetStage, ana: Person, reader: str, result: Result
) -> None:
    scard = Losing(result)
    scard.add_reader(reader)
    stage = set_stage(scard)
    scard.insert(reader, EidCard(ana))
    while not isinstance(event := stage.events.get(timeout=5), CardDone):
        assert not isinstance(event, CardFailed)
    assert event.read.identity.niss.digits == ana.niss


def test_a_reader_unplugged_in_mid_read_gives_a_sentence(
    stage: Stage, ana: Person, reader: str
) -> None:
    def unplug() -> None:
        stage.scard.remove_reader(reader)

    stage.insert(_at_command(6, unplug, EidCard(ana)))
    last = {CardFailed(reader, CardProblem.READER_GONE), ReaderRemoved(reader)}
    seen: list[CardEvent] = []
    while not last <= set(seen):
        seen.append(stage.events.get(timeout=5))
    assert seen.index(CardRemoved(reader)) < seen.index(ReaderRemoved(reader))
    assert ServiceDown(CardProblem.SERVICE_DOWN) not in seen


def test_a_reader_plugged_in_later_works(stage: Stage, ana: Person) -> None:
    stage.until(ReaderAdded)
    stage.scard.add_reader("Second Reader")
    assert stage.until(ReaderAdded) == ReaderAdded("Second Reader")
    stage.scard.insert("Second Reader", EidCard(ana))
    assert stage.until(CardDone).read.reader == "Second Reader"


@pytest.mark.parametrize("name", ["Windows Hello for Business 1", "Yubico YubiKey OTP+FIDO+CCID"])
def test_readers_that_hold_no_patient_card_are_left_alone(stage: Stage, name: str) -> None:
    stage.until(ReaderAdded)
    stage.scard.add_reader(name)
    stage.scard.add_reader("Third Reader")
    assert stage.until(ReaderAdded) == ReaderAdded("Third Reader")


def test_the_service_restarts_and_reading_resumes_by_itself(
    stage: Stage, ana: Person, reader: str
) -> None:
    stage.insert(EidCard(ana))
    stage.until(CardDone)
    stage.scard.stop_service()
    assert stage.until(CardRemoved)
    assert stage.until(ReaderRemoved) == ReaderRemoved(reader)
    assert stage.until(ServiceDown) == ServiceDown(CardProblem.SERVICE_DOWN)
    stage.scard.start_service()
    assert stage.until(ServiceUp)
    assert stage.until(CardDone).read.identity.niss.digits == ana.niss


def test_the_service_stopped_in_mid_read_gives_its_sentence(stage: Stage, ana: Person) -> None:
    stage.insert(_at_command(6, stage.scard.stop_service, EidCard(ana)))
    assert stage.until(CardFailed).problem is CardProblem.SERVICE_DOWN


def test_an_absent_service_is_said_once_and_asked_ever_more_rarely(
    set_stage: SetStage, reader: str
) -> None:
    scard = PaperScard()
    scard.add_reader(reader)
    scard.stop_service()
    stage = set_stage(scard)
    assert stage.until(ServiceDown)
    while len(stage.waits) < 8:
        threading.Event().wait(0.002)
    assert stage.waits[:8] == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0]
    assert stage.events.empty()
    scard.start_service()
    assert stage.until(ServiceUp)


class Listless(PaperScard):
    """A service that stops between its opening and its first answer."""

    def SCardListReaders(  # noqa: N802 - PC/SC's name
        self, context: int, groups: Sequence[str], /
    ) -> tuple[int, list[str]]:
        self.stop_service()
        return super().SCardListReaders(context, groups)


def test_a_service_that_stops_before_its_first_answer_is_down(set_stage: SetStage) -> None:
    stage = set_stage(Listless())
    assert stage.events.get(timeout=5) == ServiceDown(CardProblem.SERVICE_DOWN)


class Flapping(PaperScard):
    """A service that opens, and breaks at the first question."""

    def SCardGetStatusChange(  # noqa: N802 - PC/SC's name
        self, _context: int, _timeout_ms: int, _states: Sequence[ReaderState], /
    ) -> tuple[int, list[ReaderNews]]:
        return Result.COMM_ERROR, []


def test_a_service_that_breaks_at_each_question_is_asked_ever_more_rarely(
    set_stage: SetStage,
) -> None:
    stage = set_stage(Flapping())
    while len(stage.waits) < 4:
        threading.Event().wait(0.002)
    assert stage.waits[:4] == [0.25, 0.5, 1.0, 2.0]


class Restless(PaperScard):
    """A driver that says at once that something changed, when nothing did."""

    def SCardGetStatusChange(  # noqa: N802 - PC/SC's name
        self, context: int, timeout_ms: int, states: Sequence[ReaderState], /
    ) -> tuple[int, list[ReaderNews]]:
        result, news = super().SCardGetStatusChange(context, 1, states)
        if result == Result.TIMEOUT:
            return Result.SUCCESS, [(n, state | State.CHANGED, []) for n, state in states]
        return result, news


def test_a_driver_that_wakes_us_for_nothing_does_not_heat_the_laptop(
    set_stage: SetStage, ana: Person, reader: str
) -> None:
    scard = Restless()
    scard.add_reader(reader)
    stage = set_stage(scard)
    while stage.waits.count(0.25) < 3:
        threading.Event().wait(0.002)
    stage.insert(EidCard(ana))
    assert stage.until(CardDone)


def test_a_card_in_backwards_is_said_mute(stage: Stage, ana: Person, reader: str) -> None:
    stage.insert(FaultyCard(EidCard(ana), Faults(mute=True)))
    assert stage.until(CardInserted) == CardInserted(reader, None)
    assert stage.until(CardFailed) == CardFailed(reader, CardProblem.MUTE)


def test_a_reader_kept_by_another_program_is_asked_five_times(
    stage: Stage, ana: Person, reader: str
) -> None:
    stage.scard.keep(reader, True)
    stage.insert(EidCard(ana))
    assert stage.until(CardFailed) == CardFailed(reader, CardProblem.BUSY)
    assert stage.waits.count(0.5) == 4


def test_a_card_that_fails_and_leaves_is_said_pulled_and_not_tried_again(
    set_stage: SetStage, ana: Person, zoe: Person, reader: str
) -> None:
    stage = set_stage()
    left = threading.Event()
    wait = stage.wait

    def wait_for_the_removal(seconds: float) -> bool:
        return left.wait(5) and False if seconds == 0.3 else wait(seconds)

    def hear(event: CardEvent) -> None:
        stage.events.put(event)
        if isinstance(event, CardRemoved):
            left.set()

    stage.wait, stage.hear = wait_for_the_removal, hear
    stage.insert(FaultyCard(EidCard(ana), Faults(no_diagnosis_at=4)))
    while not isinstance(stage.events.get(timeout=5), CardReading):
        continue
    stage.insert(EidCard(zoe))
    assert stage.until(CardFailed) == CardFailed(reader, CardProblem.PULLED)
    assert stage.until(CardDone).read.identity.niss.digits == zoe.niss
    assert stage.events.empty()


def test_a_glitch_is_retried_in_silence(stage: Stage, ana: Person) -> None:
    stage.insert(FaultyCard(EidCard(ana), Faults(no_diagnosis_at=4)))
    assert stage.until(CardDone).read.identity.niss.digits == ana.niss
    assert 0.3 in stage.waits


def test_a_card_that_never_makes_sense_is_said_unreadable_after_three_tries(
    stage: Stage, ana: Person, reader: str
) -> None:
    from hardware.eid import EidFile

    card = EidCard(ana)
    card.files[EidFile.IDENTITY] = b"\x06\xc8"
    stage.insert(card)
    assert stage.until(CardFailed) == CardFailed(reader, CardProblem.UNREADABLE)
    assert [wait for wait in stage.waits if wait in (0.3, 1.0)] == [0.3, 1.0]


def test_a_stuck_reader_is_said_so_and_its_next_card_is_read(
    set_stage: SetStage, ana: Person, zoe: Person, reader: str
) -> None:
    scard = PaperScard(longest_wait=0.005)
    scard.add_reader(reader)
    stage = set_stage(scard)
    freed, entered = threading.Event(), threading.Event()

    def hang(_seconds: float) -> None:
        entered.set()
        freed.wait(5)

    scard.insert(reader, FaultyCard(EidCard(ana), Faults(delay=1, sleep=hang)))
    assert entered.wait(5)
    stage.time.seconds += 7.9
    stage.until(CardInserted)
    assert stage.events.empty()
    stage.time.seconds += 0.2
    assert stage.until(CardFailed) == CardFailed(reader, CardProblem.STUCK)
    freed.set()
    scard.insert(reader, EidCard(zoe))
    assert stage.until(CardDone).read.identity.niss.digits == zoe.niss
    assert not any(isinstance(event, CardFailed | CardDone) for event in stage.events.queue)


def test_where_readers_are_not_announced_they_are_listed_each_second(
    set_stage: SetStage, ana: Person, reader: str
) -> None:
    scard = PaperScard(pnp=False, longest_wait=0.005)
    stage = set_stage(scard, pnp=False)
    assert stage.until(ServiceUp)
    scard.add_reader(reader)
    assert stage.until(ReaderAdded) == ReaderAdded(reader)
    scard.insert(reader, EidCard(ana))
    assert stage.until(CardDone)
    assert 1.0 in stage.waits


def test_a_service_that_does_not_know_the_announcer_is_watched_without_it(
    set_stage: SetStage, ana: Person, reader: str
) -> None:
    scard = PaperScard(pnp=False, longest_wait=0.005)
    scard.add_reader(reader)
    scard.insert(reader, EidCard(ana))
    assert set_stage(scard).until(CardDone)


def test_the_whole_path_leaves_no_personal_datum_in_the_log(
    stage: Stage, ana: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stage.insert(EidCard(ana))
    stage.until(CardDone)
    stage.insert(FaultyCard(EidCard(ana), Faults(pull_after=9)))
    stage.until(CardFailed)
    assert "READ_BINARY: OK" in caplog.messages
    assert "reading failed: card.pulled" in caplog.messages
    for secret in (ana.niss, ana.last_name, ana.first_names, ana.street, ana.card_number, "1985"):
        assert secret.upper() not in caplog.text.upper()
        assert secret.encode().hex() not in caplog.text.lower()


def test_what_passes_carries_no_personal_datum(stage: Stage, ana: Person) -> None:
    stage.insert(EidCard(ana))
    while not isinstance(event := stage.events.get(timeout=5), CardDone):
        assert ana.niss not in repr(event)
        assert ana.last_name not in repr(event)


def test_a_listener_that_fails_does_not_stop_the_readers(
    stage: Stage, ana: Person, zoe: Person, caplog: pytest.LogCaptureFixture
) -> None:
    stage.until(ReaderAdded)
    stage.hear = lambda _event: (_ for _ in ()).throw(RuntimeError("Peeters"))
    stage.insert(EidCard(ana))
    while "CardDone was not heard: RuntimeError" not in caplog.messages:
        threading.Event().wait(0.002)
    stage.hear = stage.events.put
    stage.insert(EidCard(zoe))
    assert stage.until(CardDone).read.identity.niss.digits == zoe.niss
    assert "Peeters" not in caplog.text


def test_a_fault_of_ours_is_a_sentence_and_the_next_card_is_read(
    stage: Stage, ana: Person, zoe: Person, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_seconds: float) -> None:
        raise RuntimeError("Peeters")

    stage.insert(FaultyCard(EidCard(ana), Faults(delay=1, sleep=fail)))
    assert stage.until(CardFailed).problem is CardProblem.UNREADABLE
    assert "Peeters" not in caplog.text
    stage.insert(EidCard(zoe))
    assert stage.until(CardDone)


def test_without_the_card_library_cards_are_off_and_it_is_said(stage: Stage) -> None:
    def load() -> PaperScard:
        raise CardTrouble(CardProblem.NO_SUPPORT)

    trade = stage.watcher._trade
    watcher = CardWatcher(load, trade, threading.Event())
    watcher.start()
    assert stage.until(ServiceDown) == ServiceDown(CardProblem.NO_SUPPORT)
    assert watcher.stop()


def test_a_watch_ends_at_once_while_the_service_is_away(set_stage: SetStage) -> None:
    scard = PaperScard()
    scard.stop_service()
    stage = set_stage(scard)
    stage.until(ServiceDown)
    assert stage.watcher.stop()


def test_a_card_that_comes_and_goes_at_once_is_not_read(
    stage: Stage, ana: Person, zoe: Person
) -> None:
    settling = threading.Event()
    pretend = stage.wait
    stage.wait = lambda seconds: settling.wait(5) and pretend(seconds)
    stage.insert(EidCard(ana))
    stage.until(CardInserted)
    stage.insert(None)
    stage.until(CardRemoved)
    stage.insert(EidCard(zoe))
    stage.until(CardInserted)
    settling.set()
    assert stage.until(CardDone).read.identity.niss.digits == zoe.niss
    assert stage.events.empty()


def test_a_watch_that_cannot_end_is_not_waited_for(stage: Stage) -> None:
    ended = threading.Event()

    class Deaf(PaperScard):
        def SCardGetStatusChange(  # noqa: N802 - PC/SC's name
            self, _context: int, _timeout_ms: int, _states: Sequence[ReaderState], /
        ) -> tuple[int, list[ReaderNews]]:
            ended.wait(5)
            return Result.SERVICE_STOPPED, []

    watcher = CardWatcher(Deaf, stage.watcher._trade, threading.Event())
    watcher.start()
    assert not watcher.stop(within=0.04)
    ended.set()
    assert watcher.stop()
