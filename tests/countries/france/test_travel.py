"""Flat allowances by date and family, kilometres beyond the deduction (FR-26 to FR-29)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidValue
from server.countries.france.acts import Family
from server.countries.france.rulebook import Rulebook
from server.countries.france.travel import (
    Ground,
    TravelRules,
    Trip,
    allowance,
    kilometres,
    parse_metres,
    refusal,
    unpaid,
)

LAST_2025, FIRST_2026 = date(2025, 12, 31), date(2026, 1, 1)


def flat(rules: Rulebook, trip: Trip, day: date) -> str | None:
    row = allowance(trip, day, rules.prices(day).travel)
    return row.code if row else None


def paid_metres(rules: Rulebook, trip: Trip, day: date = FIRST_2026) -> int:
    found = kilometres(trip, day, rules.prices(day).travel)
    return found[1] if found else 0


@pytest.mark.parametrize(
    ("family", "before", "after"),
    [
        (None, "IFD", "IFD"),
        (Family.ORTHOPAEDIC, "IFO", "IFS"),
        (Family.RHEUMATIC, "IFR", "IFS"),
        (Family.NEUROLOGICAL, "IFN", "IFS"),
        (Family.RESPIRATORY, "IFP", "IFS"),
        (Family.RESPIRATORY_URGENT, "IFD", "IFD"),
        (Family.OLDER, "IFD", "IFS"),
    ],
)
def test_since_2026_one_specific_allowance_replaces_the_four(
    real: Rulebook, family: Family | None, before: str, after: str
) -> None:
    trip = Trip(family=family)
    assert flat(real, trip, LAST_2025) == before
    assert flat(real, trip, FIRST_2026) == after


def test_a_discharge_has_the_specific_allowance_whatever_the_act(real: Rulebook) -> None:
    assert flat(real, Trip(discharge=True), LAST_2025) == "IFS"
    assert flat(real, Trip(discharge=True), FIRST_2026) == "IFS"


@pytest.mark.parametrize(
    ("ground", "one_way", "paid"),
    [
        (Ground.PLAIN, 7_000, 10_000),
        (Ground.PLAIN, 9_000, 14_000),
        (Ground.PLAIN, 2_000, 0),
        (Ground.PLAIN, 1_000, 0),
        (Ground.MOUNTAIN, 9_000, 16_000),
        (Ground.FOOT, 1_500, 3_000),
    ],
)
def test_the_round_trip_is_paid_less_two_kilometres_each_way_or_one_in_the_mountains(
    real: Rulebook, ground: Ground, one_way: int, paid: int
) -> None:
    assert paid_metres(real, Trip(ground=ground, one_way_metres=one_way)) == paid


def test_inside_the_town_no_kilometre_is_paid(real: Rulebook) -> None:
    trip = Trip(outside_town=False, one_way_metres=9_000)
    travel = real.prices(FIRST_2026).travel
    assert paid_metres(real, trip) == 0
    assert flat(real, trip, FIRST_2026) == "IFD"
    assert list(unpaid(trip, FIRST_2026, travel)) == ["travel.same_town"]


def test_the_second_patient_under_one_roof_pays_no_travel(real: Rulebook) -> None:
    trip = Trip(first_at_address=False, one_way_metres=9_000)
    travel = real.prices(FIRST_2026).travel
    assert flat(real, trip, FIRST_2026) is None
    assert paid_metres(real, trip) == 0
    assert list(unpaid(trip, FIRST_2026, travel)) == ["travel.same_address"]


def test_a_home_visit_the_assessment_does_not_justify_is_not_paid(real: Rulebook) -> None:
    trip = Trip(justified=False)
    assert refusal(trip, real.prices(FIRST_2026).travel) == "travel.not_justified"
    assert flat(real, trip, FIRST_2026) is None


def test_too_near_is_told_and_a_paid_trip_tells_nothing(real: Rulebook) -> None:
    travel = real.prices(FIRST_2026).travel
    assert list(unpaid(Trip(one_way_metres=2_000), FIRST_2026, travel)) == ["travel.too_near"]
    assert list(unpaid(Trip(one_way_metres=9_000), FIRST_2026, travel)) == []
    assert list(unpaid(Trip(), FIRST_2026, travel)) == []


def test_without_a_row_for_the_day_nothing_is_paid(real: Rulebook) -> None:
    day = date(2001, 1, 1)
    rules = real.prices(FIRST_2026).travel
    assert allowance(Trip(), day, rules) is None
    assert kilometres(Trip(one_way_metres=9_000), day, rules) is None


def test_a_practice_may_hold_another_view_of_one_roof(real: Rulebook) -> None:
    known = real.prices(FIRST_2026).travel
    each = TravelRules(known.allowances, known.kilometres, one_per_address=False)
    assert allowance(Trip(first_at_address=False), FIRST_2026, each)


@given(one_way=st.integers(0, 200_000), ground=st.sampled_from(Ground))
def test_never_more_than_the_round_trip_is_paid(
    real: Rulebook, one_way: int, ground: Ground
) -> None:
    assert 0 <= paid_metres(real, Trip(ground=ground, one_way_metres=one_way)) <= 2 * one_way


@pytest.mark.parametrize(
    ("typed", "metres"), [("9", 9_000), (" 9,5 ", 9_500), ("0.125", 125), ("120,05", 120_050)]
)
def test_a_distance_is_read_in_kilometres(typed: str, metres: int) -> None:
    assert parse_metres(typed) == metres


@pytest.mark.parametrize("typed", ["", "-9", "9 km", "9,1234", "1000"])
def test_what_is_no_distance_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_metres(typed)
    assert refused.value.facts == {"field": "kilometres", "reason": "number"}
