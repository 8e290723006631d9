"""What a table of conventions changes of the one in use: counted, and listed row by row."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import apsw

from server.countries.france.convention_names import Kind
from server.countries.france.convention_rows import FIELDS
from server.store.convention_cells import NAMING, TABLES, cells_of

_AT_A_TIME, _PAIRED = 125_000, 200_000


def compare(db: apsw.Connection, kind: Kind, new: int, old: int, rows: int) -> tuple[int, int, int]:
    """Count what a table of so many rows adds, changes and ends of the one in use."""
    fresh, gone = _apart(db, TABLES[kind], (new, old), rows)
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
    asked = f"""select {NAMING[kind]} from {TABLES[kind]}
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
    table, name = TABLES[kind], NAMING[kind]
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
        return [(str(key), cells_of(text)) for key, text in found]

    fields, before = FIELDS[kind], dict(rows(gone, "in", fresh))
    return [
        *(Changed(fields, before.get(key), cells) for key, cells in rows(fresh, "in", gone)),
        *(Changed(fields, cells, None) for _, cells in rows(gone, "not in", fresh)),
        *(Changed(fields, None, cells) for _, cells in rows(fresh, "not in", gone)),
    ]
