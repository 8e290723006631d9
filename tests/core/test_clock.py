"""How far a clock is believed, and which civil day an instant belongs to."""

from datetime import UTC, date, datetime, timedelta

import pytest

from server.core.clock import ClockFacts, ClockTrust, Heard, civil_date, judge, start_of_day

START = datetime(2026, 3, 18, 7, tzinfo=UTC)
FACTS = ClockFacts(date(2026, 1, 1), START - timedelta(hours=12), START, 100.0)


def test_a_clock_that_follows_the_monotonic_one_is_plausible() -> None:
    assert judge(START + timedelta(hours=9), 100.0 + 9 * 3600, FACTS) is ClockTrust.PLAUSIBLE


@pytest.mark.parametrize(
    ("now", "mono"),
    [
        (START + timedelta(minutes=11), 100.0),  # jumped ahead
        (START - timedelta(minutes=11), 100.0),  # jumped back
        (START - timedelta(hours=13), 100.0 - 13 * 3600),  # before the last event
        (datetime(2020, 1, 5, tzinfo=UTC), 100.0),  # the battery was changed
    ],
)
def test_a_clock_that_jumped_is_suspect(now: datetime, mono: float) -> None:
    assert judge(now, mono, FACTS) is ClockTrust.SUSPECT


def test_a_clock_before_the_release_is_suspect_even_without_any_event() -> None:
    early = datetime(2025, 12, 31, 12, tzinfo=UTC)
    facts = ClockFacts(date(2026, 1, 1), None, early, 0.0)
    assert judge(early, 0.0, facts) is ClockTrust.SUSPECT


def test_more_than_a_week_away_is_suspect_until_the_date_is_confirmed() -> None:
    away = ClockFacts(date(2026, 1, 1), START - timedelta(days=8), START, 0.0)
    assert judge(START, 0.0, away) is ClockTrust.SUSPECT
    confirmed = ClockFacts(date(2026, 1, 1), START - timedelta(days=8), START, 0.0, confirmed=True)
    assert judge(START, 0.0, confirmed) is ClockTrust.PLAUSIBLE


def test_three_days_offline_are_a_normal_tour() -> None:
    tour = ClockFacts(date(2026, 1, 1), START - timedelta(days=3), START, 0.0)
    assert judge(START, 0.0, tour) is ClockTrust.PLAUSIBLE


def test_the_civil_day_is_that_of_the_practice() -> None:
    late = datetime(2026, 3, 17, 23, 30, tzinfo=UTC)
    assert civil_date(late, "BE") == date(2026, 3, 18)
    assert start_of_day(date(2026, 3, 18), "FR") == datetime(2026, 3, 17, 23, tzinfo=UTC)
    assert start_of_day(date(2026, 7, 1), "BE") == datetime(2026, 6, 30, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("drift", "trust"),
    [
        (timedelta(), ClockTrust.SYNCED),
        (timedelta(minutes=4, seconds=59), ClockTrust.SYNCED),
        (timedelta(minutes=5), ClockTrust.SUSPECT),
        (timedelta(minutes=-5), ClockTrust.SUSPECT),
        (timedelta(days=3650), ClockTrust.SUSPECT),
    ],
)
def test_a_partners_clock_decides_by_five_minutes(drift: timedelta, trust: ClockTrust) -> None:
    heard = Heard(START, 100.0)
    facts = ClockFacts(date(2020, 1, 1), None, START, 100.0, heard=heard)
    assert judge(START + drift, 100.0, facts) is trust
    later = START + timedelta(hours=3)
    assert judge(later + drift, 100.0 + 3 * 3600, facts) is trust


def test_a_partners_clock_outweighs_a_last_event_in_the_future() -> None:
    ahead = START + timedelta(days=3650)
    facts = ClockFacts(date(2020, 1, 1), ahead, START, 0.0)
    assert judge(START, 0.0, facts) is ClockTrust.SUSPECT
    facts = ClockFacts(date(2020, 1, 1), ahead, START, 0.0, heard=Heard(START, 0.0))
    assert judge(START, 0.0, facts) is ClockTrust.SYNCED
