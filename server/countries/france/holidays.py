"""French public holidays, computed from their rows, and working days counted over them.

A working day is neither a Saturday, a Sunday nor a public holiday (`fr-sesam-vitale.md` §3.1 [K]).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from server.core.errors import InvalidValue
from server.countries.dated import (
    Cells,
    Origin,
    in_force,
    needed_cell,
    optional_whole_cell,
    text_cell,
)

_SIGNED = re.compile(r"-?[0-9]{1,3}")
_LEAP = 2024  # a year in which every day of a month exists
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Holiday:
    """A row of `fr_holidays`: a day of the year, or so many days after Easter Sunday."""

    key: str
    label_fr: str
    month: int | None
    day: int | None
    easter_days: int | None  # below zero: before Easter
    region: str  # "" everywhere in France
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        row = cls(
            key=needed_cell(cells, "key"),
            label_fr=needed_cell(cells, "label_fr"),
            month=optional_whole_cell(cells, "month"),
            day=optional_whole_cell(cells, "day"),
            easter_days=_signed_cell(cells, "easter_days"),
            region=text_cell(cells, "region"),
            origin=Origin.from_mapping(cells),
        )
        if (row.easter_days is None) is (row.month is None):
            raise InvalidValue(field="easter_days", reason="one_of_two")
        if row.easter_days is None:
            _calendar_day(row.month, row.day)
        return row

    def in_year(self, year: int) -> date:
        """Give its date in a year."""
        if self.easter_days is not None:
            return easter(year) + timedelta(days=self.easter_days)
        return date(year, self.month or 1, self.day or 1)


def easter(year: int) -> date:
    """Give Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leaps, short = divmod(century, 4)
    moved = (century + 8) // 25
    moon = (19 * golden + century - leaps - (century - moved + 1) // 3 + 15) % 30
    weekday = (32 + 2 * short + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def is_holiday(day: date, rows: Iterable[Holiday], region: str = "") -> bool:
    """Whether a day is a public holiday: everywhere, or in this region."""
    near = (row for row in in_force(rows, day) if row.region in ("", region))
    return any(row.in_year(day.year) == day for row in near)


def is_working_day(day: date, rows: Iterable[Holiday], region: str = "") -> bool:
    """Whether a clock runs on a day."""
    return day.weekday() < _SATURDAY and not is_holiday(day, rows, region)


def add_working_days(day: date, count: int, rows: Iterable[Holiday], region: str = "") -> date:
    """Give the day that comes so many working days after one; that one itself is day 0."""
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day, rows, region)
    return day


def _calendar_day(month: int | None, day: int | None) -> None:
    try:
        date(_LEAP, month or 0, day or 0)
    except ValueError:
        raise InvalidValue(field="day", reason="date") from None


def _signed_cell(cells: Cells, name: str) -> int | None:
    text = text_cell(cells, name)
    if not text:
        return None
    if not _SIGNED.fullmatch(text):
        raise InvalidValue(field=name, reason="number")
    return int(text)
