from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidValue
from server.countries.belgium.rulebook import Rulebook
from server.countries.calendar import (
    Deadline,
    add_months,
    end_of_month,
    last_day,
)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2023, 12, 31), 2, date(2024, 2, 29)),
        (date(2026, 1, 15), 2, date(2026, 3, 15)),
        (date(2026, 11, 30), 24, date(2028, 11, 30)),
        (date(2026, 3, 31), 0, date(2026, 3, 31)),
    ],
)
def test_months_are_civil_and_clamped(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(day=st.dates(date(1990, 1, 1), date(2080, 1, 1)), months=st.integers(0, 60))
def test_adding_months_lands_in_the_month_asked_for(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == min(day.day, end_of_month(later).day)


def test_deadlines_are_read_from_their_table(demo_rules: Rulebook) -> None:
    rows = demo_rules.deadlines
    assert last_day("rx_start", date(2025, 12, 31), rows) == date(2026, 2, 28)
    assert last_day("claim_limit", date(2026, 2, 3), rows) == date(2028, 2, 29)
    assert last_day("paper_third_party", date(2026, 3, 2), rows) == date(2026, 4, 20)
    assert last_day("agreement_answer", date(2026, 3, 2), rows) == date(2026, 3, 16)
    assert last_day("rx_start", date(1999, 1, 1), rows) is None
    assert last_day("nothing", date(2026, 3, 2), rows) is None


def test_a_deadline_counted_from_nowhere_is_refused() -> None:
    with pytest.raises(InvalidValue) as refusal:
        Deadline.from_mapping({"key": "x", "anchor": "WEEK"})
    assert refusal.value.facts == {"field": "anchor", "reason": "unknown"}
