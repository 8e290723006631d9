"""Which copies of a practice are kept: 24 hourly, 14 daily, 12 monthly (`reliability-security.md`).

Pure: a copy is an instant, and whether it is known to be bad.
"""

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.core.clock import civil_date

HOURLY, DAILY, MONTHLY = 24, 14, 12
LOCAL_AGE, SECOND_AGE = timedelta(days=1), timedelta(days=3)
"""From these ages on, the newest good copy in each place is announced as old."""
EVERY, DRILL_EVERY = timedelta(hours=4), timedelta(days=7)
"""How long the program is used before a copy is made, and how often a return is rehearsed."""


@dataclass(frozen=True, slots=True, order=True)
class Copy:
    """A copy of a practice, as the rule sees it."""

    at: datetime  # aware UTC
    name: str
    bad: bool = False


def kept(copies: Collection[Copy], country: str) -> frozenset[Copy]:
    """Return the copies to keep; days and months are those of the practice's country.

    The newest good copy of each of the last 24 hours, 14 days and 12 months that have one; a bad
    copy only while no good one is newer.
    """
    good = sorted((copy for copy in copies if not copy.bad), reverse=True)
    wanted = {
        *_newest_of_each(good, lambda copy: copy.at.replace(minute=0, second=0, microsecond=0),
                         HOURLY),
        *_newest_of_each(good, lambda copy: civil_date(copy.at, country), DAILY),
        *_newest_of_each(good, lambda copy: civil_date(copy.at, country).replace(day=1), MONTHLY),
    }  # fmt: skip
    newer = (copy for copy in copies if copy.bad and (not good or copy.at > good[0].at))
    return frozenset({*wanted, *newer})


def _newest_of_each(
    good: Sequence[Copy], period: Callable[[Copy], Hashable], most: int
) -> list[Copy]:
    """Return the newest copy of each of the latest periods; `good` is sorted, newest first."""
    found: dict[Hashable, Copy] = {}
    for copy in good:
        found.setdefault(period(copy), copy)
    return list(found.values())[:most]
