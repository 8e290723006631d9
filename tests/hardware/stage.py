"""A stage on which cards come and go: a watcher on a paper service, and time that stands still."""

import queue
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from hardware.cards import read_card
from hardware.eid_trust import TrustAnchors
from hardware.fake_scard import PaperScard
from hardware.fakes import EmulatedCard
from hardware.pcsc import open_card
from hardware.ports import CardEvent
from hardware.reading import ReadingOrder
from hardware.watcher import CardWatcher
from hardware.worker import Trade

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
READER = "Paper Reader 00 00"
Event = TypeVar("Event")


class Time:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return self.seconds


class Stage:
    """A watcher on a paper service; waits are recorded, never slept."""

    def __init__(self, scard: PaperScard, anchors: TrustAnchors, pnp: bool = True) -> None:
        self.scard = scard
        self.time = Time()
        self.waits: list[float] = []
        self.events: queue.Queue[CardEvent] = queue.Queue()
        self.hear: Callable[[CardEvent], None] = self.events.put
        self.wait: Callable[[float], bool] = self._pretend
        self._stopped = threading.Event()
        trade = Trade(
            open_card=lambda reader: open_card(scard, reader),
            read=lambda link, reader, progress: read_card(
                link, ReadingOrder(reader, self.time.now(), anchors), progress
            ),
            publish=lambda event: self.hear(event),
            clock=self.time,
            wait=lambda seconds: self.wait(seconds),
        )
        self.watcher = CardWatcher(lambda: scard, trade, self._stopped, pnp)

    def _pretend(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return self._stopped.wait(0.001)

    def insert(self, card: EmulatedCard | None) -> None:
        self.scard.insert(READER, card)

    def until(self, kind: type[Event]) -> Event:
        """Give the next event of a kind, letting others pass."""
        while True:
            event = self.events.get(timeout=5)
            if isinstance(event, kind):
                return event


class SetStage(Protocol):
    def __call__(self, scard: PaperScard | None = None, *, pnp: bool = True) -> Stage: ...
