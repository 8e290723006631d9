"""The one door of the card hardware: a watcher, wired to a callback.

`server.app` calls `watch_cards`; everything that happens then arrives at `publish`, from the
watcher's thread or a reader's own.
"""

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hardware.pcsc import load_scard, open_card
from hardware.ports import CardLink, CardProblem, CardTrouble, Publish
from hardware.reading import Progress, ReadingOrder, read_eid
from hardware.scard import Scard
from hardware.vitale import read_vitale
from hardware.watcher import CardWatcher
from hardware.worker import Done, Trade
from server.core.clock import Clock

if TYPE_CHECKING:
    from hardware.eid_trust import TrustAnchors
    from hardware.known_atrs import KnownAtr


def watch_cards(
    publish: Publish,
    clock: Clock,
    anchors: "Callable[[], TrustAnchors]",
    with_photo: bool = False,
    scard: Scard | None = None,
    not_ours: "Sequence[KnownAtr]" = (),
) -> CardWatcher:
    """Make a watcher of the system's readers (or of `scard`'s); the caller starts and stops it.

    `anchors` is asked at each reading, so that roots loaded meanwhile count at once. Cards whose
    first bytes are among `not_ours` are named and left alone.
    """
    stopped = threading.Event()

    def read(link: CardLink, reader: str, progress: Progress) -> Done:
        return read_card(link, ReadingOrder(reader, clock.now(), anchors(), with_photo), progress)

    service = _Once(scard)
    trade = Trade(
        open_card=lambda reader: open_card(service(), reader),
        read=read,
        publish=publish,
        clock=clock,
        wait=stopped.wait,
        not_ours=not_ours,
    )
    return CardWatcher(service, trade, stopped)


def read_card(link: CardLink, order: ReadingOrder, progress: Progress) -> Done:
    """Read a card for what it is: an identity card of Belgium, else a Vitale card.

    Raises `CardTrouble`, NOT_VITALE for a card that is neither.
    """
    try:
        return read_eid(link, order, progress)
    except CardTrouble as trouble:
        if trouble.problem is not CardProblem.NOT_EID:
            raise
    return read_vitale(link, order.reader, order.at, progress)


class _Once:
    """The PC/SC service, loaded at its first use and kept."""

    def __init__(self, scard: Scard | None) -> None:
        self._scard = scard

    def __call__(self) -> Scard:
        if self._scard is None:
            self._scard = load_scard()
        return self._scard
