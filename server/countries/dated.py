"""Dated facts: every legal number is a row with a period, a source and a confidence (rule G3).

The care date selects the row, never today's date (`domain.md` §0). Rows come from the reference
tables; a row is read from a mapping of its columns, typed text or typed values alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Protocol, Self, TypeVar

from server.core.care import Confidence
from server.core.errors import InvalidValue

Cells = Mapping[str, object]

# From the surest to the least sure.
_SURENESS = (
    Confidence.S,
    Confidence.DERIVED,
    Confidence.S_LOW,
    Confidence.K,
    Confidence.K_LOW,
    Confidence.MANUAL,
    Confidence.T,
)


@dataclass(frozen=True, slots=True)
class Origin:
    """When a row holds, where it was read, how sure it is, and the version it belongs to."""

    valid_from: date
    valid_to: date | None  # the last day included; None: open
    source: str
    confidence: Confidence
    version: str  # id of the table version, "" before the table is built

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read the columns every table ends with; raise InvalidValue naming the bad one."""
        period = cls(
            valid_from=day_cell(cells, "valid_from"),
            valid_to=day_cell(cells, "valid_to") if text_cell(cells, "valid_to") else None,
            source=needed_cell(cells, "source"),
            confidence=confidence_cell(cells),
            version=text_cell(cells, "version"),
        )
        if period.valid_to is not None and period.valid_to < period.valid_from:
            raise InvalidValue(field="valid_to", reason="before_start")
        return period

    def covers(self, day: date) -> bool:
        """Whether the row holds on a day, both ends included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def overlaps(self, other: "Origin") -> bool:
        """Whether two periods share at least one day."""
        last, other_last = self.valid_to or date.max, other.valid_to or date.max
        return self.valid_from <= other_last and other.valid_from <= last


class Dated(Protocol):
    """Any row of a legal table."""

    @property
    def origin(self) -> Origin:
        """Period, source and confidence of the row."""
        ...


Row = TypeVar("Row", bound=Dated)


class Table(tuple[Row, ...]):
    """The rows of one legal table, each a different one whatever it holds.

    A practice keeps the same tables for months: what holds on a day is looked for once.
    """

    __slots__ = ()
    __eq__ = object.__eq__
    __hash__ = object.__hash__


def in_force(rows: Iterable[Row], day: date) -> tuple[Row, ...]:
    """Keep the rows that hold on a day, in their order."""
    if isinstance(rows, Table):
        return _found_once(rows, day)
    return tuple(row for row in rows if row.origin.covers(day))


@lru_cache(maxsize=2048)
def _found_once(table: Table[Row], day: date) -> tuple[Row, ...]:
    return tuple(row for row in table if row.origin.covers(day))


def newest(rows: Iterable[Row]) -> Row | None:
    """Pick the row that began last; of two that began together, the later in the iterable."""
    found: Row | None = None
    for row in rows:
        if found is None or row.origin.valid_from >= found.origin.valid_from:
            found = row
    return found


def weakest(confidences: Iterable[Confidence]) -> Confidence:
    """Give the least sure of some rows: what they decide together is as sure as that one."""
    return max(confidences, key=_SURENESS.index)


def text_cell(cells: Cells, name: str) -> str:
    """Read a cell as bare text; an absent or null cell is empty."""
    value = cells.get(name)
    return "" if value is None else str(value).strip()


def needed_cell(cells: Cells, name: str) -> str:
    """Read a cell that may not be empty."""
    text = text_cell(cells, name)
    if not text:
        raise InvalidValue(field=name, reason="missing")
    return text


def whole_cell(cells: Cells, name: str) -> int:
    """Read a whole number, zero or more: cents, months, ranks."""
    text = needed_cell(cells, name)
    if not (text.isascii() and text.isdigit()):
        raise InvalidValue(field=name, reason="number")
    return int(text)


def optional_whole_cell(cells: Cells, name: str) -> int | None:
    """Read a whole number, or None when the cell is empty."""
    return whole_cell(cells, name) if text_cell(cells, name) else None


def flag_cell(cells: Cells, name: str) -> bool:
    """Read `yes` or `no`."""
    text = needed_cell(cells, name)
    if text not in ("yes", "no"):
        raise InvalidValue(field=name, reason="yes_no")
    return text == "yes"


def day_cell(cells: Cells, name: str) -> date:
    """Read a civil date written AAAA-MM-DD."""
    try:
        return date.fromisoformat(needed_cell(cells, name))
    except ValueError:
        raise InvalidValue(field=name, reason="date") from None


def confidence_cell(cells: Cells) -> Confidence:
    """Read how sure the row is."""
    text = needed_cell(cells, "confidence")
    if text not in tuple(Confidence):
        raise InvalidValue(field="confidence", reason="unknown")
    return Confidence(text)
