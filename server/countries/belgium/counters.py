"""Counters of a series and its quota: derived each time, never stored (`domain.md` §2.1.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from server.core.care import Category
from server.core.errors import InvalidValue
from server.countries.calendar import add_months
from server.countries.dated import (
    Cells,
    Origin,
    in_force,
    needed_cell,
    newest,
    optional_whole_cell,
    text_cell,
)


class QuotaUnit(StrEnum):
    """The period in which the sessions of a series are counted."""

    CALENDAR_YEAR = "CALENDAR_YEAR"
    ROLLING_YEAR = "ROLLING_YEAR"  # one year from the first session
    PREGNANCY = "PREGNANCY"
    AGREEMENT = "AGREEMENT"


@dataclass(frozen=True, slots=True)
class Quota:
    """A row of `be_quota`: how many sessions at the normal rate, and how many above it."""

    category: Category
    situation: str  # official situation code ("fa-16"); "" for all those of the category
    unit: QuotaUnit
    sessions: int | None  # None: not limited
    excess: int | None  # reduced-refund sessions a calendar year, all series; None: not limited
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        unit = needed_cell(cells, "unit")
        if unit not in tuple(QuotaUnit):
            raise InvalidValue(field="unit", reason="unknown")
        return cls(
            category=category_cell(cells, "category"),
            situation=text_cell(cells, "situation"),
            unit=QuotaUnit(unit),
            sessions=optional_whole_cell(cells, "sessions"),
            excess=optional_whole_cell(cells, "excess"),
            origin=Origin.from_mapping(cells),
        )

    def window(self, first_session: date, care_date: date) -> tuple[date, date]:
        """Give the first and last day of the period that counts for a care date."""
        if self.unit is QuotaUnit.CALENDAR_YEAR:
            return calendar_year(care_date)
        if self.unit is QuotaUnit.ROLLING_YEAR:
            return first_session, add_months(first_session, 12) - timedelta(days=1)
        return first_session, date.max


@dataclass(frozen=True, slots=True)
class Count:
    """Sessions already counted, in the three parts the screen shows (BE-43)."""

    here: int = 0
    elsewhere: int = 0  # reported by the insurer
    declared: int = 0  # said by the patient

    @property
    def total(self) -> int:
        """All of them."""
        return self.here + self.elsewhere + self.declared

    @property
    def next_rank(self) -> int:
        """The rank of the session that would come next."""
        return self.total + 1


def quota_of(
    category: Category, situation: str, care_date: date, quotas: Iterable[Quota]
) -> Quota | None:
    """Give the row for a situation, or else the row of its category; None when no row says."""
    rows = [q for q in in_force(quotas, care_date) if q.category is category]
    own = newest(q for q in rows if q.situation and q.situation == situation)
    return own or newest(q for q in rows if not q.situation)


def count_series(
    earlier: Iterable[date],
    quota: Quota | None,
    care_date: date,
    elsewhere: int = 0,
    declared: int = 0,
) -> Count:
    """Count the sessions of a series given before this one, in the quota's period.

    `earlier` holds the care dates of the sessions already given here in the same series; those of
    the other parts are what the insurer and the patient say for the same period.
    """
    dates = sorted(earlier)
    first = dates[0] if dates else care_date
    start, end = quota.window(first, care_date) if quota else (date.min, date.max)
    return Count(sum(start <= day <= end for day in dates), elsewhere, declared)


def count_excess(earlier: Iterable[date], care_date: date, elsewhere: int = 0) -> Count:
    """Count the excess sessions of the calendar year, all series together."""
    start, end = calendar_year(care_date)
    return Count(sum(start <= day <= end for day in earlier), elsewhere)


def calendar_year(day: date) -> tuple[date, date]:
    """Give the first and last day of the year of a day."""
    return date(day.year, 1, 1), date(day.year, 12, 31)


def category_cell(cells: Cells, name: str) -> Category:
    """Read one category."""
    text = needed_cell(cells, name)
    if text not in tuple(Category):
        raise InvalidValue(field=name, reason="unknown")
    return Category(text)
