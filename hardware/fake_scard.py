"""A PC/SC service made of paper: readers, cards, restarts, by hand and without a daemon.

The demo's reader and the watcher's tests use it in place of the system's. Source of its manners:
`hardware.md` §1.3 (result codes) and §1.4 (event counter, pseudo-reader).
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from hardware.fakes import EmulatedCard
from hardware.ports import CardTrouble
from hardware.scard import PNP, ReaderNews, ReaderState, Result, State


@dataclass(slots=True)
class _Slot:
    """A reader: its card, its count of events, and whether another program keeps it."""

    card: EmulatedCard | None = None
    events: int = 0
    kept: bool = False

    @property
    def state(self) -> int:
        """The state as the service tells it, without CHANGED."""
        if self.card is None:
            return self.events << 16 | State.EMPTY
        mute = 0 if self.card.atr else State.MUTE
        return self.events << 16 | State.PRESENT | mute


@dataclass(frozen=True, slots=True)
class _Open:
    """An open card: it is lost as soon as its reader counts another event."""

    reader: str
    slot: _Slot
    card: EmulatedCard
    events: int


class PaperScard:
    """The service. `pnp`: whether it announces readers. `longest_wait` shortens waits, seconds."""

    def __init__(self, pnp: bool = True, longest_wait: float = 60.0) -> None:
        self._news = threading.Condition()
        self._pnp = pnp
        self._longest_wait = longest_wait
        self._up = True
        self._lists = 1  # versions of the list of readers
        self._slots: dict[str, _Slot] = {}
        self._numbers = count(1)
        self._cancelled: set[int] = set()
        self.contexts: set[int] = set()  # open now: must be empty in the end
        self.cards: dict[int, _Open] = {}  # idem

    def add_reader(self, name: str) -> None:
        """Plug a reader in."""
        with self._news:
            self._slots[name] = _Slot()
            self._lists += 1
            self._news.notify_all()

    def remove_reader(self, name: str) -> None:
        """Unplug a reader, with its card."""
        with self._news:
            del self._slots[name]
            self._lists += 1
            self._news.notify_all()

    def insert(self, name: str, card: EmulatedCard | None) -> None:
        """Put a card in a reader, swap it at once for another, or take it out (None)."""
        with self._news:
            slot = self._slots[name]
            slot.events += 1 if card is None or slot.card is None else 2
            slot.card = card
            if card is not None:
                card.reset()
            self._news.notify_all()

    def keep(self, name: str, kept: bool) -> None:
        """Let another program take a reader for itself, or give it back."""
        with self._news:
            self._slots[name].kept = kept

    def stop_service(self) -> None:
        """Stop the service: every context and card is lost."""
        with self._news:
            self._up = False
            self._news.notify_all()

    def start_service(self) -> None:
        """Start the service again; its counts begin anew."""
        with self._news:
            self._up = True
            for slot in self._slots.values():
                slot.events = int(slot.card is not None)
            self.cards.clear()

    def SCardEstablishContext(self, _scope: int, /) -> tuple[int, int]:  # noqa: N802 - PC/SC's name
        """Open a conversation with the service."""
        if not self._up:
            return Result.NO_SERVICE, 0
        context = next(self._numbers)
        self.contexts.add(context)
        return Result.SUCCESS, context

    def SCardReleaseContext(self, context: int, /) -> int:  # noqa: N802 - PC/SC's name
        """Close a conversation."""
        self.contexts.discard(context)
        return Result.SUCCESS

    def SCardListReaders(  # noqa: N802 - PC/SC's name
        self, _context: int, _groups: Sequence[str], /
    ) -> tuple[int, list[str]]:
        """Name the readers plugged in."""
        if not self._up:
            return Result.SERVICE_STOPPED, []
        with self._news:
            return (Result.SUCCESS if self._slots else Result.NO_READERS), list(self._slots)

    def SCardGetStatusChange(  # noqa: N802 - PC/SC's name
        self, context: int, timeout_ms: int, states: Sequence[ReaderState], /
    ) -> tuple[int, list[ReaderNews]]:
        """Wait for a change, a cancel, a stop of the service, or the end of the time."""
        with self._news:
            seconds = min(timeout_ms / 1000, self._longest_wait)
            self._news.wait_for(lambda: self._ending(context, states) is not None, seconds)
            ended = self._ending(context, states)
            self._cancelled.discard(context)
            if ended is not Result.SUCCESS:
                return Result.TIMEOUT if ended is None else ended, []
            return ended, [self._tell(name, known) for name, known in states]

    def _ending(self, context: int, states: Sequence[ReaderState]) -> Result | None:
        """Say how a wait ends now; None: it does not."""
        if not self._up:
            return Result.SERVICE_STOPPED
        if context in self._cancelled:
            return Result.CANCELLED
        known = set(self._slots) | ({PNP} if self._pnp else set())
        if any(name not in known for name, _ in states):
            return Result.UNKNOWN_READER
        return Result.SUCCESS if any(self._state(n) != state for n, state in states) else None

    def _state(self, name: str) -> int:
        return self._lists << 16 if name == PNP else self._slots[name].state

    def _tell(self, name: str, known: int) -> ReaderNews:
        state = self._state(name)
        slot = self._slots.get(name)
        atr = slot.card.atr if slot and slot.card else b""
        return name, state | (State.CHANGED if state != known else 0), list(atr)

    def SCardCancel(self, context: int, /) -> int:  # noqa: N802 - PC/SC's name
        """Wake the thread that waits on a context."""
        with self._news:
            self._cancelled.add(context)
            self._news.notify_all()
        return Result.SUCCESS

    def SCardConnect(  # noqa: N802 - PC/SC's name
        self, _context: int, reader: str, _share: int, _protocols: int, /
    ) -> tuple[int, int, int]:
        """Open the card of a reader."""
        with self._news:
            slot = self._slots.get(reader)
            refused = self._refusal(slot)
            if refused is not Result.SUCCESS or slot is None or slot.card is None:
                return refused, 0, 0
            handle = next(self._numbers)
            self.cards[handle] = _Open(reader, slot, slot.card, slot.events)
            return Result.SUCCESS, handle, 1

    def _refusal(self, slot: _Slot | None) -> Result:
        if not self._up:
            return Result.NO_SERVICE
        if slot is None:
            return Result.UNKNOWN_READER
        if slot.kept:
            return Result.SHARING_VIOLATION
        if slot.card is None:
            return Result.NO_SMARTCARD
        return Result.SUCCESS if slot.card.atr else Result.UNRESPONSIVE_CARD

    def SCardDisconnect(self, card: int, _disposition: int, /) -> int:  # noqa: N802 - PC/SC's name
        """Close a card."""
        self.cards.pop(card, None)
        return Result.SUCCESS

    def SCardBeginTransaction(self, card: int, /) -> int:  # noqa: N802 - PC/SC's name
        """Keep other programs out: nobody else is there."""
        return self._lost(card)

    def SCardEndTransaction(  # noqa: N802 - PC/SC's name
        self, card: int, _disposition: int, /
    ) -> int:
        """Let other programs in."""
        return self._lost(card)

    def SCardTransmit(  # noqa: N802 - PC/SC's name
        self, card: int, _protocol: int, command: Sequence[int], /
    ) -> tuple[int, list[int]]:
        """Send one command to a card; a card that pulls itself out leaves its reader."""
        lost = self._lost(card)
        if lost is not Result.SUCCESS:
            return lost, []
        opened = self.cards[card]
        try:
            data, sw = opened.card.send(bytes(command))
        except CardTrouble:
            self.insert(opened.reader, None)
            return Result.REMOVED_CARD, []
        return Result.SUCCESS, [*data, sw >> 8, sw & 0xFF]

    def _lost(self, card: int) -> Result:
        """Say whether an open card is still there."""
        if not self._up or card not in self.cards:
            return Result.NO_SERVICE
        opened = self.cards[card]
        if opened.reader not in self._slots:
            return Result.READER_UNAVAILABLE
        return Result.SUCCESS if opened.slot.events == opened.events else Result.REMOVED_CARD
