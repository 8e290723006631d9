"""The moments of a day at which its screens are photographed, each reached through the services."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic

from server.app.clocks import ShiftedClock
from server.app.demo import Demo
from server.app.program import Program
from server.core.clock import BRUSSELS
from server.services import ledger, lots, patients, practices, refusals, sessions, treatments
from server.services.desk import Desk
from server.settings import Settings
from tests.e2e.kine import START
from tests.world import DELPORTE, FixedClock

_PATIENCE_SECONDS = 20.0
_LOOK_SECONDS = 0.02


@dataclass(frozen=True)
class Stage:
    """A program standing still at one moment."""

    program: Program
    put_away: Callable[[], None]

    @property
    def desk(self) -> Desk:
        return self.program.cabinet.desk()

    def series_of(self, name: str) -> str:
        """The series of the first patient found by that name."""
        return treatments.of_patient(self.desk, self.patient(name))[0].treatment.id

    def patient(self, name: str) -> str:
        return patients.search(self.desk, name)[0].id


class _Day:
    """A demo practice whose clock stands still but for the millisecond each look costs."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(START)
        self.demo = Demo(folder, ShiftedClock(self.clock))
        self.program = self.demo.program
        self.program.start()

    def stage(self) -> Stage:
        return Stage(self.program, self.put_away)

    def put_away(self) -> None:
        self.program.stop()
        self.demo.simulator.stop()

    @property
    def desk(self) -> Desk:
        return self.program.cabinet.desk()

    def unlock(self) -> None:
        self.program.gate.unlock(self.program.gate.users()[0].id, self.demo.passphrase)
        self.wait_until(lambda: self.line_is(online=True))

    def at(self, hour: int, minute: int) -> None:
        """Let the morning pass until this hour of Brussels."""
        moment = self.clock.at.astimezone(BRUSSELS)
        wanted = moment.replace(hour=hour, minute=minute, second=0, microsecond=0)
        self.clock.go_to(wanted.astimezone(START.tzinfo))

    def line_is(self, *, online: bool) -> bool:
        post = self.program.post
        return post is not None and post.state.online is online

    def wait_until(self, arrived: Callable[[], bool]) -> None:
        """Look again until it is so; what the day waits for comes from other threads."""
        end = monotonic() + _PATIENCE_SECONDS
        while not arrived():
            assert monotonic() < end, "the day does not go on"
            Event().wait(_LOOK_SECONDS)

    def read_card(self, card: str) -> None:
        hands = self.program.hands
        assert hands is not None
        self.demo.remove()
        self.wait_until(lambda: not hands.holder)
        self.demo.insert(card)
        self.wait_until(lambda: bool(hands.holder))

    def session(self, name: str, hour: int, minute: int) -> None:
        """Record the session proposed, its patient's share received in cash."""
        self.at(hour, minute)
        series = self.stage().series_of(name)
        share = sessions.propose(self.desk, series).copay_cents
        paid = f"{share // 100},{share % 100:02d}"
        sessions.record(self.desk, series, {"copay_collected": paid, "payment_means": "CASH"})


def empty(folder: Path) -> Stage:
    """No practice yet."""
    program = Program(Settings(folder / "new"), ShiftedClock(FixedClock(START)))
    program.start()
    return Stage(program, program.stop)


def closed(folder: Path) -> Stage:
    """The practice before its passphrase."""
    return _Day(folder).stage()


def morning(folder: Path) -> Stage:
    """Offline; two visits made, the card of the third in the reader, a new patient drafted."""
    return _morning(folder).stage()


def faulty(folder: Path) -> Stage:
    """The evening of a practice whose account number is missing."""
    day = _morning(folder)
    day.session("lambiotte", 17, 40)
    practices.amend(day.desk, {**DELPORTE, "bic": "", "iban": ""})
    return day.stage()


def evening(folder: Path) -> Stage:
    """Offline still: four sessions made, everything sealed, three files waiting for the line."""
    return _evening(folder).stage()


def answered(folder: Path) -> Stage:
    """Two days later: answers read, one line refused, its rights known again, transfers awaited."""
    day = _evening(folder)
    day.demo.pull_cable(cut=False)
    assert day.program.post is not None
    day.program.post.send_now()
    day.wait_until(lambda: not ledger.queue(day.desk).waiting and _idle(day))
    day.demo.answer_now()
    day.wait_until(lambda: len(refusals.lines(day.desk)) == 1 and _idle(day))
    rights = {"mutuality": "120", "ct1": "111", "ct2": "111", "rights_from": "2026-01-01"}
    treatments.insure(day.desk, day.stage().patient("lambiotte"), rights)
    return day.stage()


def _morning(folder: Path) -> _Day:
    day = _Day(folder)
    day.unlock()
    day.demo.pull_cable(cut=True)
    day.session("ouchene", 9, 20)
    day.session("delvaux", 10, 5)
    day.at(10, 50)
    day.read_card("5")
    day.at(11, 15)
    day.read_card("2")
    return day


def _evening(folder: Path) -> _Day:
    day = _morning(folder)
    day.session("lambiotte", 11, 20)
    day.session("bodart", 16, 30)
    day.demo.remove()
    day.at(19, 30)
    lots.seal_all(day.desk)
    return day


def _idle(day: _Day) -> bool:
    post = day.program.post
    return post is not None and post.state.sending is None


STAGES: Mapping[str, Callable[[Path], Stage]] = {
    each.__name__: each for each in (empty, closed, morning, faulty, evening, answered)
}
