"""The readers now plugged in: what each last said, and the worker that speaks to its card.

Used by the watcher's thread alone. Source: `hardware.md` §1.4 (states, event counter) and §6.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from hardware.eid import guess_kind
from hardware.known_atrs import kind_of
from hardware.ports import (
    CardFailed,
    CardInserted,
    CardProblem,
    CardRemoved,
    ReaderAdded,
    ReaderRemoved,
)
from hardware.scard import ReaderState, State, acknowledged
from hardware.worker import CutShort, ReaderWorker, Trade

log = logging.getLogger(__name__)

_FOREIGN = ("windows hello", "yubico", "yubikey")  # not for patients' cards, and answer badly


@dataclass(slots=True)
class _Reader:
    """A reader as last seen; the upper 16 bits of `state` count insertions and removals."""

    worker: ReaderWorker
    state: int = 0

    @property
    def present(self) -> bool:
        return bool(self.state & State.PRESENT)


class Readers:
    """The readers of one watcher; says what changes, and starts and drops their workers."""

    def __init__(self, trade: Trade) -> None:
        self._trade = trade
        self._cut_short = CutShort(trade.clock)
        self._known: dict[str, _Reader] = {}

    def match(self, names: Iterable[str]) -> None:
        """Bring the list up to date with the readers the service names."""
        wanted = [name for name in names if not _is_foreign(name)]
        for name in [known for known in self._known if known not in wanted]:
            self._drop(name)
        for name in wanted:
            if name not in self._known:
                self._known[name] = _Reader(self._worker(name))
                self._trade.publish(ReaderAdded(name))

    def _worker(self, name: str) -> ReaderWorker:
        return ReaderWorker(name, self._trade, self._cut_short)

    def states(self) -> list[ReaderState]:
        """Give each reader with its last state, to be waited on."""
        return [(name, reader.state) for name, reader in self._known.items()]

    @property
    def reading(self) -> bool:
        """Whether a card is being read somewhere."""
        return any(reader.worker.reading for reader in self._known.values())

    def notice(self, name: str, state: int, atr: bytes) -> None:
        """Take the new state of a reader; a changed count between two presences is a swap."""
        reader = self._known[name]
        before, was = reader.state, reader.present
        reader.state = acknowledged(state)
        swapped = was and before >> 16 != state >> 16
        if was and (swapped or not reader.present):
            reader.worker.removal()
            self._trade.publish(CardRemoved(name))
        if reader.present and (swapped or not was):
            self._greet(name, reader, atr)

    def _greet(self, name: str, reader: _Reader, atr: bytes) -> None:
        """Announce a card and have it read, unless it answers nothing."""
        other = kind_of(atr, self._trade.not_ours)
        self._trade.publish(CardInserted(name, other or guess_kind(atr)))
        if other is not None:
            log.info("a card that is not ours to read was left alone: %s", other)
        elif reader.state & State.MUTE:
            self._trade.publish(CardFailed(name, CardProblem.MUTE))
        else:
            reader.worker.insertion()

    def replace_stuck(self) -> None:
        """Say which readers answer no more, and give each a fresh worker for its next card."""
        for name, reader in self._known.items():
            if reader.worker.late():
                reader.worker.abandon()
                reader.worker = self._worker(name)
                log.warning("a reader is stuck; its worker was replaced")
                self._trade.publish(CardFailed(name, CardProblem.STUCK))

    def forget(self) -> None:
        """Let every reader go: the service is lost, or the watch ends."""
        for name in list(self._known):
            self._drop(name)

    def _drop(self, name: str) -> None:
        """Say that a reader is gone, its card first; a reading under way ends by its own error."""
        reader = self._known.pop(name)
        reader.worker.retire()
        if reader.present:
            self._trade.publish(CardRemoved(name))
        self._trade.publish(ReaderRemoved(name))


def _is_foreign(name: str) -> bool:
    return any(word in name.lower() for word in _FOREIGN)
