"""Conventions in the practice file: versions of tables, their rows, and what people put aside.

Rows go in beside those in use and count for nothing until their table is made the active one of its
family: one change of states, whatever the size (`reliability-security.md` §2).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import repeat
from operator import itemgetter
from zlib import adler32, crc32

import apsw

from server.countries.france.convention_names import Kind
from server.countries.france.convention_reader import BadRow
from server.countries.france.convention_rows import FIELDS, TableRow
from server.store.convention_cells import LOOKED_UP, SEPARATOR, TABLES
from server.store.rows import columns, many, one, value


class State(StrEnum):
    """How a table stands; rows of an active one hold."""

    LOADING = "LOADING"
    PENDING = "PENDING"  # read whole, waits for a person
    ACTIVE = "ACTIVE"
    REPLACED = "REPLACED"
    DECLINED = "DECLINED"
    REFUSED = "REFUSED"
    UNDONE = "UNDONE"


class Origin(StrEnum):
    """How a table came."""

    MANUAL = "MANUAL"
    DURING_TRANSMISSION = "DURING_TRANSMISSION"
    FOLDER = "FOLDER"
    HAND = "HAND"  # typed row by row


@dataclass(frozen=True, slots=True)
class Counts:
    """What reading a file and comparing it with the version in use gave."""

    rows: int
    rejected: int
    elsewhere: int
    added: int
    changed: int
    ended: int


@dataclass(frozen=True, slots=True)
class Version:
    """One file, as the import log shows it."""

    number: int
    id: str
    kind: Kind
    family: str
    name: str
    came_as: str
    day: date | None
    sha256: str
    origin: Origin
    at: datetime
    by: str
    state: State
    reason: str
    rows: int
    rejected: int
    elsewhere: int
    added: int
    changed: int
    ended: int
    activated_at: datetime | None
    replaces: int | None

    @property
    def label(self) -> str:
        """The version as it is shown: its day, else its name."""
        return self.day.isoformat() if self.day else self.name.rpartition(".")[0]


_SAID = "(? & 2147483647) << 32 | ?"
"""A whole number of the cells of a row, of two sums, to tell its versions apart at a glance.

A row that changed is missed once in a thousand million imports, and then in the comparison alone.
"""

_VERSION = f"select {columns(Version)} from convention_table"


def begin(db: apsw.Connection, new: Version, device: str) -> int:
    """Write that a file is being read, and give its number; `new.number` does not count."""
    db.execute(
        "insert into convention_table (id, device, seq, kind, family, name, came_as, day, origin,"
        " at, by, state) values (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (new.id, device, new.kind, new.family, new.name, new.came_as,
         new.day and new.day.isoformat(), new.origin, new.at.isoformat(), new.by, new.state),
    )  # fmt: skip
    return int(db.last_insert_rowid())


def add(db: apsw.Connection, number: int, kind: Kind, rows: Sequence[TableRow]) -> None:
    """Write rows of a table that is being read, a block of them at a time."""
    names = LOOKED_UP[kind]
    texts = [*map(SEPARATOR.join, rows)]
    sums = [text.encode() for text in texts]
    looked_up = (map(itemgetter(FIELDS[kind].index(name)), rows) for name in names)
    db.executemany(
        f"insert into {TABLES[kind]} (tbl, cells, said, {', '.join(names)})"
        f" values (?, ?, {_SAID}{', ?' * len(names)})",
        zip(repeat(number), texts, map(adler32, sums), map(crc32, sums), *looked_up, strict=False),
    )


def add_bad(db: apsw.Connection, number: int, bad: Iterable[BadRow]) -> None:
    """Write the lines that were left out."""
    db.executemany(
        "insert or ignore into convention_bad_row values (?, ?, ?, ?)",
        ((number, each.line, each.reason, each.found) for each in bad),
    )


def bad_rows(db: apsw.Connection, number: int) -> list[BadRow]:
    """Return the lines of a file that were left out, in order."""
    return many(
        db, BadRow,
        "select line, reason, found from convention_bad_row where tbl = ? order by line",
        (number,),
    )  # fmt: skip


def finish(
    db: apsw.Connection, number: int, sha256: str, counts: Counts, masks: Iterable[str], seq: int
) -> None:
    """Write that a file was read whole, and what it would change."""
    c = counts
    db.execute(
        "update convention_table set state = 'PENDING', seq = ?, sha256 = ?, rows = ?,"
        " rejected = ?, elsewhere = ?, added = ?, changed = ?, ended = ?, masks = ?"
        " where number = ?",
        (seq, sha256, c.rows, c.rejected, c.elsewhere, c.added, c.changed, c.ended,
         " ".join(sorted(masks)), number),
    )  # fmt: skip


def refuse(db: apsw.Connection, number: int, reason: str, seq: int) -> None:
    """Write that a file was refused, and why."""
    db.execute(
        "update convention_table set state = 'REFUSED', reason = ?, seq = ? where number = ?",
        (reason, seq, number),
    )


def move(db: apsw.Connection, number: int, state: State, seq: int) -> None:
    """Write the state of a table."""
    db.execute(
        "update convention_table set state = ?, seq = ? where number = ?", (state, seq, number)
    )


def decline_others(db: apsw.Connection, new: Version, number: int, seq: int) -> None:
    """Write that an earlier file of the same table, still to be confirmed, is not waited for."""
    db.execute(
        "update convention_table set state = 'DECLINED', seq = ? where state = 'PENDING'"
        " and kind = ? and family = ? and number <> ?",
        (seq, new.kind, new.family, number),
    )


def activate(
    db: apsw.Connection, number: int, replaced: int | None, now: datetime, seq: int
) -> None:
    """Make a table the one in use of its family, in the caller's transaction."""
    if replaced is not None:
        move(db, replaced, State.REPLACED, seq)
    db.execute(
        "update convention_table set state = 'ACTIVE', activated_at = ?, replaces = ?, seq = ?"
        " where number = ?",
        (now.isoformat(), replaced, seq, number),
    )


