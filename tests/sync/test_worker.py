import logging
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from threading import Event

import pytest

from server.core.outbox import Message, MessageState
from sync.engine import Engine
from sync.fakes import MemoryClock, MemoryIntake, MemoryOutbox, MemoryProbe
from sync.line import Line
from sync.report import Report
from sync.transports.fakes import FakePartner, Mood
from sync.worker import Worker

Make = Callable[..., Message]
PATIENT = "Marker Person"


class SteppedSleep:
    """A sleep that tells how long it would be, and ends when the test lets it."""

    def __init__(self) -> None:
        self.slept: Queue[float] = Queue()
        self._end = Event()

    def sleep(self, seconds: float) -> None:
        self.slept.put(seconds)
        assert self._end.wait(5)
        self._end.clear()

    def ring(self) -> None:
        self._end.set()


@dataclass
class Office:
    """A worker and all around it."""

    clock: MemoryClock
    partner: FakePartner = field(default_factory=FakePartner)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    probe: MemoryProbe = field(default_factory=MemoryProbe)
    wait: SteppedSleep = field(default_factory=SteppedSleep)
    reports: list[Report] = field(default_factory=list)

    def __post_init__(self) -> None:
        partners = {"efact": self.partner}
        engine = Engine(self.outbox, partners, partners, MemoryIntake(), self.clock)
        line = Line([("prod.example", 443)], self.probe, self.clock, lambda: 0.5)
        self.worker = Worker(engine, self.outbox, line, self.clock, self.wait, self.reports.append)

    def turn(self, seconds: float = 0) -> float:
        """Let time pass and the worker make one turn; return how long it sleeps then."""
        self.clock.pass_time(seconds)
        self.wait.ring()
        return self.slept()

    def slept(self) -> float:
        return self.wait.slept.get(timeout=5)


@pytest.fixture
def office(clock: MemoryClock) -> Office:
    return Office(clock)


def test_what_waits_leaves_when_the_line_is_up(office: Office, letter_to: Make) -> None:
    office.outbox.add(letter_to(1), office.clock.now())
    office.worker.start()
    assert office.slept() == 60
    assert [report.left for report in office.reports] == [1]
    assert office.worker.stop()


def test_a_lease_of_an_earlier_start_is_in_doubt_before_anything_leaves(
    office: Office, letter_to: Make
) -> None:
    row = office.outbox.add(letter_to(1), office.clock.now(), MessageState.LEASED)
    office.worker.start()
    office.slept()
    assert row.state is MessageState.UNKNOWN
    assert office.partner.arrived == []
    assert office.worker.stop()


def test_a_message_sealed_meanwhile_leaves_at_the_next_wake(
    office: Office, letter_to: Make
) -> None:
    office.worker.start()
    office.slept()
    office.outbox.add(letter_to(1), office.clock.now())
    office.worker.wake()
    office.slept()
    assert len(office.partner.arrived) == 1
    assert office.worker.stop()


def test_offline_nothing_is_tried_and_nothing_is_burnt(office: Office, letter_to: Make) -> None:
    office.probe.up = False
    row = office.outbox.add(letter_to(1), office.clock.now())
    office.worker.start()
    assert office.slept() == 10
    office.worker.press()
    office.slept()
    assert (row.state, row.outcomes, office.reports) == (MessageState.READY, [], [])
    assert office.worker.stop()


def test_a_returning_line_lets_everything_leave_at_its_random_moment(
    office: Office, letter_to: Make
) -> None:
    office.probe.up = False
    office.outbox.add(letter_to(1), office.clock.now())
    office.worker.start()
    office.slept()
    office.probe.up = True
    assert office.turn(10) == 10.0
    assert office.partner.arrived == []
    office.turn(10)
    assert len(office.partner.arrived) == 1
    assert office.worker.stop()


def test_a_message_that_waited_for_the_line_leaves_when_it_returns(
    office: Office, letter_to: Make
) -> None:
    row = office.outbox.add(letter_to(1), office.clock.now())
    office.partner.mood = Mood.CUT
    office.worker.start()
    office.slept()
    assert row.waits_for_line
    office.probe.up = False
    office.turn(60)
    office.probe.up, office.partner.mood = True, Mood.GOOD
    row.due = office.clock.now().replace(year=2027)
    office.turn(10)
    office.turn(10)
    assert row.state is MessageState.DONE
    assert office.worker.stop()


