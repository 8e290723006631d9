"""What the practice remembers of its own copies and of its returns to one."""

from dataclasses import dataclass
from datetime import datetime

import apsw

from server.store.rows import many, one, value


@dataclass(frozen=True, slots=True)
class Copied:
    """One copy in one place, and what its last check found."""

    id: str
    place: str
    name: str
    made_at: datetime
    cause: str
    bytes: int
    verdict: str  # "", "GOOD", "BAD", "GONE"
    reason: str
    checked_at: datetime | None
    seconds: float | None  # how long the check took, a return included


@dataclass(frozen=True, slots=True)
class Homecoming:
    """A return to an earlier copy; open until a person answered what was done since."""

    lineage: str
    cause: str
    backup: str
    copied_at: datetime
    at: datetime
    slot: int
    answered_at: datetime | None


_COPIED = """
    select id, place, name, made_at, cause, bytes, verdict, reason, checked_at, seconds from backup
"""
_HOMECOMING = """
    select lineage, cause, backup, copied_at, at, slot, answered_at from homecoming
"""


def add(db: apsw.Connection, x: Copied) -> None:
    """Remember a copy just made."""
    db.execute(
        "insert into backup values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " on conflict (id, place) do nothing",
        (x.id, x.place, x.name, x.made_at.isoformat(), x.cause, x.bytes, x.verdict, x.reason,
         _iso(x.checked_at), x.seconds),
    )  # fmt: skip


def judge(
    db: apsw.Connection, key: str, place: str, verdict: str, reason: str, at: datetime,
    seconds: float,
) -> None:  # fmt: skip
    """Remember what a check of a copy found."""
    db.execute(
        "update backup set verdict = ?, reason = ?, checked_at = ?, seconds = ?"
        " where id = ? and place = ?",
        (verdict, reason, at.isoformat(), seconds, key, place),
    )


def lose(db: apsw.Connection, key: str, place: str) -> None:
    """Remember that a copy is no longer in its place."""
    db.execute(
        "update backup set verdict = 'GONE', reason = '' where id = ? and place = ?", (key, place)
    )


def in_place(db: apsw.Connection, place: str) -> list[Copied]:
    """Return the copies that should lie in a place, the newest first."""
    return many(
        db, Copied,
        _COPIED + " where place = ? and verdict <> 'GONE' order by made_at desc, id desc",
        (place,),
    )  # fmt: skip


def newest(db: apsw.Connection) -> datetime | None:
    """Return when the last copy was made, whatever became of it."""
    found = value(db, "select max(made_at) from backup")
    return found and datetime.fromisoformat(found)


def oldest(db: apsw.Connection) -> datetime | None:
    """Return when the first copy was made; None before."""
    found = value(db, "select min(made_at) from backup")
    return found and datetime.fromisoformat(found)


def return_home(db: apsw.Connection, x: Homecoming) -> None:
    """Write a return to an earlier copy."""
    db.execute(
        "insert into homecoming (lineage, cause, backup, copied_at, at, slot)"
        " values (?, ?, ?, ?, ?, ?)",
        (x.lineage, x.cause, x.backup, x.copied_at.isoformat(), x.at.isoformat(), x.slot),
    )


def homecoming(db: apsw.Connection, lineage: str) -> Homecoming | None:
    """Return how this lineage began; None for the first."""
    return one(db, Homecoming, _HOMECOMING + " where lineage = ?", (lineage,))


def slots_taken(db: apsw.Connection) -> set[int]:
    """Return the slots of references that earlier lineages used."""
    return {int(row[0]) for row in db.execute("select slot from homecoming")}


def answer(db: apsw.Connection, lineage: str, at: datetime, by: str) -> None:
    """Write that a person told what was done between the copy and the return."""
    db.execute(
        "update homecoming set answered_at = ?, answered_by = ? where lineage = ?",
        (at.isoformat(), by, lineage),
    )


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
