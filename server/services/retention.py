"""How long the things of this practice must be kept, by the rules in force in its country."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from server.core.retention import Rule, keep_until
from server.services.desk import Desk


@dataclass(frozen=True, slots=True)
class KeptFor:
    """One rule as shown: what, how many years or months, from when, and who says so."""

    what: str
    months: int
    counted_from: str  # lower case: "last_contact", "year_end", "act"
    source: str
    confirmed: bool

    @property
    def in_years(self) -> bool:
        """Whether the duration is a whole number of years."""
        return self.months % 12 == 0

    @property
    def length(self) -> int:
        """The duration in years, or in months when it is no whole number of years."""
        return self.months // 12 if self.in_years else self.months


def rules(desk: Desk) -> Sequence[KeptFor]:
    """Return the rules in force today in the practice's country."""
    return [
        KeptFor(x.what, x.months, x.start.lower(), x.source, x.confidence != "K")
        for x in table()
        if x.country == desk.practice.country and x.covers(desk.today)
    ]


def until(desk: Desk, what: str, day: date) -> date | None:
    """Return the last day a thing of `day` must be kept; nothing is ever deleted by itself."""
    return keep_until(table(), desk.practice.country, what, day)


@cache
def table() -> tuple[Rule, ...]:
    """Read the rules of every country, as released with the program."""
    with (files("server.reference") / "retention.csv").open(encoding="utf-8") as lines:
        return tuple(Rule.from_row(row) for row in csv.DictReader(lines))
