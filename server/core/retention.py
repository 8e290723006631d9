"""Until when a thing must be kept: dated rules, one per country and kind of thing; pure.

Nothing is deleted because a date has passed: the date is shown, a person decides (`product.md`
§5.1). The durations are rows of `server/reference/retention.csv`.
"""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from server.core.errors import InvalidValue


class Start(StrEnum):
    """From what moment a duration is counted."""

    LAST_CONTACT = "LAST_CONTACT"  # the last session or other dealing with the patient
    YEAR_END = "YEAR_END"  # the end of the civil year it belongs to
    ACT = "ACT"  # its own day


@dataclass(frozen=True, slots=True)
class Rule:
    """How long one kind of thing is kept in one country, while the row is in force."""

    country: str
    what: str  # "health", "accounting", "claims", "journal"
    months: int
    start: Start
    valid_from: date
    valid_to: date | None
    source: str
    confidence: str  # "S" read in a source, "M" computed, "K" not confirmed

    @classmethod
    def from_row(cls, row: Mapping[str, str]) -> Self:
        """Read a row of the table; raise `InvalidValue` naming the bad column."""
        try:
            months, start = int(row["months"]), Start(row["counted_from"])
            since = date.fromisoformat(row["valid_from"])
            until = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
        except (KeyError, ValueError):
            raise InvalidValue(field="retention", reason="unreadable") from None
        if months <= 0 or row["confidence"] not in ("S", "M", "K") or not row["source"]:
            raise InvalidValue(field="retention", reason="unreadable")
        return cls(
            row["country"], row["what"], months, start, since, until, row["source"],
            row["confidence"],
        )  # fmt: skip

    def covers(self, day: date) -> bool:
        """Say whether the rule is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def keep_until(rules: Iterable[Rule], country: str, what: str, day: date) -> date | None:
    """Return the last day a thing of `day` must be kept; None when no rule is known for it.

    `day` is that of the last contact, of the act, or any day of the accounting year. Where two
    rows are in force the longer one is followed.
    """
    ends = [
        _after(date(day.year, 12, 31) if rule.start is Start.YEAR_END else day, rule.months)
        for rule in rules
        if (rule.country, rule.what) == (country, what) and rule.covers(day)
    ]
    return max(ends, default=None)


def _after(day: date, months: int) -> date:
    """Go on by whole months; the 31st becomes the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
