from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.backoff import exhausted, next_delay

FIRST = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempt", "ceiling"), [(1, 30), (2, 60), (3, 120), (8, 3840), (9, 7200), (400, 7200)]
)
def test_the_ceiling_doubles_from_half_a_minute_to_two_hours(attempt: int, ceiling: int) -> None:
    assert next_delay(attempt, lambda: 1.0) == ceiling


@given(st.integers(1, 50), st.floats(0, 1, exclude_max=True))
def test_the_jitter_is_full(attempt: int, chance: float) -> None:
    assert 1 <= next_delay(attempt, lambda: chance) <= 7200


def test_the_wait_a_partner_asked_for_is_never_shortened() -> None:
    assert next_delay(1, lambda: 0.0, retry_after=45) == 45
    assert next_delay(9, lambda: 0.5, retry_after=45) == 3600


def test_a_partner_cannot_ask_for_more_than_a_day() -> None:
    assert next_delay(1, lambda: 0.0, retry_after=10**9) == 24 * 3600


def test_the_budget_is_twenty_tries_and_three_days() -> None:
    assert not exhausted(19, FIRST, FIRST + timedelta(hours=71))
    assert exhausted(20, FIRST, FIRST)
    assert exhausted(1, FIRST, FIRST + timedelta(hours=72))
