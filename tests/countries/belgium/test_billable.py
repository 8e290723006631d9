from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from server.core.care import Agreement, BlockReason, Category, Coverage, Prescription, Source
from server.core.clock import ClockTrust
from server.countries.belgium.billable import block_reasons
from server.countries.belgium.billable_case import Case, SameDaySession
from server.countries.belgium.counters import Count
from server.countries.belgium.coverage import Standing
from server.countries.belgium.policy import ThirdParty, ThirdPartyPolicy
from server.countries.belgium.rulebook import Rulebook
from server.countries.blocks import Block, Panel

CaseMaker = Callable[..., Case]
AT = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
EARLIER = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 16, 15, 0, tzinfo=UTC)
RX = Prescription(date(2026, 3, 2), "19990116004", "Dr Anne WILLEMS", 18)
AGREED = Agreement("30012345678901234500", date(2026, 3, 1), date(2026, 12, 31))
COVER = Coverage("300", "319", "110", "110", False, date(2026, 1, 1), None, Source.MANUAL, AT)


def only(case: Case, rules: Rulebook) -> Block:
    blocks = block_reasons(case, rules)
    assert len(blocks) == 1, [block.code for block in blocks]
    return blocks[0]


def codes(case: Case, rules: Rulebook) -> list[str]:
    return [block.code for block in block_reasons(case, rules)]


def test_a_complete_session_has_nothing_against_it(case: CaseMaker, demo_rules: Rulebook) -> None:
    assert block_reasons(case(), demo_rules) == ()


@pytest.mark.parametrize(
    ("changes", "reason", "code", "opens"),
    [
        # BE-01, BE-03, BE-05b: the prescription
        ({"prescription": None}, "RX_MISSING", "rx.none", "prescription"),
        (
            {"prescription": replace(RX, rx_date=date(2026, 3, 17))},
            "RX_MISSING",
            "rx.after_care",
            "prescription",
        ),
        (
            {"prescription": replace(RX, prescriber_nihii="")},
            "RX_MISSING",
            "rx.no_prescriber",
            "prescription",
        ),
        ({"rank_in_prescription": 19}, "RX_MISSING", "rx.used_up", "prescription"),
        # BE-04, BE-10: the agreement
        ({"agreement": None}, "AGREEMENT_NEEDED", "agreement.none", "agreement"),
        (
            {"agreement": replace(AGREED, refused=True)},
            "AGREEMENT_REFUSED",
            "agreement.refused",
            "agreement",
        ),
        (
            {"agreement": replace(AGREED, valid_from=date(2026, 3, 17))},
            "AGREEMENT_NEEDED",
            "agreement.outside",
            "agreement",
        ),
        (
            {"agreement": replace(AGREED, valid_to=date(2026, 3, 15))},
            "AGREEMENT_NEEDED",
            "agreement.outside",
            "agreement",
        ),
        (
            {"agreement": replace(AGREED, sessions_granted=9), "counted": Count(9)},
            "QUOTA",
            "agreement.used_up",
            "agreement",
        ),
        # BE-05, BE-06, BE-51: the coverage
        ({"coverage": None}, "COVERAGE_UNKNOWN", "coverage.none", "coverage"),
        (
            {"coverage": replace(COVER, rights_to=date(2026, 3, 15))},
            "NOT_INSURED",
            "coverage.not_in_order",
            "coverage",
        ),
        (
            {"coverage": replace(COVER, mutuality="812")},
            "COVERAGE_UNKNOWN",
            "coverage.unknown_insurer",
            "coverage",
        ),
        (
            {"coverage": replace(COVER, ct1="999")},
            "COVERAGE_UNKNOWN",
            "coverage.unknown_ct1",
            "coverage",
        ),
        (
            {"standing": Standing(medical_house=True)},
            "MEDICAL_HOUSE",
            "coverage.medical_house",
            "coverage",
        ),
        (
            {"standing": Standing(hospitalised=True)},
            "HOSPITALISED",
            "coverage.hospitalised",
            "coverage",
        ),
        ({"standing": Standing(rest_home=True)}, "REST_HOME", "coverage.rest_home", "session"),
        # BE-08, BE-09 and the clock
        ({"today": date(2026, 3, 15)}, "CLOCK", "date.future", "session"),
        ({"today": date(2028, 4, 1)}, "CLOCK", "date.too_old", "session"),
        ({"clock_trust": ClockTrust.SUSPECT}, "CLOCK", "clock.suspect", "clock"),
        # BE-25
        ({"codes": ("560210",)}, "PRICE_UNKNOWN", "price.no_code", "tariff"),
        # BE-29, BE-30
        ({"supplement_cents": 1000}, "CONVENTION", "supplement.third_party", "session"),
        # BE-07, BE-40
        (
            {"same_day": (SameDaySession("S1", EARLIER, claimed=False),)},
            "DUPLICATE",
            "day.duplicate",
            "session",
        ),
    ],
)
def test_each_rule_gives_its_reason_its_sentence_and_its_panel(
    case: CaseMaker,
    demo_rules: Rulebook,
    changes: dict[str, Any],
    reason: str,
    code: str,
    opens: str,
) -> None:
    block = only(case(**changes), demo_rules)
    assert (block.reason, block.code, block.opens) == (reason, code, opens)


