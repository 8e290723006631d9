"""What a clock is to us, and how far it can be trusted (`domain.md` §4.6)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
PARIS = ZoneInfo("Europe/Paris")
_ZONES = {"BE": BRUSSELS, "FR": PARIS}

_JUMP = timedelta(minutes=10)
_DRIFT = timedelta(minutes=5)
_ABSENCE = timedelta(days=7)


class Clock(Protocol):
    """Time, handed in: aware UTC instants, and seconds that never go back."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start; never goes back."""
        ...


class ClockTrust(StrEnum):
    """How far an instant can be believed."""

    SYNCED = "SYNCED"
    PLAUSIBLE = "PLAUSIBLE"
    SUSPECT = "SUSPECT"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a partner's clock said, and the monotonic second at which it was heard."""

    instant: datetime
    mono: float

    def at(self, mono: float) -> datetime:
        """Return what that clock says at another monotonic second."""
        return self.instant + timedelta(seconds=mono - self.mono)


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """What is known when a clock is judged."""

    built_on: date
    last_event: datetime | None
    started_at: datetime  # wall clock when the program started
    started_mono: float  # monotonic seconds at the same moment
    confirmed: bool = False  # the user typed the date, twice
    heard: Heard | None = None  # the last word of a partner's clock in this run


def judge(now: datetime, mono: float, facts: ClockFacts) -> ClockTrust:
    """Say whether the wall clock may decide deadlines, sealing and expiry.

    A partner's clock heard in this run decides alone, for better and for worse: time has passed
    since by the monotonic clock, so that a later jump shows too.
    """
    if facts.heard is not None:
        far = abs(now - facts.heard.at(mono)) >= _DRIFT
        return ClockTrust.SUSPECT if far else ClockTrust.SYNCED
    drift = (now - facts.started_at) - timedelta(seconds=mono - facts.started_mono)
    too_early = now.date() < facts.built_on or (
        facts.last_event is not None and now < facts.last_event - _JUMP
    )
    away = facts.last_event is not None and facts.started_at - facts.last_event > _ABSENCE
    if too_early or abs(drift) > _JUMP or (away and not facts.confirmed):
        return ClockTrust.SUSPECT
    return ClockTrust.PLAUSIBLE


def civil_date(instant: datetime, country: str) -> date:
    """Return the civil date of an instant in the practice's own time zone."""
    return instant.astimezone(_ZONES[country]).date()


def start_of_day(day: date, country: str) -> datetime:
    """Return the UTC instant at which a civil day begins in the practice's time zone."""
    return datetime(day.year, day.month, day.day, tzinfo=_ZONES[country]).astimezone(UTC)
