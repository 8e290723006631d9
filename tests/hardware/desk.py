"""A desk with a real card service: its daemon, its two slots, and all a watcher says of them."""

import queue
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import pytest

from hardware.cards import watch_cards
from hardware.eid_trust import TrustAnchors
from hardware.fake_ca import demo_root
from hardware.fakes import EmulatedCard
from hardware.known_atrs import KnownAtr
from hardware.ports import CardEvent, ReaderAdded
from hardware.vpcd import VirtualCard, serve_card
from server.app.words import table
from tests.hardware.daemon import PORT, Daemon, what_is_missing
from tests.hardware.stage import NOON

Event = TypeVar("Event")


class WallTime:
    """Seconds that pass, at an instant that does not."""

    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return time.monotonic()


class Desk:
    """A desk with a real service: its daemon, its readers, and all it says."""

    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon
        self.readers: list[str] = []
        self.events: queue.Queue[CardEvent] = queue.Queue()

    def until(self, kind: type[Event]) -> Event:
        while True:
            event = self.events.get(timeout=10)
            if isinstance(event, kind):
                return event

    def until_all(self, *kinds: type[CardEvent]) -> list[CardEvent]:
        """Give the first event of each kind, said by several threads in whatever order."""
        found: dict[type[CardEvent], CardEvent] = {}
        while len(found) < len(kinds):
            event = self.events.get(timeout=10)
            if type(event) in kinds:
                found.setdefault(type(event), event)
        return [found[kind] for kind in kinds]


def insert(card: EmulatedCard, port: int = PORT) -> VirtualCard:
    """Put a card into a slot of the virtual reader."""
    return serve_card(card, port=port)


@contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    """Start a daemon and a watcher on it; skips where there can be none."""
    pytest.importorskip("smartcard.scard", reason="the package pyscard is not installed")
    if missing := what_is_missing():
        pytest.skip(missing)
    daemon = Daemon(folder)
    desk = Desk(daemon)
    anchors = TrustAnchors(demo=(demo_root(),))
    not_ours = [KnownAtr.from_row(row) for row in table("card_atrs")]
    watcher = watch_cards(
        desk.events.put, WallTime(), lambda: anchors, with_photo=True, not_ours=not_ours
    )
    daemon.start()
    watcher.start()
    try:
        desk.readers += [desk.until(ReaderAdded).reader, desk.until(ReaderAdded).reader]
        yield desk
    finally:
        stopped = watcher.stop()
        daemon.kill()
    assert stopped
