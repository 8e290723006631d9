from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.care import Confidence, Quote
from server.core.errors import InvalidValue
from server.countries.belgium.pricing import (
    PriceUnknown,
    Reduction,
    Terms,
    quote,
    supplement_fault,
)
from server.countries.belgium.rulebook import Rulebook

MARCH = date(2026, 3, 16)
IN_2025 = date(2025, 6, 2)
ORDINARY, BIM = Terms(bim=False), Terms(bim=True)


def priced(rules: Rulebook, code: str, day: date, terms: Terms) -> Quote:
    found = quote(code, day, rules.tariff, terms, rules.reductions)
    assert isinstance(found, Quote)
    return found


def amounts(found: Quote) -> tuple[int, int, int, int]:
    return found.fee_cents, found.oa_cents, found.copay_cents, found.supplement_cents


def test_the_2025_cabinet_session_costs_what_the_insurers_paid(real_rules: Rulebook) -> None:
    assert amounts(priced(real_rules, "567011", IN_2025, ORDINARY)) == (3080, 2455, 625, 0)
    assert amounts(priced(real_rules, "567011", IN_2025, BIM)) == (3080, 2830, 250, 0)


def test_the_2024_price_stops_the_day_before_the_index(real_rules: Rulebook) -> None:
    before = priced(real_rules, "567011", date(2025, 1, 31), ORDINARY)
    after = priced(real_rules, "567011", date(2025, 2, 1), ORDINARY)
    assert (before.fee_cents, after.fee_cents) == (3000, 3080)
    assert before.copay_cents == after.copay_cents


def test_every_cent_of_a_bim_price_has_its_reason(real_rules: Rulebook) -> None:
    found = priced(real_rules, "567011", IN_2025, BIM)
    assert [(s.rule, s.cents) for s in found.steps] == [
        ("fee", 3080),
        ("copay.fixed", 625),
        ("bim", -375),
    ]
    assert found.steps[0].source == "INAMI, convention M/25 ; eFact, message retourné"


def test_palliative_care_at_home_asks_nothing_from_the_patient(demo_rules: Rulebook) -> None:
    found = priced(demo_rules, "564211", MARCH, BIM)
    assert amounts(found) == (3388, 3388, 0, 0)
    assert [s.rule for s in found.steps] == ["fee", "copay.none"]


@pytest.mark.scenario("B-13")
def test_an_excess_session_is_borne_mostly_by_the_patient(demo_rules: Rulebook) -> None:
    found = priced(demo_rules, "560055", MARCH, ORDINARY)
    assert amounts(found) == (3080, 458, 2622, 0)
    assert found.steps[1].rule == "copay.excess"


def test_a_2026_date_has_no_price_in_a_real_practice(real_rules: Rulebook) -> None:
    found = quote("567011", MARCH, real_rules.tariff, ORDINARY)
    assert found == PriceUnknown("567011", MARCH, "price.no_version")


def test_a_code_never_priced_says_so(real_rules: Rulebook) -> None:
    found = quote("567136", IN_2025, real_rules.tariff, ORDINARY)
    assert found == PriceUnknown("567136", IN_2025, "price.no_code")


def test_a_demo_price_is_marked_as_invented(demo_rules: Rulebook) -> None:
    assert priced(demo_rules, "567011", MARCH, ORDINARY).confidence is Confidence.T


def test_outside_the_convention_the_refund_loses_a_quarter(real_rules: Rulebook) -> None:
    terms = Terms(bim=False, conventioned=False)
    found = priced(real_rules, "567011", IN_2025, terms)
    assert amounts(found) == (3080, 1841, 1239, 0)
    assert found.steps[-1].rule == "not_conventioned"
    assert found.steps[-1].cents == 614
    assert found.confidence is Confidence.S


def test_a_bim_patient_loses_nothing_outside_the_convention(real_rules: Rulebook) -> None:
    terms = Terms(bim=True, conventioned=False)
    assert amounts(priced(real_rules, "567011", IN_2025, terms)) == (3080, 2830, 250, 0)


def test_the_reduction_begins_in_may_2025(real_rules: Rulebook) -> None:
    terms = Terms(bim=False, conventioned=False)
    assert priced(real_rules, "567011", date(2025, 4, 30), terms).oa_cents == 2455
    assert priced(real_rules, "567011", date(2025, 5, 1), terms).oa_cents == 1841


@pytest.mark.scenario("D-07")
def test_a_free_fee_adds_a_supplement_the_patient_bears(demo_rules: Rulebook) -> None:
    terms = Terms(bim=False, conventioned=False, third_party=False, supplement_cents=1420)
    found = priced(demo_rules, "567011", MARCH, terms)
    assert amounts(found) == (4500, 1841, 1239, 1420)
    assert supplement_fault(terms) is None


