"""Public holidays computed, working days counted over them: cases J1 to J3."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.countries.dated import Table
from server.countries.france.clocks import Age, Calendar
from server.countries.france.holidays import (
    add_working_days,
    easter,
    is_holiday,
    is_working_day,
)
from server.countries.france.rulebook import Rulebook

THURSDAY = date(2026, 4, 30)


def test_j1_a_paid_invoice_leaves_within_three_working_days(real: Rulebook) -> None:
    assert real.calendar().latest_sending(THURSDAY, third_party=False) == date(2026, 5, 6)


def test_j2_a_third_party_invoice_leaves_within_eight_working_days(real: Rulebook) -> None:
    assert real.calendar().latest_sending(THURSDAY, third_party=True) == date(2026, 5, 15)


def test_j3_a_receipt_is_missed_after_two_days_and_sent_again_within_two_more(
    real: Rulebook,
) -> None:
    assert real.calendar().receipt_missing_after(THURSDAY) == date(2026, 5, 5)
    assert real.calendar().latest_resending(THURSDAY) == date(2026, 5, 7)


@pytest.mark.parametrize(
    ("third_party", "day", "age"),
    [
        (True, date(2026, 5, 8), Age.FRESH),
        (True, date(2026, 5, 11), Age.BADGE),  # 1 and 8 May are holidays
        (True, date(2026, 5, 13), Age.ALARM),
        (True, date(2026, 5, 15), Age.ALARM),
        (True, date(2026, 5, 16), Age.LATE),
        (False, date(2026, 5, 3), Age.FRESH),
        (False, date(2026, 5, 4), Age.BADGE),
        (False, date(2026, 5, 5), Age.ALARM),
        (False, date(2026, 5, 7), Age.LATE),
    ],
)
def test_fr55_the_age_of_a_signed_invoice_is_seen_then_alarms_then_is_late(
    real: Rulebook, third_party: bool, day: date, age: Age
) -> None:
    assert real.calendar().age(THURSDAY, third_party, day) is age


def test_without_a_row_no_clock_runs(real: Rulebook) -> None:
    nothing = Calendar(Table(), real.holidays)
    assert nothing.latest_sending(THURSDAY, third_party=True) is None
    assert nothing.latest_resending(THURSDAY) is None
    assert nothing.age(THURSDAY, True, date(2027, 1, 1)) is Age.FRESH


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (1818, date(1818, 3, 22)),
        (1943, date(1943, 4, 25)),
        (2000, date(2000, 4, 23)),
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2026, date(2026, 4, 5)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter_is_where_the_almanacs_put_it(year: int, day: date) -> None:
    assert easter(year) == day


def test_the_holidays_of_may_2026(real: Rulebook) -> None:
    month = (date(2026, 5, 1) + timedelta(days=n) for n in range(31))
    found = [day.day for day in month if is_holiday(day, real.holidays)]
    assert found == [1, 8, 14, 25]


def test_a_region_has_holidays_of_its_own(real: Rulebook) -> None:
    good_friday = date(2026, 4, 3)
    assert not is_holiday(good_friday, real.holidays)
    assert is_holiday(good_friday, real.holidays, "ALSACE_MOSELLE")
    assert not is_working_day(date(2026, 12, 26), real.holidays)
    assert is_holiday(date(2026, 12, 26), real.holidays, "ALSACE_MOSELLE")


@given(
    day=st.dates(date(1990, 1, 1), date(2080, 1, 1)),
    count=st.integers(1, 20),
)
def test_a_clock_ends_on_a_working_day_and_passes_so_many(
    real: Rulebook, day: date, count: int
) -> None:
    last = add_working_days(day, count, real.holidays)
    days = (day + timedelta(days=n) for n in range(1, (last - day).days + 1))
    assert sum(is_working_day(each, real.holidays) for each in days) == count
    assert is_working_day(last, real.holidays)


@given(year=st.integers(1900, 2100))
def test_easter_is_a_sunday_of_spring(year: int) -> None:
    assert easter(year).weekday() == 6
    assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)
