"""The moments of a day at which its screens are photographed, each reached through the services."""

from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event
from time import monotonic

from server.app.clocks import ShiftedClock
from server.app.demo import Demo
from server.app.post import Post
from server.app.program import Program
from server.core.clock import BRUSSELS
from server.services import (
    backups,
    ledger,
    lots,
    patients,
    practices,
    refusals,
    sessions,
    treatments,
)
from server.services.desk import Desk
from server.settings import Settings
from tests.e2e.kine import START
from tests.world import DELPORTE, FixedClock

_PATIENCE_SECONDS = 20.0
_LOOK_SECONDS = 0.02


class Stage:
    """A program whose clock stands still but for the millisecond each look costs."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(START)
        self.program = Program(Settings(folder / "new"), ShiftedClock(self.clock))
        self.program.start()

    def put_away(self) -> None:
        self.program.stop()

    @property
    def folder(self) -> Path:
        return self.program.settings.practice

    @property
    def desk(self) -> Desk:
        return self.program.cabinet.desk()

    def patient(self, name: str) -> str:
        return patients.search(self.desk, name)[0].id

    def series_of(self, name: str) -> str:
        return treatments.of_patient(self.desk, self.patient(name))[0].treatment.id


class Day(Stage):
    """A day of the demo practice, played up to the moment a picture needs."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(START)
        self.demo = Demo(folder, ShiftedClock(self.clock))
        self.program = self.demo.program
        self.program.start()

    def put_away(self) -> None:
        super().put_away()
        self.demo.simulator.stop()

    @property
    def post(self) -> Post:
        assert self.program.post is not None
        return self.program.post

    def at(self, hour: int, minute: int) -> None:
        """Let the day pass until this hour of Brussels, while nothing travels.

        An answer on its way would tell the hour it left at as that of its arrival.
        """
        moment = self.clock.at.astimezone(BRUSSELS)
        then = moment.replace(hour=hour, minute=minute, second=0, microsecond=0)
        self.post.between_runs(lambda: self.clock.go_to(then))

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

    def give_session(self, name: str, hour: int, minute: int) -> None:
        """Record the session proposed, its patient's share received in cash."""
        self.at(hour, minute)
        series = self.series_of(name)
        share = sessions.propose(self.desk, series).copay_cents
        paid = f"{share // 100},{share % 100:02d}"
        sessions.record(self.desk, series, {"copay_collected": paid, "payment_means": "CASH"})


def morning(day: Day) -> None:
    """Offline; two visits made, one card of somebody new, the next patient's card in the reader."""
    day.wait_until(lambda: day.post.state.online is True)
    day.demo.pull_cable(cut=True)
    day.give_session("ouchene", 9, 20)
    day.give_session("delvaux", 10, 5)
    day.at(10, 50)
    day.read_card("5")
    day.at(11, 15)
    day.read_card("2")


def faulty(day: Day) -> None:
    """The evening of a practice whose account is missing."""
    morning(day)
    day.give_session("lambiotte", 11, 20)
    practices.amend(day.desk, {**DELPORTE, "bic": "", "iban": ""})


def evening(day: Day) -> None:
    """Offline still: four sessions made, everything sealed, three files waiting for the line."""
    morning(day)
    day.give_session("lambiotte", 11, 20)
    day.give_session("bodart", 16, 30)
    day.demo.remove()
    day.at(19, 30)
    for draft in lots.drafts(day.desk):  # one after the other: their order shows on pictures
        lots.seal(day.desk, draft.payer, draft.month)


def answered(day: Day) -> None:
    """Answers read: one line refused, its rights corrected since, transfers awaited."""
    evening(day)
    day.demo.pull_cable(cut=False)
    day.post.send_now()
    day.wait_until(lambda: not ledger.queue(day.desk).waiting and not day.post.state.sending)
    day.demo.answer_now()
    day.wait_until(lambda: len(refusals.lines(day.desk)) == 1 and not day.post.state.sending)
    day.at(20, 0)
    rights = {"mutuality": "120", "ct1": "111", "ct2": "111", "rights_from": "01/01/2026"}
    treatments.insure(day.desk, day.patient("lambiotte"), rights)


def kept(day: Day) -> None:
    """A copy made and checked, seen in the middle of the morning."""
    morning(day)
    assert day.program.keeper is not None
    day.program.keeper.back_up_now()
    day.wait_until(lambda: any(x.verdict == "GOOD" for x in backups.listed(day.desk, day.folder)))


PLAYS: Mapping[str, Callable[[Day], None]] = {
    each.__name__: each for each in (morning, faulty, evening, answered, kept)
}