@pytest.mark.scenario("B-12")
def test_a_first_session_after_two_months_is_blocked_until_a_new_prescription(
    case: CaseMaker, demo_rules: Rulebook
) -> None:
    old = replace(RX, rx_date=date(2025, 12, 31))
    late = case(care_date=date(2026, 3, 3), prescription=old)
    block = only(late, demo_rules)
    assert (block.reason, block.code) == (BlockReason.RX_EXPIRED, "rx.expired")
    assert block.facts["last_day"] == date(2026, 2, 28)
    assert not block_reasons(replace(late, prescription=RX), demo_rules)


def test_only_the_first_session_of_a_prescription_must_start_in_time(
    case: CaseMaker, demo_rules: Rulebook
) -> None:
    old = replace(RX, rx_date=date(2025, 12, 31))
    assert not block_reasons(case(prescription=old, rank_in_prescription=2), demo_rules)


def test_a_start_stated_by_the_prescriber_replaces_the_two_months(
    case: CaseMaker, demo_rules: Rulebook
) -> None:
    old = replace(RX, rx_date=date(2025, 12, 31), start_by=date(2026, 3, 31))
    assert not block_reasons(case(prescription=old), demo_rules)


def test_a_written_report_needs_no_prescription(case: CaseMaker, demo_rules: Rulebook) -> None:
    row = demo_rules.tariff.find("567136", date(2026, 3, 16))
    assert row is not None
    report = replace(row, code="563555", needs_prescriber=False)
    tariff = replace(demo_rules.tariff, rows=(*demo_rules.tariff.rows, report))
    rules = replace(demo_rules, tariff=tariff)
    assert not block_reasons(case(codes=("563555",), prescription=None), rules)
    assert codes(case(codes=("563555", "567136"), prescription=None), rules) == ["rx.none"]


def test_on_paper_a_first_common_series_needs_no_registration(
    case: CaseMaker, demo_rules: Rulebook
) -> None:
    assert not block_reasons(case(agreement=None, electronic=False), demo_rules)


def test_a_category_no_table_speaks_of_is_treated_as_needing_an_agreement(
    case: CaseMaker, demo_rules: Rulebook
) -> None:
    rules = replace(demo_rules, needs=())
    assert only(case(agreement=None), rules).facts == {"need": "AGREEMENT"}


def test_an_agreement_without_end_stays_open(case: CaseMaker, demo_rules: Rulebook) -> None:
    open_ended = replace(AGREED, valid_to=None, sessions_granted=18)
    assert not block_reasons(case(agreement=open_ended), demo_rules)


@pytest.mark.parametrize(
    ("category", "running", "expected"),
    [
        (Category.COMMON_1, Category.E, ["agreement.excluded"]),
        (Category.COMMON_1, Category.FA, []),
        (Category.MATERNITY, Category.E, []),
    ],
)
def test_a_heavy_agreement_excludes_common_and_f_series(
    case: CaseMaker,
    demo_rules: Rulebook,
    category: Category,
    running: Category,
    expected: list[str],
) -> None:
    judged = case(category=category, running=frozenset({running}))
    assert codes(judged, demo_rules) == expected


