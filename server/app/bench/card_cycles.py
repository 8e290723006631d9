"""Figures: ten thousand cards put in, read and taken out, and nothing left behind.

A paper service counts the contexts and the cards that are open; the watcher, its workers and the
reading with its signatures are the real ones. Only the pause after an insertion is left out.
"""

import gc
import threading
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue

from hardware.cards import read_card
from hardware.eid_trust import TrustAnchors
from hardware.fake_ca import demo_root
from hardware.fake_eid import EidCard
from hardware.fake_scard import PaperScard
from hardware.pcsc import open_card
from hardware.ports import CardDone, CardEvent, CardRemoved
from hardware.reading import ReadingOrder
from hardware.watcher import CardWatcher
from hardware.worker import Trade
from server.app.bench.figure import Figure
from server.app.clocks import ShiftedClock
from server.app.demo_people import PEOPLE

CYCLES, WARM = 10_000, 500
_PATIENCE = 30.0
_READER = "Bench Reader 00 00"
_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Stage:
    """A watcher on one reader of paper, and what it says."""

    def __init__(self) -> None:
        self.scard = PaperScard()
        self.scard.add_reader(_READER)
        self._said: SimpleQueue[CardEvent] = SimpleQueue()
        self._stopped = threading.Event()
        anchors = TrustAnchors(demo=(demo_root(),))
        trade = Trade(
            open_card=lambda reader: open_card(self.scard, reader),
            read=lambda link, reader, progress: read_card(
                link, ReadingOrder(reader, _NOON, anchors), progress
            ),
            publish=self._said.put,
            clock=ShiftedClock(),
            wait=lambda _: self._stopped.is_set(),
        )
        self.watcher = CardWatcher(lambda: self.scard, trade, self._stopped)
        self._cards = [EidCard(each.person) for each in PEOPLE]

    def cycle(self, number: int) -> None:
        """Put a card in, have it read, take it out."""
        self.scard.insert(_READER, self._cards[number % len(self._cards)])
        self._until(CardDone)
        self.scard.insert(_READER, None)
        self._until(CardRemoved)

    def _until(self, kind: type[CardEvent]) -> None:
        while not isinstance(self._said.get(timeout=_PATIENCE), kind):
            pass


def run() -> list[Figure]:
    """Measure: about two minutes."""
    stage = Stage()
    stage.watcher.start()
    try:
        for number in range(WARM):
            stage.cycle(number)
        before = threading.active_count(), _memory()
        for number in range(CYCLES):
            stage.cycle(number)
        threads, grown = threading.active_count() - before[0], _memory() / before[1]
    finally:
        stage.watcher.stop()
    left = len(stage.scard.contexts) + len(stage.scard.cards)
    return [
        Figure("cards.cycles_contexts", left, 0, "lower", "left open"),
        Figure("cards.cycles_threads", threads, 0, "lower", "more"),
        Figure("cards.cycles_memory", grown, 1.05, "lower", "×"),
    ]


def _memory() -> float:
    """Give what this process holds, in MB."""
    gc.collect()
    told = Path("/proc/self/smaps_rollup").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in told if line.startswith("Pss:"))
