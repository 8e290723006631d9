"""`besace demo`: a fabricated practice in a temporary folder, its simulators started beside it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from server.app import reference
from server.app.clocks import ShiftedClock
from server.app.demo_people import PEOPLE, STAFF
from server.app.demo_practice import fill
from server.app.demo_toys import CHEAP, Toys
from server.app.insurers import SimulatorProcess
from server.app.opening import show
from server.app.program import Program
from server.app.sentences import Speech
from server.app.stops import interrupt, on_stop
from server.services.doorstep import REFERENCE
from server.settings import Settings

_PILE = (*(patient.person for patient in PEOPLE), *STAFF)


def open_demo(speech: Speech, *, window: bool, hours: float, country: str = "be") -> int:
    """Open the demo practice of a country until its window closes, it is stopped, or time is up."""
    on_stop(interrupt)
    with TemporaryDirectory(prefix="besace-demo-", ignore_cleanup_errors=True) as folder:
        program, end = _made(Path(folder), country)
        try:
            return show(program, speech, window=window, seconds=hours * 3600)
        finally:
            end()


def _made(folder: Path, country: str) -> tuple[Program, Callable[[], None]]:
    """Make the demo of a country; give its program, and how to end what runs beside."""
    if country == "fr":
        from server.app.demo_france import FrenchDemo

        french = FrenchDemo(folder, furnished=True)
        return french.program, french.end
    demo = Demo(folder)
    return demo.program, demo.simulator.stop


class Demo(Toys):
    """The demo practice of Belgium, and the insurers' simulator."""

    def __init__(
        self, folder: Path, clock: ShiftedClock | None = None, middleware: Path | None = None
    ) -> None:
        """`folder` is empty.

        `middleware` is the library of the cards' official software, None when it is looked for.
        """
        super().__init__(clock)
        self._middleware = middleware
        self.simulator = SimulatorProcess(folder / "insurers.db")
        try:
            self.simulator.set_clock(self.clock.now())
            self.program = self._furnished(folder)
        except BaseException:
            self.simulator.stop()
            raise

    def cards(self) -> Sequence[tuple[str, str]]:
        """Return the cards lying on the desk: (number in the pile, name printed)."""
        return [(str(i), f"{p.first_names} {p.last_name}") for i, p in enumerate(_PILE)]

    def insert(self, card: str) -> None:
        """Put a card into the reader."""
        self.reader.insert(_PILE[int(card)])

    def answer_now(self) -> None:
        """Let a quarter of an hour pass and every answer of the insurers arrive."""
        self.simulator.answer_now()
        super().answer_now()

    def elsewhere(self, by: timedelta) -> None:
        """Let as much time pass at the insurers'."""
        self.simulator.advance(by)

    def _furnished(self, folder: Path) -> Program:
        settings = Settings(
            folder / "cabinet", endpoint=self.simulator.endpoint, middleware=self._middleware
        )
        settings.practice.mkdir(mode=0o700)
        reference.build(settings.practice / REFERENCE, demo=True)
        program = Program(
            settings, self.clock, scard=self.reader.scard, cable=self.cable, cost=CHEAP,
            demo=self,
        )  # fmt: skip
        fill(program.cabinet)
        program.cabinet.lock()
        for patient in PEOPLE:
            if patient.books_ct:
                self.simulator.put_in_books(patient.person.niss, patient.books_ct)
        return program
