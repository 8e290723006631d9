"""`besace demo`: a fabricated practice in a temporary folder, its simulators started beside it."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from hardware.demo_reader import DemoReader
from server.app import reference
from server.app.clocks import ShiftedClock
from server.app.demo_people import PEOPLE
from server.app.demo_practice import PASSPHRASE, fill
from server.app.opening import show
from server.app.post import Cable
from server.app.program import Program
from server.core.clock import BRUSSELS
from server.core.errors import Missing
from server.services.cabinet import REFERENCE
from server.settings import Settings
from server.store.keys import Cost

_CHEAP = Cost(19 * 1024, 2, 1)  # its passphrase is printed on the first page
_ANSWER_SECONDS = 20
_QUARTER = timedelta(minutes=16)


def open_demo(*, window: bool, hours: float) -> int:
    """Open the demo practice until its window closes or its hours are over."""
    folder = Path(tempfile.mkdtemp(prefix="besace-demo-"))
    demo: Demo | None = None
    try:
        demo = Demo(folder)
        return show(demo.program, window=window, seconds=hours * 3600)
    finally:
        if demo is not None:
            demo.simulator.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Demo:
    """A demo practice with a paper reader, a cable to pull, and days that pass at a press."""

    def __init__(self, folder: Path) -> None:
        self.clock = ShiftedClock()
        self.cable = Cable()
        self.reader = DemoReader()
        self.simulator = SimulatorProcess(folder / "insurers.db")
        settings = Settings(folder / "cabinet", endpoint=self.simulator.endpoint)
        settings.practice.mkdir(mode=0o700)
        reference.build(settings.practice / REFERENCE, demo=True)
        self.program = Program(
            settings, self.clock, scard=self.reader.scard, cable=self.cable, cost=_CHEAP,
            demo=self,
        )  # fmt: skip
        fill(self.program.cabinet)
        self.program.cabinet.lock()
        for patient in PEOPLE:
            if patient.books_ct:
                self.simulator.put_in_books(patient.person.niss, patient.books_ct)

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
        return [
            (str(i), f"{p.person.first_names} {p.person.last_name}") for i, p in enumerate(PEOPLE)
        ]

    def insert(self, card: str) -> None:
        """Put a card into the reader."""
        self.reader.insert(PEOPLE[int(card)].person)

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

    def _pass(self, by: timedelta) -> None:
        self.clock.advance(by)
        self.simulator.advance(by)
        if self.program.post is not None:
            self.program.post.send_now()


class SimulatorProcess:
    """The insurers' side, in a process of its own."""

    def __init__(self, db: Path) -> None:
        command = ["-m", "server.app", "simulate", "mycarenet", "--unsigned", "--db", str(db)]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
            [sys.executable, *command], stdout=subprocess.PIPE, text=True
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line.startswith("mycarenet "):
            self.stop()
            raise Missing(what="simulator")
        self.endpoint = line.split()[1]
        self._base = "/".join(self.endpoint.split("/")[:3])

    def advance(self, by: timedelta) -> None:
        """Move the insurers' clock, and let them answer what is due."""
        self._tell("clock", {"shift_seconds": by.total_seconds()})

    def answer_now(self) -> None:
        """Let every answer under way arrive at once."""
        self._tell("tick", {})

    def put_in_books(self, niss: str, ct: str) -> None:
        """Write other CT1 and CT2 in the insurer's books than the practice holds."""
        self._tell("magic", {"niss": niss, "code": "R500522", "unless_ct": ct})

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait(_ANSWER_SECONDS)

    def _tell(self, what: str, sent: dict[str, Any]) -> None:
        request = Request(  # noqa: S310 - our own simulator on loopback
            f"{self._base}/admin/{what}", json.dumps(sent).encode(),
            {"Content-Type": "application/json"}, method="POST",
        )  # fmt: skip
        with urlopen(request, timeout=_ANSWER_SECONDS):  # noqa: S310 - same
            pass
