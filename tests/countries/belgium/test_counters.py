from datetime import date

import pytest

from server.core.care import Category
from server.core.errors import InvalidValue
from server.countries.belgium.counters import (
    Count,
    Quota,
    count_excess,
    count_series,
    quota_of,
)
from server.countries.belgium.rulebook import Rulebook

MARCH = date(2026, 3, 16)


def test_a_count_has_three_parts() -> None:
    count = Count(here=3, elsewhere=2, declared=1)
    assert (count.total, count.next_rank) == (6, 7)


@pytest.mark.scenario("B-17")
def test_a_common_series_is_counted_anew_each_calendar_year(demo_rules: Rulebook) -> None:
    quota = quota_of(Category.COMMON_1, "", MARCH, demo_rules.quotas)
    earlier = [date(2026, 11, 2), date(2026, 12, 28)]
    assert count_series(earlier, quota, date(2026, 12, 30)).next_rank == 3
    assert count_series(earlier, quota, date(2027, 1, 4)).next_rank == 1


def test_an_acute_series_is_counted_one_year_from_its_first_session(
    demo_rules: Rulebook,
) -> None:
    quota = quota_of(Category.FA, "fa-1", MARCH, demo_rules.quotas)
    assert quota is not None
    assert quota.window(date(2025, 9, 1), MARCH) == (date(2025, 9, 1), date(2026, 8, 31))
    earlier = [date(2025, 9, 1), date(2026, 8, 31), date(2026, 9, 1)]
    assert count_series(earlier, quota, date(2026, 9, 2), elsewhere=4, declared=1) == Count(2, 4, 1)


def test_a_pregnancy_or_an_agreement_counts_from_its_first_session(demo_rules: Rulebook) -> None:
    quota = quota_of(Category.MATERNITY, "m-1", MARCH, demo_rules.quotas)
    assert quota is not None
    assert quota.sessions == 9
    assert count_series([date(2025, 1, 6), date(2026, 3, 2)], quota, MARCH).here == 2
    assert count_series([], quota, MARCH).here == 0


def test_a_series_without_a_quota_counts_all_its_sessions() -> None:
    assert count_series([date(2019, 1, 7)], None, MARCH).here == 1


def test_the_row_of_a_situation_comes_before_that_of_its_category(demo_rules: Rulebook) -> None:
    polytrauma = quota_of(Category.FA, "fa-16", MARCH, demo_rules.quotas)
    other = quota_of(Category.FA, "fa-2", MARCH, demo_rules.quotas)
    none = quota_of(Category.FA, "", MARCH, demo_rules.quotas)
    assert [q.sessions for q in (polytrauma, other, none) if q] == [120, 60, 60]
    assert quota_of(Category.DAY_HOSPITAL, "", MARCH, demo_rules.quotas) is None


def test_excess_sessions_of_all_series_share_one_year() -> None:
    earlier = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 2)]
    assert count_excess(earlier, MARCH, elsewhere=1) == Count(2, 1)


@pytest.mark.parametrize(
    ("column", "value"), [("unit", "WEEK"), ("category", "X"), ("sessions", "many")]
)
def test_a_quota_row_that_cannot_be_read_names_its_column(column: str, value: str) -> None:
    cells = {
        "category": "FA",
        "situation": "",
        "unit": "ROLLING_YEAR",
        "sessions": "60",
        "excess": "",
        "valid_from": "2021-08-01",
        "source": "x",
        "confidence": "S",
    }
    with pytest.raises(InvalidValue) as refusal:
        Quota.from_mapping(cells | {column: value})
    assert refusal.value.facts["field"] == column