def test_the_nineteenth_session_needs_an_excess_code(case: CaseMaker, demo_rules: Rulebook) -> None:
    block = only(case(counted=Count(18)), demo_rules)
    assert (block.reason, block.code) == (BlockReason.QUOTA, "quota.reached")
    assert block.facts == {"rank": 19, "sessions": 18}


@pytest.mark.scenario("B-13")
def test_the_fifty_fifth_excess_session_of_the_year_is_blocked(
    case: CaseMaker, demo_rules: Rulebook
) -> None:
    def excess(before: int) -> Case:
        return case(codes=("560350",), excess=True, counted=Count(18), excess_counted=Count(before))

    assert not block_reasons(excess(53), demo_rules)
    block = only(excess(54), demo_rules)
    assert (block.reason, block.code) == (BlockReason.QUOTA, "quota.excess_used_up")
    assert block.facts == {"rank": 55, "sessions": 54}


def test_a_heavy_series_has_no_maximum(case: CaseMaker, demo_rules: Rulebook) -> None:
    judged = case(category=Category.E, codes=("561013",), counted=Count(400))
    assert not block_reasons(judged, demo_rules)


def test_a_category_without_a_quota_row_is_not_counted(
    case: CaseMaker, demo_rules: Rulebook
) -> None:
    judged = case(category=Category.CONSULTATIVE, codes=("560092",), counted=Count(400))
    assert not block_reasons(judged, demo_rules)


def test_an_excess_without_a_yearly_maximum_is_allowed(
    case: CaseMaker, demo_rules: Rulebook
) -> None:
    quotas = tuple(replace(quota, excess=None) for quota in demo_rules.quotas)
    judged = case(codes=("560350",), excess=True, excess_counted=Count(99))
    assert not block_reasons(judged, replace(demo_rules, quotas=quotas))


def test_a_patient_who_pays_needs_no_known_insurer(case: CaseMaker, demo_rules: Rulebook) -> None:
    assert not block_reasons(case(third_party=False, coverage=None), demo_rules)


def test_a_rest_home_resident_is_billed_with_rest_home_codes(
    case: CaseMaker, demo_rules: Rulebook
) -> None:
    resident = Standing(rest_home=True)
    assert not block_reasons(case(standing=resident, codes=("560571",)), demo_rules)
    unknown = case(standing=resident, codes=("560615",))
    assert codes(unknown, demo_rules) == ["coverage.rest_home", "price.no_code"]


def test_third_party_payment_is_forbidden_or_imposed_by_a_row(
    case: CaseMaker, demo_rules: Rulebook
) -> None:
    row = demo_rules.third_party[0]
    forbidden = ThirdPartyPolicy(Category.COMMON_1, False, ThirdParty.FORBIDDEN, row.origin)
    imposed = replace(forbidden, status=ThirdParty.MANDATORY)
    rules = replace(demo_rules, third_party=(row, forbidden))
    assert codes(case(), rules) == ["third_party.forbidden"]
    assert codes(case(third_party=False), rules) == []
    rules = replace(demo_rules, third_party=(row, imposed))
    assert codes(case(), rules) == []
    assert codes(case(third_party=False), rules) == ["third_party.mandatory"]


def test_a_suspect_clock_decides_no_deadline(case: CaseMaker, demo_rules: Rulebook) -> None:
    judged = case(clock_trust=ClockTrust.SUSPECT, today=date(2020, 1, 5))
    assert codes(judged, demo_rules) == ["clock.suspect"]


def test_without_a_deadline_row_no_act_is_too_old(case: CaseMaker, demo_rules: Rulebook) -> None:
    judged = case(today=date(2040, 1, 1))
    assert not block_reasons(judged, replace(demo_rules, deadlines=()))


def test_a_claim_may_be_made_until_two_years_after_the_month_of_care(
    case: CaseMaker, demo_rules: Rulebook
) -> None:
    assert not block_reasons(case(today=date(2028, 3, 31)), demo_rules)


