"""The thread that watches the readers: who is there, which card came in, is the service up.

Our own loop, because the library's monitor dies for ever when the service restarts. It never opens
a card: it hands each insertion to the worker of that reader. Source: `hardware.md` §1.4, §6, §7.
"""

import logging
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from hardware.ports import CardEvent, CardProblem, CardTrouble, Publish, ServiceDown, ServiceUp
from hardware.readers import Readers
from hardware.scard import (
    PNP,
    SCOPE_USER,
    ReaderNews,
    ReaderState,
    Result,
    Scard,
    acknowledged,
    plain,
    result_name,
)
from hardware.worker import Trade

log = logging.getLogger(__name__)

_IDLE_MS = 60_000
_WITHOUT_PNP_MS = 1_000
_WHILE_READING_MS = 250  # often enough to notice a stuck reader
_FIRST_BACK_OFF = 0.25  # seconds, doubled at each failure
_LONGEST_BACK_OFF = 5.0
_HARMLESS = frozenset((Result.SUCCESS, Result.TIMEOUT, Result.CANCELLED, Result.UNKNOWN_READER))


class CardWatcher:
    """Watches every reader until stopped, through any restart of the service."""

    def __init__(
        self,
        load: Callable[[], Scard],
        trade: Trade,
        stopped: threading.Event,
        pnp: bool = sys.platform != "darwin",
    ) -> None:
        """Take the service's loader, what the workers need, and the event that ends the watch.

        `pnp`: whether the system announces readers; macOS does not, they are listed each second.
        """
        self._load = load
        self._trade = replace(trade, publish=_surviving(trade.publish))
        self._stopped = stopped
        self._pnp = pnp
        self._pnp_state = 0
        self._unknown_in_a_row = 0
        self._heard = False  # whether the present conversation has worked at all
        self._readers = Readers(self._trade)
        self._up: bool | None = None  # None: nothing was said yet
        self._wake: Callable[[], object] = lambda: None
        self._thread = threading.Thread(target=self._run, name="card-watcher", daemon=True)

    def start(self) -> None:
        """Begin watching, in a thread of its own."""
        self._thread.start()

    def stop(self, within: float = 2.0) -> bool:
        """Stop watching; say whether the thread ended within so many seconds."""
        self._stopped.set()
        for _ in range(max(1, round(within / 0.02))):
            self._wake()  # is lost when no wait has begun yet: hence again and again
            self._thread.join(0.02)
            if not self._thread.is_alive():
                return True
        return False

    def _run(self) -> None:
        try:
            scard = self._load()
        except CardTrouble as trouble:
            self._trade.publish(ServiceDown(trouble.problem))
            return
        self._watch(scard)
        self._readers.forget()

    def _watch(self, scard: Scard) -> None:
        """Hold one conversation after another; back off, longer each time, while none opens."""
        back_off = _FIRST_BACK_OFF
        while not self._stopped.is_set():
            self._heard = False
            self._converse(scard)
            if self._heard:
                back_off = _FIRST_BACK_OFF
            if not self._stopped.is_set():
                self._say_down()
                self._trade.wait(back_off)
                back_off = min(2 * back_off, _LONGEST_BACK_OFF)

    def _converse(self, scard: Scard) -> None:
        """Open a context and follow it until it breaks; it belongs to this thread."""
        result, context = scard.SCardEstablishContext(SCOPE_USER)
        if plain(result) != Result.SUCCESS:
            return
        self._pnp_state = 0
        self._wake = lambda: scard.SCardCancel(context)
        try:
            result = self._follow(scard, context)
            log.info("card service left: %s", result_name(result))
        finally:
            self._wake = lambda: None
            scard.SCardReleaseContext(context)

    def _follow(self, scard: Scard, context: Any) -> int:
        """List, wait, notice, again; give the result code that ended it."""
        while not self._stopped.is_set():
            result, names = scard.SCardListReaders(context, [])
            if plain(result) not in (Result.SUCCESS, Result.NO_READERS):
                return result
            self._say_up()
            self._readers.match(names if plain(result) == Result.SUCCESS else ())
            result = self._await_news(scard, context)
            if plain(result) not in _HARMLESS:
                return result
            self._readers.replace_stuck()
        return Result.CANCELLED

    def _await_news(self, scard: Scard, context: Any) -> int:
        """Wait for a change of any reader, or of their list, and take it in."""
        states = self._readers.states() + ([(PNP, self._pnp_state)] if self._pnp else [])
        if not states:
            self._trade.wait(_WITHOUT_PNP_MS / 1000)
            return Result.TIMEOUT
        result, news = scard.SCardGetStatusChange(context, self._patience(), states)
        if plain(result) == Result.SUCCESS:
            self._take_in(states, news)
        self._doubt_pnp(plain(result) == Result.UNKNOWN_READER)
        self._heard |= plain(result) in _HARMLESS
        return result

    def _take_in(self, states: Sequence[ReaderState], news: Sequence[ReaderNews]) -> None:
        """Notice each reader's state; a driver that wakes us for nothing is made to wait."""
        for name, state, atr in news:
            if name == PNP:
                self._pnp_state = acknowledged(state)
            else:
                self._readers.notice(name, state, bytes(atr))
        if [acknowledged(state) for _, state, _ in news] == [known for _, known in states]:
            self._trade.wait(_FIRST_BACK_OFF)

    def _patience(self) -> int:
        """Give the milliseconds one wait may last."""
        if self._readers.reading:
            return _WHILE_READING_MS
        return _IDLE_MS if self._pnp else _WITHOUT_PNP_MS

    def _doubt_pnp(self, unknown: bool) -> None:
        """Do without the pseudo-reader when a fresh list of readers is still not known."""
        self._unknown_in_a_row = self._unknown_in_a_row + 1 if unknown else 0
        if self._unknown_in_a_row > 1:
            self._pnp = False
            self._trade.wait(_FIRST_BACK_OFF)

    def _say_up(self) -> None:
        if not self._up:
            self._up = True
            self._trade.publish(ServiceUp())

    def _say_down(self) -> None:
        """Let every reader go, and say once that the service is down."""
        self._readers.forget()
        if self._up is not False:
            self._up = False
            self._trade.publish(ServiceDown(CardProblem.SERVICE_DOWN))


def _surviving(publish: Publish) -> Publish:
    """Keep the reader threads alive when the one who hears them fails."""

    def survive(event: CardEvent) -> None:
        try:
            publish(event)
        except Exception as fault:  # noqa: BLE001 - whatever the listener does, reading goes on
            log.error("%s was not heard: %s", type(event).__name__, type(fault).__name__)

    return survive
