"""`besace demo`: a fabricated practice in a temporary folder, its simulators started beside it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hardware.demo_reader import DemoReader
from server.app import reference
from server.app.cable import Cable
from server.app.clocks import ShiftedClock
from server.app.demo_people import PEOPLE, STAFF
from server.app.demo_practice import PASSPHRASE, fill
from server.app.insurers import SimulatorProcess
from server.app.opening import show
from server.app.program import Program
from server.app.sentences import Speech
from server.app.stops import interrupt, on_stop
from server.core.clock import BRUSSELS
from server.services.doorstep import REFERENCE
from server.settings import Settings
from server.store.keys import Cost

_CHEAP = Cost(19 * 1024, 2, 1)  # its passphrase is printed on the first page
_QUARTER = timedelta(minutes=16)
_PILE = (*(patient.person for patient in PEOPLE), *STAFF)


def open_demo(speech: Speech, *, window: bool, hours: float) -> int:
    """Open the demo practice until its window closes, it is stopped, or its hours are over."""
    on_stop(interrupt)
    with TemporaryDirectory(prefix="besace-demo-", ignore_cleanup_errors=True) as folder:
        demo = Demo(Path(folder))
        try:
            return show(demo.program, speech, window=window, seconds=hours * 3600)
        finally:
            demo.simulator.stop()


class Demo:
    """A demo practice with a paper reader, a cable to pull, and days that pass at a press."""

    def __init__(
        self, folder: Path, clock: ShiftedClock | None = None, middleware: Path | None = None
    ) -> None:
        """`folder` is empty; `clock` is the machine's unless the day must begin at a known hour.

        `middleware` is the library of the cards' official software, None when it is looked for.
        """
        self._middleware = middleware
        self.clock = clock or ShiftedClock()
        self.cable = Cable()
        self.reader = DemoReader()
        self.simulator = SimulatorProcess(folder / "insurers.db")
        try:
            self.simulator.set_clock(self.clock.now())
            self.program = self._furnished(folder)
        except BaseException:
            self.simulator.stop()
            raise

    @property
    def online(self) -> bool:
        """Whether the cable is in."""
        return not self.cable.cut

    @property
    def passphrase(self) -> str:
        """The passphrase printed on the unlock page."""
        return PASSPHRASE

    def cards(self) -> Sequence[tuple[str, str]]:
        """Return the cards lying on the desk: (number in the pile, name printed)."""
        return [(str(i), f"{p.first_names} {p.last_name}") for i, p in enumerate(_PILE)]

    def insert(self, card: str) -> None:
        """Put a card into the reader."""
        self.reader.insert(_PILE[int(card)])

    def remove(self) -> None:
        """Take the card out."""
        self.reader.remove()

    def pull_cable(self, *, cut: bool) -> None:
        """Pull the network cable, or put it back."""
        self.cable.cut = cut
        if self.program.post is not None:
            self.program.post.line.look()
            self.program.post.wake()

    def answer_now(self) -> None:
        """Let a quarter of an hour pass and every answer of the insurers arrive.

        The clocks move because a mailbox may be read again only after a while (`sync.etiquette`).
        """
        self.simulator.answer_now()
        self._pass(_QUARTER)

    def next_morning(self) -> None:
        """Let the night pass, here and at the insurers': it is eight o'clock tomorrow."""
        now = self.clock.now().astimezone(BRUSSELS)
        morning = datetime(now.year, now.month, now.day, 8, tzinfo=BRUSSELS) + timedelta(days=1)
        self._pass(morning - now)

    def _furnished(self, folder: Path) -> Program:
        settings = Settings(
            folder / "cabinet", endpoint=self.simulator.endpoint, middleware=self._middleware
        )
        settings.practice.mkdir(mode=0o700)
        reference.build(settings.practice / REFERENCE, demo=True)
        program = Program(
            settings, self.clock, scard=self.reader.scard, cable=self.cable, cost=_CHEAP,
            demo=self,
        )  # fmt: skip
        fill(program.cabinet)
        program.cabinet.lock()
        for patient in PEOPLE:
            if patient.books_ct:
                self.simulator.put_in_books(patient.person.niss, patient.books_ct)
        return program

    def _pass(self, by: timedelta) -> None:
        def move() -> None:
            self.clock.advance(by)
            self.simulator.advance(by)

        post = self.program.post
        if post is None:
            move()
        else:
            post.between_runs(move)  # a mailbox being read now would be noted as read later
            post.send_now()
        if self.program.keeper is not None:
            self.program.keeper.wake()