@pytest.mark.scenario("H-12")
def test_of_two_records_of_one_visit_only_the_later_is_blocked(
    case: CaseMaker, demo_rules: Rulebook
) -> None:
    assert not block_reasons(
        case(same_day=(SameDaySession("S9", LATER, claimed=False),)), demo_rules
    )
    claimed = case(same_day=(SameDaySession("S9", LATER, claimed=True),))
    assert codes(claimed, demo_rules) == ["day.duplicate"]
    twin = case(same_day=(SameDaySession("S1", AT, claimed=False),))
    assert codes(twin, demo_rules) == ["day.duplicate"]


@pytest.mark.scenario("B-15")
def test_a_second_session_is_refused_during_a_heavy_agreement(
    case: CaseMaker, demo_rules: Rulebook
) -> None:
    first = SameDaySession("S1", EARLIER, claimed=False)
    judged = case(category=Category.E, codes=("561013",), second_of_day=True, same_day=(first,))
    block = only(judged, demo_rules)
    assert (block.reason, block.code) == (BlockReason.SECOND_SESSION, "day.second_refused")
    assert block.facts == {"refusal": "5004A0"}


@pytest.mark.scenario("B-15")
def test_a_motivated_second_palliative_session_is_allowed(
    case: CaseMaker, demo_rules: Rulebook
) -> None:
    first = SameDaySession("S1", EARLIER, claimed=True)
    motivated = replace(RX, second_session_motivated=True)
    judged = case(
        category=Category.PALLIATIVE,
        codes=("564211",),
        second_of_day=True,
        same_day=(first,),
        prescription=motivated,
    )
    assert not block_reasons(judged, demo_rules)
    block = only(replace(judged, prescription=RX), demo_rules)
    assert (block.code, block.opens) == ("day.second_unmotivated", Panel.PRESCRIPTION)
    assert "day.second_unmotivated" in codes(replace(judged, prescription=None), demo_rules)


def test_a_row_may_allow_a_second_session_without_motivation(
    case: CaseMaker, demo_rules: Rulebook
) -> None:
    free = tuple(replace(row, needs_motivation=False) for row in demo_rules.second_sessions)
    judged = case(
        category=Category.PALLIATIVE,
        codes=("564211",),
        second_of_day=True,
        same_day=(SameDaySession("S1", EARLIER, claimed=False),),
    )
    assert not block_reasons(judged, replace(demo_rules, second_sessions=free))


def test_a_second_session_no_row_speaks_of_is_blocked(
    case: CaseMaker, demo_rules: Rulebook
) -> None:
    judged = case(second_of_day=True, same_day=(SameDaySession("S1", EARLIER, claimed=False),))
    assert codes(judged, demo_rules) == ["day.second_no_rule"]


@pytest.mark.scenario("B-16")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"codes": ("567011", "567033")}, []),
        ({"codes": ("567011", "567033"), "intake_given": True}, ["intake.again"]),
        ({"codes": ("567011", "567033"), "first_of_series": False}, ["intake.not_first"]),
        ({"codes": ("567033",)}, ["intake.alone"]),
    ],
)
def test_an_intake_goes_once_a_year_with_a_first_session(
    case: CaseMaker, demo_rules: Rulebook, changes: dict[str, Any], expected: list[str]
) -> None:
    assert codes(case(**changes), demo_rules) == expected


def test_a_real_practice_records_2026_and_waits_for_a_table(
    case: CaseMaker, real_rules: Rulebook
) -> None:
    block = only(case(codes=("567011",)), real_rules)
    assert (block.reason, block.code) == (BlockReason.PRICE_UNKNOWN, "price.no_version")
    assert block.facts == {"code": "567011", "care_date": date(2026, 3, 16)}


def test_all_the_reasons_are_given_at_once(case: CaseMaker, real_rules: Rulebook) -> None:
    judged = case(prescription=None, agreement=None, coverage=None)
    assert codes(judged, real_rules) == [
        "rx.none",
        "agreement.none",
        "coverage.none",
        "price.no_code",
    ]
