"""Who sits where: the user, the device and the practice of an open file, read once per change.

Every act begins with these three rows, and a screen is half a dozen acts. SQLite tells whether the
file has changed since they were read; nothing that was written is ever missed.
"""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import apsw

from server.store import practice as practices
from server.store.practice import Device, Practice, User


@dataclass(frozen=True, slots=True)
class Seat:
    """The three rows every desk is made of."""

    user: User
    device: Device
    practice: Practice


_Held = tuple[tuple[str, int, int], Seat | None]


class Seats:
    """The seat last read through each connection; forgotten with this object, at each lock."""

    def __init__(self) -> None:
        self._held: WeakKeyDictionary[apsw.Connection, _Held] = WeakKeyDictionary()

    def of(self, db: apsw.Connection, user: str) -> Seat | None:
        """Give the seat of a user as the file has it now; None when there is no such user."""
        if db.in_transaction:  # what is read now may never be committed
            return _read(db, user)
        ((others,),) = db.execute("pragma data_version")
        mark = (user, int(others), db.total_changes())
        held = self._held.get(db)
        if held is None or held[0] != mark:
            held = self._held[db] = (mark, _read(db, user))
        return held[1]


def _read(db: apsw.Connection, user: str) -> Seat | None:
    who = practices.user(db, user)
    return Seat(who, practices.first_device(db), practices.get(db)) if who else None