def forget(db: apsw.Connection, number: int) -> None:
    """Take away a file that was never read whole."""
    db.execute("delete from convention_bad_row where tbl = ?", (number,))
    db.execute("delete from convention_table where number = ?", (number,))


def unswept(db: apsw.Connection) -> list[Version]:
    """Return the files whose rows nobody can need any more, and that still have some.

    The version an active one replaced is kept: an import can be undone.
    """
    return many(
        db, Version,
        f"{_VERSION} where swept = 0 and state not in ('ACTIVE', 'PENDING') and number not in"
        " (select replaces from convention_table where state = 'ACTIVE' and replaces is not null)",
    )  # fmt: skip


def swept(db: apsw.Connection, number: int) -> None:
    """Write that the rows of a file are gone."""
    db.execute("update convention_table set swept = 1 where number = ?", (number,))


def drop_some(db: apsw.Connection, number: int, kind: Kind, most: int) -> bool:
    """Take away some rows of a table; say whether some may be left."""
    db.execute(
        f"delete from {TABLES[kind]} where id in"
        f" (select id from {TABLES[kind]} where tbl = ? limit ?)",
        (number, most),
    )
    return db.changes() == most


def version(db: apsw.Connection, key: str) -> Version | None:
    """Return a file by its id."""
    return one(db, Version, f"{_VERSION} where id = ?", (key,))


def numbered(db: apsw.Connection, number: int) -> Version | None:
    """Return a file by its number."""
    return one(db, Version, f"{_VERSION} where number = ?", (number,))


def in_state(db: apsw.Connection, *states: State) -> list[Version]:
    """Return the files in some states, the newest first."""
    return many(
        db, Version,
        f"{_VERSION} where state in (select value from json_each(?)) order by number desc",
        (json.dumps(states),),
    )  # fmt: skip


def log(db: apsw.Connection, most: int) -> list[Version]:
    """Return the last files that came, the newest first; rows typed by hand are no file."""
    return many(
        db, Version,
        f"{_VERSION} where state <> 'LOADING' and origin <> 'HAND' order by number desc limit ?",
        (most,),
    )  # fmt: skip


def active_of(db: apsw.Connection, kind: Kind, family: str) -> Version | None:
    """Return the version in use of a family."""
    return one(
        db, Version, f"{_VERSION} where kind = ? and family = ? and state = 'ACTIVE'",
        (kind, family),
    )  # fmt: skip


def known(db: apsw.Connection, sha256: str, state: State) -> bool:
    """Say whether this very file is in a state already."""
    asked = "select 1 from convention_table where state = ? and sha256 = ?"
    return value(db, asked, (state, sha256)) is not None
