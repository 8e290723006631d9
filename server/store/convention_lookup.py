"""Conventions looked for in the tables in use: by criterion, by number, through their groupings."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import apsw

from server.countries.france.convention_rows import Convention, Conversion, Member
from server.store.convention_cells import NAMED, cells_of

_KEPT = f"select id, tbl, {NAMED}, said, cells from convention"
_AMONG = "tbl in (select value from json_each(?))"
_HELD = f" and {NAMED} not in (select named from convention_off)"


@dataclass(frozen=True, slots=True)
class Kept:
    """A convention in the file."""

    id: int
    tbl: int
    named: str
    said: int
    row: Convention


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
    return [Member(*cells_of(text)) for (text,) in rows]


def conversions(db: apsw.Connection, mutuals: Iterable[str]) -> list[Conversion]:
    """Return the conversions in use of some numbers of cards, wildcards included."""
    rows = db.execute(
        "select cells from convention_conversion where tbl in"
        " (select number from convention_table where state = 'ACTIVE' and kind = 'X')"
        " and mutual in (select value from json_each(?))",
        (json.dumps(sorted(mutuals)),),
    )
    return [Conversion(*cells_of(text)) for (text,) in rows]


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
        yield Kept(int(key), int(tbl), str(name), int(said), Convention(*cells_of(cells)))
