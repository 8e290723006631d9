"""Until when a thing must be kept: dated rules, counted from the right moment."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidValue
from server.core.retention import Rule, Start, keep_until

ROW = {
    "country": "BE", "what": "health", "months": "360", "counted_from": "LAST_CONTACT",
    "valid_from": "2020-01-01", "valid_to": "", "source": "a law", "confidence": "K",
}  # fmt: skip
DAYS = st.dates(date(2020, 1, 1), date(2090, 1, 1))


def rule(**other: str) -> Rule:
    return Rule.from_row({**ROW, **other})


def test_thirty_years_after_the_last_contact() -> None:
    assert keep_until([rule()], "BE", "health", date(2026, 3, 2)) == date(2056, 3, 2)


def test_an_accounting_year_is_kept_from_its_end() -> None:
    held = rule(what="accounting", months="84", counted_from="YEAR_END")
    assert keep_until([held], "BE", "accounting", date(2026, 3, 2)) == date(2033, 12, 31)


def test_the_last_day_of_a_long_month_becomes_that_of_a_short_one() -> None:
    held = rule(months="3", counted_from="ACT")
    assert keep_until([held], "BE", "health", date(2026, 11, 30)) == date(2027, 2, 28)


@given(DAYS, st.integers(1, 480))
def test_a_thing_is_never_kept_for_less_than_its_months(day: date, months: int) -> None:
    end = keep_until([rule(months=str(months), counted_from="ACT")], "BE", "health", day)
    assert end is not None
    assert timedelta(days=28 * months) <= end - day <= timedelta(days=31 * months)


@given(DAYS)
def test_of_two_rules_in_force_the_longer_one_is_followed(day: date) -> None:
    short, long = rule(months="12"), rule(months="24")
    both = keep_until([short, long], "BE", "health", day)
    assert both == keep_until([long], "BE", "health", day)


def test_what_no_rule_in_force_speaks_of_has_no_date() -> None:
    ended = rule(valid_to="2021-12-31")
    assert keep_until([ended], "BE", "health", date(2022, 1, 1)) is None
    assert keep_until([ended], "BE", "health", date(2019, 12, 31)) is None
    assert keep_until([ended], "FR", "health", date(2021, 1, 1)) is None


@pytest.mark.parametrize(
    "bad",
    [{"months": "x"}, {"months": "0"}, {"counted_from": "BIRTH"}, {"confidence": "Z"},
     {"source": ""}, {"valid_from": "soon"}],
)  # fmt: skip
def test_a_row_that_cannot_be_read_is_refused(bad: Mapping[str, str]) -> None:
    with pytest.raises(InvalidValue):
        rule(**bad)


def test_a_row_knows_where_its_count_begins() -> None:
    assert rule().start is Start.LAST_CONTACT
