"""Conventions in the practice file: versions of tables, their rows, and what people put aside.

Rows go in beside those in use and count for nothing until their table is made the active one of its
family: one change of states, whatever the size (`reliability-security.md` §2).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import repeat
from operator import itemgetter
from zlib import adler32, crc32

import apsw

from server.countries.france.convention_names import Kind
from server.countries.france.convention_reader import BadRow
from server.countries.france.convention_rows import (
    FIELDS,
    Convention,
    Conversion,
    Member,
    TableRow,
)
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


@dataclass(frozen=True, slots=True)
class Kept:
    """A convention in the file."""

    id: int
    tbl: int
    named: str
    said: int
    row: Convention


_AT_A_TIME, _PAIRED = 125_000, 200_000
_SAID = "(? & 2147483647) << 32 | ?"
"""A whole number of the cells of a row, of two sums, to tell its versions apart at a glance.

A row that changed is missed once in a thousand million imports, and then in the comparison alone.
"""

_SEPARATOR = "\x1f"
_TABLES: Mapping[Kind, str] = {
    Kind.CONVENTIONS: "convention",
    Kind.GROUPING: "convention_member",
    Kind.CORRESPONDENCE: "convention_conversion",
}
_LOOKED_UP: Mapping[Kind, tuple[str, ...]] = {
    Kind.CONVENTIONS: ("signatory", "type", "criterion", "accord", "number", "begins"),
    Kind.GROUPING: ("number", "type", "criterion", "signatory"),
    Kind.CORRESPONDENCE: ("mutual", "body"),
}
"""The cells that stand beside the text of a row too."""

_NAMING: Mapping[Kind, str] = {
    kind: " || ' ' || ".join(names) for kind, names in _LOOKED_UP.items()
}
"""What tells one row from another in every version; one that differs elsewhere has changed."""

NAMED = _NAMING[Kind.CONVENTIONS]
_KEPT = f"select id, tbl, {NAMED}, said, cells from convention"
_VERSION = f"select {columns(Version)} from convention_table"
_AMONG = "tbl in (select value from json_each(?))"
_HELD = f" and {NAMED} not in (select named from convention_off)"


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
    names = _LOOKED_UP[kind]
    texts = [*map(_SEPARATOR.join, rows)]
    sums = [text.encode() for text in texts]
    looked_up = (map(itemgetter(FIELDS[kind].index(name)), rows) for name in names)
    db.executemany(
        f"insert into {_TABLES[kind]} (tbl, cells, said, {', '.join(names)})"
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
        f"delete from {_TABLES[kind]} where id in"
        f" (select id from {_TABLES[kind]} where tbl = ? limit ?)",
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


def compare(db: apsw.Connection, kind: Kind, new: int, old: int, rows: int) -> tuple[int, int, int]:
    """Count what a table of so many rows adds, changes and ends of the one in use."""
    fresh, gone = _apart(db, _TABLES[kind], (new, old), rows)
    if len(fresh) + len(gone) > _PAIRED:
        return len(fresh), 0, len(gone)
    came, went = _names(db, kind, fresh), _names(db, kind, gone)
    was, are = {*went}, {*came}
    changed = sum(each in was for each in came)
    return len(came) - changed, changed, sum(each not in are for each in went)


def _apart(
    db: apsw.Connection, table: str, both: tuple[int, int], rows: int
) -> tuple[list[int], list[int]]:
    """Give the rows whose digest only one of two tables has, a part of them at a time."""
    fresh, gone, parts = list[int](), list[int](), 1 + rows // _AT_A_TIME
    spans = [(number, *_span(db, table, number)) for number in both]
    asked = f"select said, id from {table} where tbl = ? and id between ? and ? and said % ? = ?"
    for part in range(parts):
        now, then = (dict[int, int](db.execute(asked, (*span, parts, part))) for span in spans)
        fresh += [now[said] for said in now.keys() - then.keys()]
        gone += [then[said] for said in then.keys() - now.keys()]
    return fresh, gone


def _span(db: apsw.Connection, table: str, number: int) -> tuple[int, int]:
    """Give the first and the last row of a table: between them other tables have next to none.

    Told by the indexes alone, which for conventions are two.
    """
    parts = ("type = 'RO'", "type <> 'RO'") if table == "convention" else ("true",)
    found = [
        db.execute(f"select min(id), max(id) from {table} where tbl = ? and {part}", (number,)).get
        for part in parts
    ]
    return (
        min((least for least, _ in found if least is not None), default=0),
        max((most for _, most in found if most is not None), default=0),
    )


def _names(db: apsw.Connection, kind: Kind, rows: Sequence[int]) -> list[str]:
    asked = f"""select {_NAMING[kind]} from {_TABLES[kind]}
                 where id in (select value from json_each(?))"""
    return [str(name) for (name,) in db.execute(asked, (json.dumps(rows),))]


@dataclass(frozen=True, slots=True)
class Changed:
    """One row that a table would bring, change or end: what it says, and what was said before."""

    fields: tuple[str, ...]  # names of the cells
    before: tuple[str, ...] | None
    after: tuple[str, ...] | None


def differences(
    db: apsw.Connection, kind: Kind, new: int, old: int | None, most: int
) -> list[Changed]:
    """List what a table changes, what ends and what comes, in that order, `most` of each."""
    table, name = _TABLES[kind], _NAMING[kind]
    fresh, gone = (
        f"tbl = :{one} and said not in (select said from {table} where tbl = :{other})"
        for one, other in (("new", "old"), ("old", "new"))
    )

    def rows(mine: str, also: str, yours: str) -> list[tuple[str, tuple[str, ...]]]:
        asked = (
            f"select {name}, cells from {table} where {mine} and {name} {also}"
            f" (select {name} from {table} where {yours}) order by 1, id limit :most"
        )
        found = db.execute(asked, {"new": new, "old": old or 0, "most": most})
        return [(str(key), _cells(text)) for key, text in found]

    fields, before = FIELDS[kind], dict(rows(gone, "in", fresh))
    return [
        *(Changed(fields, before.get(key), cells) for key, cells in rows(fresh, "in", gone)),
        *(Changed(fields, cells, None) for _, cells in rows(gone, "not in", fresh)),
        *(Changed(fields, None, cells) for _, cells in rows(fresh, "not in", gone)),
    ]


def _cells(text: object) -> tuple[str, ...]:
    return tuple(str(text).split(_SEPARATOR))


@dataclass(frozen=True, slots=True)
class Searched:
    """Some tables of conventions, and the shapes of their criteria: where one looks."""

    numbers: str  # JSON
    masks: frozenset[str]

    @classmethod
    def of(cls, db: apsw.Connection, number: int | None = None) -> "Searched":
        """Take the tables in use, or the one of a number."""
        rows = db.execute(
            "select number, masks from convention_table where kind = 'C'"
            " and (number = ?1 or (?1 is null and state = 'ACTIVE'))",
            (number,),
        ).fetchall()
        masks = frozenset(mask for _, text in rows for mask in str(text).split())
        return cls(json.dumps([number for number, _ in rows]), masks)


def with_criteria(
    db: apsw.Connection, where: Searched, accord: str, criteria: Iterable[str]
) -> Iterator[Kept]:
    """Return the rows of unique management that have one of some criteria."""
    yield from kept_where(
        db,
        f"{_AMONG} and type = 'RO' and criterion in (select value from json_each(?))"
        " and accord = ?",
        (where.numbers, json.dumps(sorted(criteria)), accord),
    )


def of_numbers(db: apsw.Connection, where: Searched, numbers: Iterable[str]) -> list[Kept]:
    """Return the rows that bear one of some numbers, without zeros in front.

    A caisse signs by digits that are no insurer's number: its rows bear that of their insurer only.
    """
    wanted = (where.numbers, json.dumps(sorted(numbers)))
    some = "in (select value from json_each(?))"
    signs = f"{_AMONG} and type <> 'RO' and ltrim(signatory, '0') {some}"
    bears = f"{_AMONG} and number <> '' and ltrim(number, '0') {some}"
    return list({kept.id: kept for each in (signs, bears)
                 for kept in kept_where(db, each, wanted)}.values())  # fmt: skip


def members(db: apsw.Connection, number: str) -> list[Member]:
    """Return the members in use that bear a number, without zeros in front."""
    rows = db.execute(
        "select cells from convention_member where tbl in"
        " (select number from convention_table where state = 'ACTIVE' and kind = 'R')"
        " and ltrim(number, '0') = ?",
        (number,),
    )
    return [Member(*_cells(text)) for (text,) in rows]


def conversions(db: apsw.Connection, mutuals: Iterable[str]) -> list[Conversion]:
    """Return the conversions in use of some numbers of cards, wildcards included."""
    rows = db.execute(
        "select cells from convention_conversion where tbl in"
        " (select number from convention_table where state = 'ACTIVE' and kind = 'X')"
        " and mutual in (select value from json_each(?))",
        (json.dumps(sorted(mutuals)),),
    )
    return [Conversion(*_cells(text)) for (text,) in rows]


def kept_where(
    db: apsw.Connection,
    where: str,
    bindings: Sequence[object] | Mapping[str, object],
    *,
    held: bool = True,
) -> Iterator[Kept]:
    """Return conventions by a condition of ours; unless `held` is false, none put aside."""
    condition, _, order = where.partition(" order by ")
    asked = f"{_KEPT} where {condition}{_HELD if held else ''}"
    asked += f" order by {order}" if order else ""
    for key, tbl, name, said, cells in db.execute(asked, bindings):
        yield Kept(int(key), int(tbl), str(name), int(said), Convention(*_cells(cells)))
