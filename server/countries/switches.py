"""Rows of settings tables: facts nobody confirmed, kept as values a practice can replace ([K])."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from server.countries.dated import Cells, Origin, in_force, needed_cell, newest


@dataclass(frozen=True, slots=True)
class Switch:
    """One key, its value, and what the value means."""

    key: str
    value: str
    meaning: str
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            key=needed_cell(cells, "key"),
            value=needed_cell(cells, "value"),
            meaning=needed_cell(cells, "meaning"),
            origin=Origin.from_mapping(cells),
        )


def switch_value(key: str, day: date, rows: Iterable[Switch]) -> str | None:
    """Give the value in force on a day; None when no row has the key."""
    row = newest(r for r in in_force(rows, day) if r.key == key)
    return None if row is None else row.value
