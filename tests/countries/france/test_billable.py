"""Each reason that keeps a French session from being billed, alone, and what removes it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from server.core.care import BlockReason
from server.core.clock import ClockTrust
from server.countries.blocks import Block, Panel
from server.countries.dated import Table
from server.countries.france.acts import Territory
from server.countries.france.agreement import Answer, Past, Request
from server.countries.france.billable import block_reasons
from server.countries.france.billable_case import (
    Case,
    GivenSession,
    Prescription,
    Rights,
    SameDaySession,
)
from server.countries.france.cumulation import Visited
from server.countries.france.direct_access import AccessRight, Ground
from server.countries.france.letters import Coding
from server.countries.france.pricing import GivenAct
from server.countries.france.rulebook import Rulebook

CARE = date(2026, 3, 10)
AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
SHOULDER = Visited("rx-1", "1", Territory.UPPER_LIMB)
PELVIC = Visited("rx-2", "8", Territory.PELVIC)
MORNING = SameDaySession("S1", AT - timedelta(hours=2), False, SHOULDER)
RIGHT = AccessRight(Ground.STRUCTURE, date(2026, 1, 1))

READY = Case(
    session=GivenSession(
        id="S2",
        care_date=CARE,
        recorded_at=AT,
        acts=(GivenAct(Coding.parse("TER 9,5")),),
        begun=date(2026, 3, 2),
        visited=SHOULDER,
    ),
    today=CARE,
    clock_trust=ClockTrust.PLAUSIBLE,
    prescription=Prescription("rx-1", date(2026, 3, 1), "10009999904"),
    rights=Rights(date(2026, 1, 1), None),
)
OWN = GivenSession.__dataclass_fields__


def case(**changes: Any) -> Case:
    """A ready case; keywords that are fields of the session change the session."""
    own = {name: value for name, value in changes.items() if name in OWN}
    rest = {name: value for name, value in changes.items() if name not in own}
    return replace(READY, session=replace(READY.session, **own), **rest)


def only(rules: Rulebook, one: Case) -> Block:
    found = block_reasons(one, rules)
    assert len(found) == 1, found
    return found[0]


def test_a_prescribed_session_of_a_covered_patient_is_ready(real: Rulebook) -> None:
    assert block_reasons(case(), real) == ()


@pytest.mark.parametrize(
    ("changes", "reason", "code", "panel"),
    [
        ({"clock_trust": ClockTrust.SUSPECT}, "CLOCK", "clock.suspect", Panel.CLOCK),
        ({"today": CARE - timedelta(days=1)}, "CLOCK", "date.future", Panel.SESSION),
        ({"prescription": None}, "RX_MISSING", "rx.none_no_access", Panel.PRESCRIPTION),
        (
            {"prescription": Prescription("rx", date(2026, 3, 11), "10009999904")},
            "RX_MISSING", "rx.after_care", Panel.PRESCRIPTION,
        ),
        (
            {"prescription": Prescription("rx", date(2026, 3, 1), "")},
            "RX_MISSING", "rx.no_prescriber", Panel.PRESCRIPTION,
        ),
        (
            {
                "prescription": Prescription("rx", date(2026, 3, 1), "10009999904", 10),
                "rank_in_prescription": 11,
            },
            "RX_MISSING", "rx.used_up", Panel.PRESCRIPTION,
        ),
        (
            {"prescription": Prescription("rx", date(2025, 3, 9), "10009999904")},
            "RX_EXPIRED", "rx.expired", Panel.PRESCRIPTION,
        ),
        (
            {
                "prescription": Prescription(
                    "rx", date(2024, 3, 1), "10009999904", None, date(2026, 3, 1)
                )
            },
            "RX_EXPIRED", "rx.renewed_late", Panel.PRESCRIPTION,
        ),
        ({"rights": None}, "COVERAGE_UNKNOWN", "coverage.none", Panel.COVERAGE),
        (
            {"rights": Rights(None, date(2026, 3, 9))},
            "NOT_INSURED", "coverage.not_in_order", Panel.COVERAGE,
        ),
        (
            {"rights": Rights(None, date(2026, 3, 9), ame=True), "third_party": False},
            "NOT_INSURED", "coverage.ame_ended", Panel.COVERAGE,
        ),
        ({"same_day": (MORNING,)}, "DUPLICATE", "day.duplicate", Panel.SESSION),
        ({"assessment": True}, "QUOTA", "assessment.in_treatment", Panel.SESSION),
        (
            {"acts": (GivenAct(Coding.parse("ZZZ 1")),)},
            "PRICE_UNKNOWN", "price.no_code", Panel.TARIFF,
        ),
        (
            {"overrun_cents": 500, "overrun_reason": "distance", "overrun_allowed": False},
            "CONVENTION", "overrun.forbidden", Panel.SESSION,
        ),
        ({"overrun_cents": 500}, "CONVENTION", "overrun.reason_needed", Panel.SESSION),
    ],
)  # fmt: skip
def test_a_reason_has_its_sentence_and_the_panel_that_helps(
    real: Rulebook, changes: dict[str, Any], reason: str, code: str, panel: Panel
) -> None:
    found = only(real, case(**changes))
    assert (found.reason, found.code, found.opens) == (BlockReason(reason), code, panel)


@pytest.mark.parametrize(
    "changes",
    [
        {"rights": None, "third_party": False},
        {"rights": Rights(None, date(2026, 3, 9)), "third_party": False},
        {"rank_in_prescription": 2, "prescription": Prescription("rx", date(2025, 1, 9), "1")},
        {"prescription": Prescription("rx", date(2025, 3, 1), "1", None, date(2026, 3, 1))},
        {"overrun_cents": 500, "overrun_reason": "distance"},
        {"assessment": True, "treatment_going_on": False},
        {"same_day": (replace(MORNING, recorded_at=AT + timedelta(hours=1)),)},
    ],
)
def test_what_is_allowed_is_not_stopped(real: Rulebook, changes: dict[str, Any]) -> None:
    assert block_reasons(case(**changes), real) == ()


@pytest.mark.parametrize(
    ("today", "blocked"), [(date(2028, 6, 10), False), (date(2028, 6, 11), True)]
)
def test_k21_a_session_is_billed_within_twenty_seven_months(
    real: Rulebook, today: date, blocked: bool
) -> None:
    found = block_reasons(case(today=today), real)
    assert [each.code for each in found] == (["date.too_old"] if blocked else [])


def test_without_rows_no_deadline_is_invented(real: Rulebook) -> None:
    rules = replace(real, deadlines=Table())
    old = Prescription("rx", date(2001, 1, 1), "1", None, date(2020, 1, 1))
    assert block_reasons(case(prescription=old, today=date(2040, 1, 1)), rules) == ()


def test_direct_access_allows_eight_sessions_without_prescription(real: Rulebook) -> None:
    for rank, blocked in ((1, False), (8, False), (9, True)):
        one = case(prescription=None, access=RIGHT, rank_without=rank)
        found = block_reasons(one, real)
        assert [each.code for each in found] == (["rx.access_used_up"] if blocked else [])
    assert block_reasons(replace(one, diagnosis=True), real) == ()


@pytest.mark.parametrize(
    "right",
    [
        AccessRight(Ground.STRUCTURE, date(2026, 3, 11)),
        AccessRight(Ground.STRUCTURE, date(2026, 1, 1), date(2026, 3, 9)),
        AccessRight(Ground.TERRITORY, date(2026, 1, 1), substitute=True),
    ],
)
def test_a_right_outside_its_dates_or_a_substitutes_is_none(
    real: Rulebook, right: AccessRight
) -> None:
    assert only(real, case(prescription=None, access=right)).code == "rx.none_no_access"


def test_a_substitute_in_a_structure_has_direct_access(real: Rulebook) -> None:
    right = replace(RIGHT, substitute=True)
    assert block_reasons(case(prescription=None, access=right), real) == ()


def test_a_second_session_needs_all_four_conditions(real: Rulebook) -> None:
    good = case(same_day=(MORNING,), second_of_day=True, visited=PELVIC)
    assert block_reasons(good, real) == ()
    one_rx = replace(PELVIC, prescription="rx-1")
    found = only(real, case(same_day=(MORNING,), second_of_day=True, visited=one_rx))
    assert (found.reason, found.code) == (BlockReason.SECOND_SESSION, "day.second_conditions")
    assert found.facts == {"failed": ["PRESCRIPTIONS"]}


def test_a_second_session_before_2024_has_no_rule(real: Rulebook) -> None:
    day = date(2024, 1, 10)
    at = datetime(2024, 1, 10, 9, 0, tzinfo=UTC)
    morning = replace(MORNING, recorded_at=at - timedelta(hours=2))
    one = case(
        care_date=day, today=day, recorded_at=at, same_day=(morning,), second_of_day=True,
        visited=PELVIC, acts=(GivenAct(Coding.parse("AMS 7,5")),),
        prescription=Prescription("rx", date(2024, 1, 1), "1"), rights=Rights(None, None),
    )  # fmt: skip
    assert only(real, one).code == "day.second_no_rule"


def test_a_session_claimed_already_goes_first_whenever_it_was_written(real: Rulebook) -> None:
    later = replace(MORNING, recorded_at=AT + timedelta(hours=1), claimed=True)
    assert only(real, case(same_day=(later,))).code == "day.duplicate"


@pytest.mark.parametrize(
    ("requests", "code"),
    [
        ((), "dap.needed"),
        ((Request("low_back_pain", date(2026, 3, 9), 15),), "dap.waiting"),
        ((Request("low_back_pain", date(2026, 3, 9), 15, Answer.REFUSED),), "dap.refused"),
    ],
)
def test_beyond_the_free_sessions_an_agreement_is_awaited(
    real: Rulebook, requests: tuple[Request, ...], code: str
) -> None:
    given = [CARE - timedelta(days=n) for n in range(15, 0, -1)]
    one = case(situation="low_back_pain", past=Past(given, 0, requests))
    found = only(real, one)
    assert (found.code, found.opens) == (code, Panel.AGREEMENT)
    assert found.facts["rank"] == 16
    assert found.facts["source"] == "actukine.com, 16e séance"
    assert block_reasons(replace(one, past=Past(given[1:], 0, requests)), real) == ()