@pytest.mark.parametrize(
    ("terms", "fault"),
    [
        (Terms(bim=True), None),
        (Terms(bim=False, supplement_cents=-1), "supplement.negative"),
        (Terms(bim=False, conventioned=False, supplement_cents=1000), "supplement.third_party"),
        (
            Terms(bim=True, conventioned=False, third_party=False, supplement_cents=1420),
            "supplement.bim_ceiling",
        ),
        (Terms(bim=False, third_party=False, supplement_cents=1200), "supplement.reason_needed"),
        (
            Terms(bim=False, third_party=False, supplement_cents=1200, supplement_reason="weekend"),
            None,
        ),
    ],
)
def test_a_supplement_needs_a_right_and_a_reason(terms: Terms, fault: str | None) -> None:
    assert supplement_fault(terms) == fault


@pytest.mark.scenario("I-03")
@given(data=st.data())
def test_every_price_of_every_row_splits_to_the_cent(demo_rules: Rulebook, data: Any) -> None:
    row = data.draw(st.sampled_from(demo_rules.tariff.rows))
    last = row.origin.valid_to
    assert last is not None
    day = row.origin.valid_from + timedelta(
        days=data.draw(st.integers(0, (last - row.origin.valid_from).days))
    )
    terms = Terms(
        bim=data.draw(st.booleans()),
        conventioned=data.draw(st.booleans()),
        supplement_cents=data.draw(st.integers(0, 5000)),
    )
    found = priced(demo_rules, row.code, day, terms)
    assert found.holds
    assert min(found.oa_cents, found.copay_cents) >= 0
    explained = {s.rule: s.cents for s in found.steps}
    assert found.fee_cents == explained["fee"] + explained.get("supplement", 0)
    assert found.copay_cents == sum(
        cents for rule, cents in explained.items() if rule not in ("fee", "supplement")
    )


@pytest.mark.scenario("D-02")
def test_four_bim_sessions_in_the_cabinet(demo_rules: Rulebook) -> None:
    lines = [priced(demo_rules, "567011", MARCH, BIM)] * 4
    assert sum(line.oa_cents for line in lines) == 11320
    assert sum(line.copay_cents for line in lines) == 1000


@pytest.mark.scenario("H-01")
def test_forty_home_visits_in_three_days_balance(demo_rules: Rulebook) -> None:
    def visits(count: int, terms: Terms) -> list[Quote]:
        return [priced(demo_rules, "567136", MARCH, terms)] * count

    oa100 = visits(4, BIM) + visits(8, ORDINARY)
    oa300, oa500 = visits(10, ORDINARY), visits(8, BIM)
    cash = visits(10, Terms(bim=False, third_party=False))
    due = [sum(v.oa_cents for v in lot) for lot in (oa100, oa300, oa500)]
    assert due == [34656, 27630, 25104]
    copays = sum(v.copay_cents for lot in (oa100, oa300, oa500) for v in lot)
    assert copays == 14250
    assert sum(v.fee_cents for v in cash) == 33880
    assert sum(v.fee_cents for v in oa100 + oa300 + oa500 + cash) == 135520
    assert sum(due) + copays + 33880 == 135520


@pytest.mark.scenario("H-04")
def test_a_line_replaced_at_the_bim_price_gives_the_patient_back_the_difference(
    demo_rules: Rulebook,
) -> None:
    old, new = (priced(demo_rules, "567136", MARCH, terms) for terms in (ORDINARY, BIM))
    assert (new.oa_cents, new.copay_cents) == (3138, 250)
    assert old.copay_cents - new.copay_cents == 375
    assert 34656 - old.oa_cents == 31893


@pytest.mark.scenario("H-05")
def test_the_price_changes_at_midnight_of_new_year(demo_rules: Rulebook) -> None:
    old, new = (
        priced(demo_rules, "567136", day, ORDINARY)
        for day in (date(2026, 12, 31), date(2027, 1, 1))
    )
    assert (old.fee_cents, new.fee_cents) == (3388, 3465)
    assert (new.oa_cents, priced(demo_rules, "567136", date(2027, 1, 1), BIM).oa_cents) == (
        2840,
        3215,
    )


def test_the_2027_cabinet_price_is_that_of_the_second_table(demo_rules: Rulebook) -> None:
    day = date(2027, 1, 4)
    assert amounts(priced(demo_rules, "567011", day, ORDINARY)) == (3150, 2525, 625, 0)
    assert amounts(priced(demo_rules, "567011", day, BIM)) == (3150, 2900, 250, 0)


def test_a_reduction_above_the_whole_is_not_a_reduction() -> None:
    cells = {
        "ordinary_bp": "10001",
        "bim_bp": "0",
        "valid_from": "2025-05-01",
        "source": "x",
        "confidence": "K",
    }
    with pytest.raises(InvalidValue) as refusal:
        Reduction.from_mapping(cells)
    assert refusal.value.facts == {"field": "ordinary_bp", "reason": "number"}
