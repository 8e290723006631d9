"""Columns of the convention tables, by place where a file has no header, else by their names.

The rows are data (`fr_convention_columns`): the layouts were read in tables of 2008, and the one of
today was not available (`fr-sesam-vitale.md` §8).
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Self

from server.core.errors import InvalidValue
from server.countries.dated import (
    Cells,
    Origin,
    flag_cell,
    in_force,
    needed_cell,
    text_cell,
    whole_cell,
)
from server.countries.france.convention_names import Kind
from server.countries.france.convention_rows import FIELDS


@dataclass(frozen=True, slots=True)
class Column:
    """A row of `fr_convention_columns`: one column of one table."""

    kind: Kind
    place: int  # from 1 in a file without header; 0: only ever found by its name
    name: str  # the field it fills; "": read and left out
    needed: bool  # a header without it is no header of this table
    titles: frozenset[str]  # what a header may call it, in bare letters
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        kind = needed_cell(cells, "kind")
        if kind not in tuple(Kind):
            raise InvalidValue(field="kind", reason="unknown")
        name = text_cell(cells, "name")
        if name and name not in (*FIELDS[Kind(kind)], PROFESSION):
            raise InvalidValue(field="name", reason="unknown")
        return cls(
            kind=Kind(kind),
            place=whole_cell(cells, "place"),
            name=name,
            needed=flag_cell(cells, "needed"),
            titles=frozenset(filter(None, map(bare_title, text_cell(cells, "titles").split("|")))),
            origin=Origin.from_mapping(cells),
        )


PROFESSION = "profession"
"""A column that says whom a row is for; a table of another profession is refused."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields of one kind of table stand in one file."""

    kind: Kind
    width: int  # cells of a line
    places: tuple[int | None, ...]  # of each field, in the order of its row
    profession: int | None = None

    def picker(self) -> Callable[[Sequence[str]], tuple[str, ...]]:
        """Give what takes the fields out of a line to which one empty cell was added."""
        first, second, *rest = (-1 if place is None else place for place in self.places)
        return itemgetter(first, second, *rest)


def layout_by_place(kind: Kind, columns: Iterable[Column], day: date) -> Layout:
    """Give the layout of a file without header."""
    placed = {c.name: c.place - 1 for c in in_force(columns, day) if c.kind is kind and c.place}
    width = max((c.place for c in in_force(columns, day) if c.kind is kind), default=0)
    return Layout(kind, width, tuple(placed.get(name) for name in FIELDS[kind]))


def layout_by_title(
    kind: Kind, header: Sequence[str], columns: Iterable[Column], day: date
) -> Layout | None:
    """Give the layout a header announces; None when it is no header of this table."""
    titles = [bare_title(cell) for cell in header]
    found: dict[str, int] = {}
    for column in in_force(columns, day):
        place = next((n for n, title in enumerate(titles) if title in column.titles), None)
        if column.kind is not kind or not column.name:
            continue
        if place is not None:
            found.setdefault(column.name, place)
        elif column.needed:
            return None
    if not found:
        return None
    places = tuple(found.get(name) for name in FIELDS[kind])
    return Layout(kind, len(header), places, found.get(PROFESSION))


def bare_title(text: str) -> str:
    """Write a title as it is compared: small letters and digits alone, no accents."""
    plain = unicodedata.normalize("NFKD", text.replace("°", "o").replace("º", "o"))
    return "".join(c for c in plain.casefold() if c.isascii() and c.isalnum())
