"""Night, Sunday, holiday and lump sums: asked only when called for, and not both at once."""

from datetime import date, time

import pytest

from server.countries.france.rulebook import Rulebook
from server.countries.france.supplements import Moment, supplements

THURSDAY, SUNDAY, ASCENSION = date(2026, 3, 12), date(2026, 3, 15), date(2026, 5, 14)


def asked(rules: Rulebook, moment: Moment, both: bool = False) -> list[tuple[str, int]]:
    rows = supplements(moment, rules.supplements, rules.holidays, both)
    return [(row.code, row.values.metro_cents) for row in rows]


@pytest.mark.parametrize(
    ("at", "wanted"),
    [
        (time(20, 0), [("MN", 915)]),
        (time(7, 59), [("MN", 915)]),
        (time(8, 0), []),
        (time(19, 59), []),
    ],
)
def test_a_night_runs_from_twenty_to_eight(
    real: Rulebook, at: time, wanted: list[tuple[str, int]]
) -> None:
    assert asked(real, Moment(THURSDAY, at, called=True)) == wanted


@pytest.mark.parametrize("day", [SUNDAY, ASCENSION])
def test_a_sunday_and_a_public_holiday_have_one_supplement(real: Rulebook, day: date) -> None:
    assert asked(real, Moment(day, time(10, 0), called=True)) == [("F", 762)]
    assert asked(real, Moment(day, called=True)) == [("F", 762)]


def test_night_and_sunday_do_not_add_up_unless_a_row_says_so(real: Rulebook) -> None:
    moment = Moment(SUNDAY, time(21, 0), called=True)
    assert not real.says("supplement.night_and_sunday", SUNDAY)
    assert asked(real, moment) == [("MN", 915)]
    assert asked(real, moment, both=True) == [("MN", 915), ("F", 762)]


def test_without_an_emergency_nor_daily_care_nothing_is_asked(real: Rulebook) -> None:
    assert asked(real, Moment(SUNDAY, time(21, 0))) == []


def test_a_lump_sum_is_said_by_hand_and_an_unknown_one_is_left_out(real: Rulebook) -> None:
    moment = Moment(THURSDAY, lumps=("FRD", "FAD", "MN", "???"))
    assert asked(real, moment) == [("FRD", 10_000), ("FAD", 2_000)]


def test_before_every_row_there_is_no_supplement(real: Rulebook) -> None:
    assert asked(real, Moment(date(1990, 1, 7), time(23, 0), called=True)) == []
