"""The one door of the card hardware: a watcher, wired to a callback.

`server.app` calls `watch_cards`; everything that happens then arrives at `publish`, from the
watcher's thread or a reader's own.
"""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from hardware.pcsc import load_scard, open_card
from hardware.ports import CardDone, CardLink, Publish
from hardware.reading import Progress, ReadingOrder, read_eid
from hardware.scard import Scard
from hardware.watcher import CardWatcher
from hardware.worker import Trade
from server.core.clock import Clock

if TYPE_CHECKING:
    from hardware.eid_trust import TrustAnchors


def watch_cards(
    publish: Publish,
    clock: Clock,
    anchors: "Callable[[], TrustAnchors]",
    with_photo: bool = False,
    scard: Scard | None = None,
) -> CardWatcher:
    """Make a watcher of the system's readers (or of `scard`'s); the caller starts and stops it.

    `anchors` is asked at each reading, so that roots loaded meanwhile count at once.
    """
    stopped = threading.Event()

    def read(link: CardLink, reader: str, progress: Progress) -> CardDone:
        order = ReadingOrder(reader, clock.now(), anchors(), with_photo)
        return read_eid(link, order, progress)

    service = _Once(scard)
    trade = Trade(
        open_card=lambda reader: open_card(service(), reader),
        read=read,
        publish=publish,
        clock=clock,
        wait=stopped.wait,
    )
    return CardWatcher(service, trade, stopped)


class _Once:
    """The PC/SC service, loaded at its first use and kept."""

    def __init__(self, scard: Scard | None) -> None:
        self._scard = scard

    def __call__(self) -> Scard:
        if self._scard is None:
            self._scard = load_scard()
        return self._scard
