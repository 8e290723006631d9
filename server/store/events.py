"""The event table: what happened and to what, for the screens; never a patient's data."""

from dataclasses import dataclass
from datetime import datetime

import apsw

from server.store.rows import many, value


@dataclass(frozen=True, slots=True)
class Event:
    """One change: its place in the stream, its kind ("lot.sealed") and the id it is about."""

    id: int
    kind: str
    ref: str


def add(db: apsw.Connection, now: datetime, kind: str, ref: str) -> None:
    """Announce a change, in the same transaction as the change."""
    db.execute("insert into event (at, kind, ref) values (?, ?, ?)", (now.isoformat(), kind, ref))


def since(db: apsw.Connection, last: int, most: int = 200) -> list[Event]:
    """Return the events after an id, oldest first."""
    return many(
        db, Event, "select id, kind, ref from event where id > ? order by id limit ?", (last, most)
    )


KEPT = 1_000
"""How many events are kept for pages that were away; screens older than that begin anew."""


def prune(db: apsw.Connection) -> None:
    """Forget the oldest events but the last ones; ids go on from where they are."""
    db.execute("delete from event where id <= (select max(id) from event) - ?", (KEPT,))


def oldest_id(db: apsw.Connection) -> int:
    """Return the id of the oldest event still known, 0 when there is none."""
    return int(value(db, "select coalesce(min(id), 0) from event"))


def last_id(db: apsw.Connection) -> int:
    """Return the id of the newest event, 0 when there is none."""
    return int(value(db, "select coalesce(max(id), 0) from event"))
