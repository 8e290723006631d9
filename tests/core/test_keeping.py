"""Which copies are kept: the newest of each recent hour, day and month, and never the last good."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.core.clock import civil_date
from server.core.keeping import DAILY, HOURLY, MONTHLY, Copy, kept

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOMENTS = st.integers(0, 3 * 365 * 24 * 6).map(lambda tens: NOON - timedelta(minutes=10 * tens))
COPIES = st.lists(
    st.builds(lambda at, bad: Copy(at, at.isoformat(), bad), MOMENTS, st.booleans()),
    unique_by=lambda copy: copy.at,
    max_size=120,
)


@given(COPIES)
def test_the_newest_good_copy_is_always_kept(copies: list[Copy]) -> None:
    good = [copy for copy in copies if not copy.bad]
    assert not good or max(good) in kept(copies, "BE")


@given(COPIES)
def test_nothing_is_kept_that_was_not_there_nor_more_than_the_rule_allows(
    copies: list[Copy],
) -> None:
    stay = kept(copies, "BE")
    assert stay <= set(copies)
    assert sum(not copy.bad for copy in stay) <= HOURLY + DAILY + MONTHLY


@given(COPIES)
def test_thinning_out_twice_changes_nothing(copies: list[Copy]) -> None:
    stay = kept(copies, "BE")
    assert kept(stay, "BE") == stay


@given(COPIES, MOMENTS)
def test_each_of_the_last_days_that_had_a_good_copy_keeps_its_last(
    copies: list[Copy], at: datetime
) -> None:
    good = sorted(copy for copy in copies if not copy.bad)
    days = sorted({civil_date(copy.at, "BE") for copy in good})[-DAILY:]
    stay = kept(copies, "BE")
    for day in days:
        assert max(copy for copy in good if civil_date(copy.at, "BE") == day) in stay


@given(COPIES)
def test_each_of_the_last_months_that_had_a_good_copy_keeps_its_last(copies: list[Copy]) -> None:
    good = sorted(copy for copy in copies if not copy.bad)
    months = sorted({civil_date(copy.at, "BE").replace(day=1) for copy in good})[-MONTHLY:]
    stay = kept(copies, "BE")
    for month in months:
        same = (copy for copy in good if civil_date(copy.at, "BE").replace(day=1) == month)
        assert max(same) in stay


@given(COPIES)
def test_a_bad_copy_stays_only_while_no_good_one_is_newer(copies: list[Copy]) -> None:
    newest = max((copy.at for copy in copies if not copy.bad), default=None)
    for copy in (each for each in copies if each.bad):
        assert (copy in kept(copies, "BE")) == (newest is None or copy.at > newest)


def test_a_copy_an_hour_for_two_days_and_one_a_day_before() -> None:
    hourly = [Copy(NOON - timedelta(hours=n), f"h{n}") for n in range(48)]
    daily = [Copy(NOON - timedelta(days=n), f"d{n}") for n in range(2, 60)]
    stay = kept([*hourly, *daily], "BE")
    assert {f"h{n}" for n in range(24)} <= {copy.name for copy in stay}
    assert len([copy for copy in stay if copy.name.startswith("d")]) == 12 + 1
