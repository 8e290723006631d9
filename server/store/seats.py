"""Who sits where: the user, the device and the practice of an open file, read once per change.

Every act begins with these three rows, and a screen is half a dozen acts. SQLite tells whether the
file has changed since they were read; nothing that was written is ever missed. What else screens
ask for again and again is kept beside them, as long.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, cast
from weakref import WeakKeyDictionary

import apsw

from server.store import practice as practices
from server.store.practice import Device, Practice, User

R = TypeVar("R")
_MOST = 64  # facts kept at once: a few screens' worth


class Kept:
    """Facts read through one connection since the file last changed; never what the hour changes.

    It ends with the seat it belongs to: at the first change, and at each lock.
    """

    def __init__(self, mark: tuple[int, int]) -> None:
        self._mark = mark
        self._facts: dict[tuple[str, ...], object] = {}

    def once(self, db: apsw.Connection, key: tuple[str, ...], read: Callable[[], R]) -> R:
        """Give what `read` gave under this key, reading it at most once.

        In a transaction, or once anybody has written, it is read each time: a desk may be old.
        """
        if db.in_transaction or _mark(db) != self._mark:
            return read()
        if key not in self._facts:
            if len(self._facts) >= _MOST:
                self._facts.clear()
            self._facts[key] = read()
        return cast(R, self._facts[key])


@dataclass(frozen=True, slots=True)
class Seat:
    """The three rows every desk is made of, and what is kept as long as they are."""

    user: User
    device: Device
    practice: Practice
    kept: Kept | None = field(default=None, compare=False)  # None inside a transaction


_Held = tuple[tuple[str, tuple[int, int]], Seat | None]


class Seats:
    """The seat last read through each connection; forgotten with this object, at each lock."""

    def __init__(self) -> None:
        self._held: WeakKeyDictionary[apsw.Connection, _Held] = WeakKeyDictionary()

    def of(self, db: apsw.Connection, user: str) -> Seat | None:
        """Give the seat of a user as the file has it now; None when there is no such user."""
        if db.in_transaction:  # what is read now may never be committed
            return _read(db, user)
        mark = _mark(db)
        held = self._held.get(db)
        if held is None or held[0] != (user, mark):
            held = self._held[db] = ((user, mark), _read(db, user, Kept(mark)))
        return held[1]


def _mark(db: apsw.Connection) -> tuple[int, int]:
    """Return what changes with the file: by others, and by this connection."""
    ((others,),) = db.execute("pragma data_version")
    return int(others), db.total_changes()


def _read(db: apsw.Connection, user: str, kept: Kept | None = None) -> Seat | None:
    who = practices.user(db, user)
    return Seat(who, practices.first_device(db), practices.get(db), kept) if who else None
