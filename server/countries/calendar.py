"""Civil months of billing: clamped month arithmetic, billing months, dated deadlines."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from server.core.errors import InvalidValue
from server.countries.dated import (
    Cells,
    Origin,
    in_force,
    needed_cell,
    newest,
    whole_cell,
)


class Anchor(StrEnum):
    """The day a deadline is counted from."""

    DAY = "DAY"  # the event's own day
    MONTH_END = "MONTH_END"  # the last day of the event's month


@dataclass(frozen=True, slots=True)
class Deadline:
    """A row of a table of deadlines: so many months, then so many days, after an anchor."""

    key: str  # "rx_start", "claim_limit" …
    anchor: Anchor
    months: int
    days: int
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        anchor = needed_cell(cells, "anchor")
        if anchor not in tuple(Anchor):
            raise InvalidValue(field="anchor", reason="unknown")
        return cls(
            key=needed_cell(cells, "key"),
            anchor=Anchor(anchor),
            months=whole_cell(cells, "months"),
            days=whole_cell(cells, "days"),
            origin=Origin.from_mapping(cells),
        )

    def last_day(self, event: date) -> date:
        """Give the last day still in time."""
        if self.anchor is Anchor.MONTH_END:
            return end_of_month(add_months(event.replace(day=1), self.months)) + self._days
        return add_months(event, self.months) + self._days

    @property
    def _days(self) -> timedelta:
        return timedelta(days=self.days)


def last_day(key: str, event: date, deadlines: Iterable[Deadline]) -> date | None:
    """Give the last day in time for a deadline in force on the event's day; None if no row says."""
    row = newest(d for d in in_force(deadlines, event) if d.key == key)
    return None if row is None else row.last_day(event)


def add_months(day: date, months: int) -> date:
    """Add civil months; a day the month does not have becomes its last (BE-02)."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    return first.replace(day=min(day.day, end_of_month(first).day))


def end_of_month(day: date) -> date:
    """Give the last day of the month of a day."""
    return day.replace(day=monthrange(day.year, day.month)[1])
