"""What every demo practice has on its desk: a paper reader, a cable to pull, nights at a press."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from hardware.demo_reader import DemoReader
from server.app.cable import Cable
from server.app.clocks import ShiftedClock
from server.app.demo_practice import PASSPHRASE
from server.app.program import Program
from server.core.clock import BRUSSELS
from server.store.keys import Cost

CHEAP = Cost(19 * 1024, 2, 1)
"""The cost of one try: the passphrase is printed on the first page."""

QUARTER = timedelta(minutes=16)


class Toys(ABC):
    """The port `webui.outside.DemoControl`, but for the cards: each country has its own."""

    program: Program

    def __init__(self, clock: ShiftedClock | None = None) -> None:
        """`clock` is the machine's unless the day must begin at a known hour."""
        self.clock = clock or ShiftedClock()
        self.cable = Cable()
        self.reader = DemoReader()

    @property
    def online(self) -> bool:
        """Whether the cable is in."""
        return not self.cable.cut

    @property
    def passphrase(self) -> str:
        """The passphrase printed on the unlock page."""
        return PASSPHRASE

    @abstractmethod
    def cards(self) -> Sequence[tuple[str, str]]:
        """Return the cards lying on the desk: (number in the pile, name printed)."""

    @abstractmethod
    def insert(self, card: str) -> None:
        """Put a card into the reader."""

    def phone(self, nir: str) -> bytes:
        """Give what the phone of who has a number shows: nothing, where no card is in a phone."""
        return b""

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
        """Let a quarter of an hour pass.

        The clocks move because a mailbox may be read again only after a while (`sync.etiquette`).
        """
        self.passed(QUARTER)

    def next_morning(self) -> None:
        """Let the night pass: it is eight o'clock tomorrow."""
        now = self.clock.now().astimezone(BRUSSELS)
        morning = datetime(now.year, now.month, now.day, 8, tzinfo=BRUSSELS) + timedelta(days=1)
        self.passed(morning - now)

    def passed(self, by: timedelta) -> None:
        """Let time pass here, and at whoever else lives by this clock."""

        def move() -> None:
            self.clock.advance(by)
            self.elsewhere(by)

        self._between_runs(move)
        if self.program.keeper is not None:
            self.program.keeper.wake()

    def elsewhere(self, by: timedelta) -> None:  # noqa: B027 - nobody is there unless a country says so
        """Let as much time pass at the simulators, when there are some."""

    def _between_runs(self, move: Callable[[], None]) -> None:
        post = self.program.post
        if post is None:
            move()
        else:
            post.between_runs(move)  # a mailbox being read now would be noted as read later
            post.send_now()