def test_a_cut_is_looked_at_once(office: Office, letter_to: Make) -> None:
    office.outbox.add(letter_to(1), office.clock.now())
    office.partner.mood = Mood.CUT
    office.worker.start()
    office.slept()
    assert len(office.probe.looks) == 2
    assert office.worker.stop()


def test_a_cut_met_in_the_mailbox_alone_is_looked_at_too(office: Office) -> None:
    office.partner.mood = Mood.CUT
    office.worker.start()
    assert office.slept() == 60
    assert len(office.probe.looks) == 2
    assert office.worker.stop()


def test_press_sends_at_once_and_reads_the_post(office: Office) -> None:
    office.worker.start()
    office.slept()
    office.clock.pass_time(60)
    office.worker.press()
    office.slept()
    assert office.partner.fetches == 2
    assert office.worker.stop()


def test_the_next_question_decides_how_long_it_sleeps(office: Office, letter_to: Make) -> None:
    office.outbox.add(letter_to(1), office.clock.now().replace(hour=18, minute=30, second=20))
    office.worker.start()
    assert office.slept() == 20
    assert office.worker.stop()


def test_a_reason_that_turns_out_to_be_none_does_not_keep_it_busy(
    office: Office, letter_to: Make
) -> None:
    office.worker.start()
    office.slept()
    office.outbox.add(letter_to(1), office.clock.now())
    office.outbox.add(letter_to(2), office.clock.now(), MessageState.LEASED)
    assert office.turn() == 30
    assert office.worker.stop()


def test_cancel_stops_the_run_under_way(clock: MemoryClock, letter_to: Make) -> None:
    offices: list[Office] = []
    partner = FakePartner(during=lambda _: offices[0].worker.cancel())
    office = Office(clock, partner)
    offices.append(office)
    for number in (1, 2):
        office.outbox.add(letter_to(number), clock.now())
    office.worker.start()
    assert office.slept() == 1.0
    assert office.reports[0].cancelled
    assert office.reports[0].left == 1
    assert office.worker.stop()


def test_a_mistake_of_ours_is_logged_without_its_words_and_the_post_goes_on(
    clock: MemoryClock, letter_to: Make, caplog: pytest.LogCaptureFixture
) -> None:
    def trip(message: Message) -> None:
        raise ValueError(PATIENT)

    office = Office(clock, FakePartner(during=trip))
    office.outbox.add(letter_to(1), clock.now())
    with caplog.at_level(logging.ERROR):
        office.worker.start()
        assert office.slept() == 60
    assert "ValueError" in caplog.text
    assert "in trip" in caplog.text
    assert PATIENT not in caplog.text
    office.turn()
    assert office.worker.stop()


def test_stop_does_not_wait_for_a_silent_partner(
    clock: MemoryClock, letter_to: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.worker.STOP_SECONDS", 0.05)
    inside, go_on = Event(), Event()

    def hold(_: Message) -> None:
        inside.set()
        assert go_on.wait(5)

    office = Office(clock, FakePartner(during=hold))
    row = office.outbox.add(letter_to(1), clock.now())
    office.worker.start()
    assert inside.wait(5)
    assert not office.worker.stop()
    assert row.state is MessageState.LEASED
    go_on.set()
    office.slept()


SILENT = """
from datetime import UTC, datetime
from threading import Event, Thread
from server.core.outbox import Message
from sync.engine import Engine
from sync.fakes import MemoryClock, MemoryIntake, MemoryOutbox
from sync.transports.fakes import FakePartner

now, inside = datetime(2026, 3, 2, tzinfo=UTC), Event()
def hold(_):
    inside.set()
    Event().wait()
outbox = MemoryOutbox()
outbox.add(Message("m", "efact", "efact:300", "300", "1", b"", "", 1, False), now)
engine = Engine(outbox, {"efact": FakePartner(during=hold)}, {}, MemoryIntake(), MemoryClock(now))
Thread(target=engine.run_once, daemon=True).start()
assert inside.wait(5)
"""


def test_a_program_that_ends_is_not_held_by_a_silent_partner() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", SILENT], cwd=root, timeout=20, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
