"""Amounts by month and insurer, for who keeps the books: no name, no care, no code."""

from dataclasses import dataclass
from itertools import groupby

from server.core.rights import Right
from server.services.desk import Desk, needs
from server.store import totals
from server.store.totals import MonthSum

AFTER_ALL = "9999-99"


@dataclass(frozen=True, slots=True)
class Month:
    """One month of care in figures; cents."""

    month: str  # "2026-03"
    payers: tuple[MonthSum, ...]

    @property
    def oa_cents(self) -> int:
        """What was asked of insurers."""
        return sum(each.oa_cents for each in self.payers)

    @property
    def copay_cents(self) -> int:
        """What the patients bear."""
        return sum(each.copay_cents for each in self.payers)

    @property
    def accepted_cents(self) -> int:
        """What insurers agreed to."""
        return sum(each.accepted_cents for each in self.payers)

    @property
    def received_cents(self) -> int:
        """What insurers paid."""
        return sum(each.received_cents for each in self.payers)


@needs(Right.AMOUNTS)
def by_month(desk: Desk, before: str = AFTER_ALL, most: int = 12) -> list[Month]:
    """Return the sums of the months of care before one, the newest first; at most so many."""
    return desk.once(lambda: _by_month(desk, before, most), "months", before, str(most))


def _by_month(desk: Desk, before: str, most: int) -> list[Month]:
    months = totals.months(desk.db, before, most)
    if not months:
        return []
    sums = totals.of_months(desk.db, months[-1], months[0])
    return [Month(key, tuple(group)) for key, group in groupby(sums, lambda each: each.month)]
