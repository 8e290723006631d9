"""Prior agreement: thresholds, counters across prescriptions, requests and their silence."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.countries.france.agreement import (
    Answer,
    DapCount,
    Past,
    Request,
    answer_due,
    answer_of,
    count,
    situations,
)
from server.countries.france.rulebook import Rulebook

MARCH = date(2026, 3, 10)
BACK = "low_back_pain"


def days(number: int, last: date = MARCH) -> list[date]:
    """So many care dates, one a day, the last one the day before."""
    return [last - timedelta(days=n) for n in range(number, 0, -1)]


def counted(rules: Rulebook, past: Past, situation: str = BACK, today: date = MARCH) -> DapCount:
    found = count(situation, MARCH, past, today, rules.dap(MARCH))
    assert found
    return found


@pytest.mark.parametrize(
    ("situation", "free"),
    [
        ("ankle_sprain", 10), ("knee_prosthesis", 25), ("cruciate_ligament", 40),
        ("hip_prosthesis", 15), ("meniscectomy", 15), ("cuff_repair", 50), (BACK, 15),
        ("elbow_fracture", 30), ("humerus_fracture", 30), ("neck_trauma", 10),
        ("cuff_tendinopathy", 25), ("carpal_tunnel", 0), ("forearm_fracture", 25),
    ],
)  # fmt: skip
def test_each_situation_has_its_free_sessions(real: Rulebook, situation: str, free: int) -> None:
    last = counted(real, Past(days(free - 1)), situation) if free else None
    assert last is None or not last.needed
    assert counted(real, Past(days(free)), situation).needed


def test_the_list_names_each_situation_once(real: Rulebook) -> None:
    found = situations(MARCH, real.dap(MARCH))
    assert len({row.situation for row in found}) == len(found) == 13


def test_outside_the_list_no_agreement_is_ever_needed(real: Rulebook) -> None:
    assert count("", MARCH, Past(days(200)), MARCH, real.dap(MARCH)) is None


@pytest.mark.parametrize(
    ("given_before", "warns", "needed"),
    [(11, False, False), (12, True, False), (14, True, False), (15, False, True)],
)
def test_the_counter_warns_three_sessions_before_the_threshold(
    real: Rulebook, given_before: int, warns: bool, needed: bool
) -> None:
    found = counted(real, Past(days(given_before)))
    assert (found.warns, found.needed, found.left) == (warns, needed, 15 - given_before)
    assert found.next_rank == given_before + 1


def test_sessions_given_elsewhere_count_and_those_of_an_older_year_do_not(
    real: Rulebook,
) -> None:
    assert counted(real, Past([], declared=15)).needed
    old = [day - timedelta(days=400) for day in days(15)]
    assert counted(real, Past(old)).counted == 0


def test_thirty_sessions_in_twelve_months_have_a_row_of_their_own(real: Rulebook) -> None:
    found = counted(real, Past([], declared=30))
    assert (found.row.covered_before, found.allowed, found.needed) == (30, 30, True)
    assert "31e" in found.row.origin.source


def test_an_acceptance_adds_what_it_grants(real: Rulebook) -> None:
    asked = Request(BACK, MARCH - timedelta(days=5), 15)
    waiting = counted(real, Past(days(15), requests=[asked]))
    assert waiting.needed
    assert waiting.waiting == asked
    accepted = replace(asked, answered=Answer.ACCEPTED)
    assert counted(real, Past(days(15), requests=[accepted])).left == 15
    fewer = replace(accepted, sessions_granted=5)
    assert counted(real, Past(days(15), requests=[fewer])).left == 5


def test_a_request_made_early_gives_nothing_twice(real: Rulebook) -> None:
    early = Request(BACK, MARCH - timedelta(days=40), 15, Answer.ACCEPTED)
    found = counted(real, Past(days(30), requests=[early]))
    assert (found.allowed, found.needed) == (30, True)
    again = Request(BACK, MARCH - timedelta(days=2), 10, Answer.ACCEPTED)
    assert counted(real, Past(days(30), requests=[again, early])).allowed == 40


def test_a_request_after_thirty_sessions_elsewhere_adds_to_them(real: Rulebook) -> None:
    asked = Request(BACK, MARCH, 10, Answer.ACCEPTED)
    assert counted(real, Past([], declared=30, requests=[asked])).allowed == 40


def test_silence_is_an_acceptance_after_fifteen_days(real: Rulebook) -> None:
    rules = real.dap(MARCH)
    asked = Request(BACK, MARCH, 15)
    assert answer_due(asked, rules) == date(2026, 3, 25)
    assert answer_of(asked, date(2026, 3, 24), rules) is Answer.WAITING
    assert answer_of(asked, date(2026, 3, 25), rules) is Answer.IMPLICIT
    assert answer_of(asked, date(2026, 3, 25), replace(rules, silence_days=0)) is Answer.WAITING
    found = counted(real, Past(days(15), requests=[asked]), today=date(2026, 3, 25))
    assert not found.needed


def test_a_refusal_is_remembered_until_another_answer(real: Rulebook) -> None:
    no = Request(BACK, MARCH - timedelta(days=9), 15, Answer.REFUSED)
    assert counted(real, Past(days(15), requests=[no])).refused
    yes = Request(BACK, MARCH - timedelta(days=2), 15, Answer.ACCEPTED)
    found = counted(real, Past(days(15), requests=[no, yes]))
    assert (found.refused, found.needed) == (False, False)


def test_a_request_for_another_situation_grants_nothing(real: Rulebook) -> None:
    other = Request("hip_prosthesis", MARCH, 15, Answer.ACCEPTED)
    assert counted(real, Past(days(15), requests=[other])).needed


def test_a_situation_not_yet_listed_on_the_day_needs_nothing(real: Rulebook) -> None:
    day = date(2013, 1, 1)
    assert count("elbow_fracture", day, Past([], 99), day, real.dap(day)) is None


@given(before=st.integers(0, 60), asked=st.integers(1, 40))
def test_what_is_granted_after_the_threshold_is_neither_lost_nor_doubled(
    real: Rulebook, before: int, asked: int
) -> None:
    request = Request(BACK, MARCH, asked, Answer.ACCEPTED)
    found = counted(real, Past(days(before), requests=[request]))
    assert found.left <= 30 + asked
    assert found.allowed in (15 + asked, 30 + asked)
