"""Two acts on one day: FR-04 to FR-06."""

from datetime import date

import pytest

from server.countries.france.acts import Act, Territory, act_of
from server.countries.france.cumulation import (
    Condition,
    Visited,
    failed_conditions,
    same_session,
    two_sessions,
)
from server.countries.france.letters import Zone
from server.countries.france.pricing import Visit, bill
from server.countries.france.rates import cover
from server.countries.france.rulebook import Rulebook
from server.countries.france.shares import Terms

LAST_OLD, FIRST_NEW = date(2024, 2, 21), date(2024, 2, 22)
SHOULDER = Visited("rx-1", "1", Territory.UPPER_LIMB)


def acts(rules: Rulebook, *keys: str, day: date = LAST_OLD) -> list[Act]:
    found = [act_of(key, day, rules.acts) for key in keys]
    assert all(found)
    return [act for act in found if act]


def test_two_sessions_of_a_day_are_whole_when_all_four_conditions_hold() -> None:
    assert failed_conditions(SHOULDER, Visited("rx-2", "8", Territory.PELVIC)) == []


@pytest.mark.parametrize(
    ("second", "failed"),
    [
        (Visited("rx-1", "8", Territory.PELVIC), [Condition.PRESCRIPTIONS]),
        (Visited("", "8", Territory.PELVIC), [Condition.PRESCRIPTIONS]),
        (Visited("rx-2", "1", Territory.SPINE), [Condition.ARTICLES]),
        (Visited("rx-2", "8", Territory.UPPER_LIMB), [Condition.REGIONS]),
        (Visited("rx-2", "8", None), [Condition.REGIONS]),
        (Visited("rx-2", "8", Territory.PELVIC, apart=False), [Condition.SESSIONS]),
        (Visited("", "", None, apart=False), list(Condition)),
    ],
)
def test_the_condition_that_fails_is_named(second: Visited, failed: list[Condition]) -> None:
    assert failed_conditions(SHOULDER, second) == failed


def test_two_sessions_of_a_day_are_known_since_the_new_letters_only(real: Rulebook) -> None:
    assert two_sessions(LAST_OLD, real.cumulations) is None
    row = two_sessions(FIRST_NEW, real.cumulations)
    assert row
    assert row.second_bp == 10_000


def test_before_2024_the_act_beside_an_urgent_clearance_is_at_half_rate(real: Rulebook) -> None:
    given = same_session(acts(real, "one_limb", "respiratory_urgent"), LAST_OLD, real.cumulations)
    assert given
    assert [(act.coding.text, act.share_bp) for act in given] == [
        ("AMK 8.00", 10_000), ("AMS 7.50", 5_000),
    ]  # fmt: skip
    covered = cover([], LAST_OLD, real.rates)
    assert covered
    found = bill(Visit(LAST_OLD, Zone.METROPOLE, given), Terms(covered), real.prices(LAST_OLD))
    assert [line.fee_cents for line in found.lines] == [1720, 806]


@pytest.mark.parametrize(
    "keys",
    [
        ("one_limb", "several_limbs"),
        ("one_limb", "respiratory_urgent", "neurological"),
    ],
)
def test_one_session_is_one_line_otherwise(real: Rulebook, keys: tuple[str, ...]) -> None:
    assert same_session(acts(real, *keys), LAST_OLD, real.cumulations) is None


def test_since_2024_no_second_act_in_one_session(real: Rulebook) -> None:
    both = acts(real, "several", "respiratory_urgent", day=FIRST_NEW)
    assert same_session(both, FIRST_NEW, real.cumulations) is None


def test_one_act_is_whole(real: Rulebook) -> None:
    given = same_session(acts(real, "one_limb"), LAST_OLD, real.cumulations)
    assert given
    assert given[0].share_bp == 10_000
