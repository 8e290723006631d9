"""Amounts of section G of the French cases: one formula, one act, one cent at a time."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidValue
from server.countries.dated import Table
from server.countries.france.expression import PARAMETERS, RATES, Expression
from server.countries.france.formulas import (
    ActAmounts,
    AmcShare,
    Ceiling,
    Formula,
    amc_share,
    ceiling_cents,
    formula_of,
    parameter_faults,
    unknown_amounts,
)

MARCH_2024 = date(2024, 3, 11)
PMSS_2024 = 386_400
CELLS: Mapping[str, object] = {
    "code": "099",
    "label_fr": "Essai",
    "expression": "min(DR - MRO, TM)",
    "valid_from": "2026-01-01",
    "source": "essai",
    "confidence": "T",
}


def act(charged_cents: int, tariff_cents: int = 1790, amo_cents: int = 1074) -> ActAmounts:
    return ActAmounts(charged_cents, tariff_cents, amo_cents)


def paid(
    formulas: Table[Formula], code: str, charged_cents: int, **parameters: int
) -> tuple[int, int]:
    """The share of the mutuelle and what is left to the patient, in cents."""
    share = share_of(formulas, code, act(charged_cents), **parameters)
    return share.cents, share.patient_cents(act(charged_cents))


def share_of(formulas: Table[Formula], code: str, one: ActAmounts, **parameters: int) -> AmcShare:
    formula = formula_of(code, MARCH_2024, formulas)
    assert formula
    return amc_share(formula, one, parameters, PMSS_2024)


def test_g1_the_whole_patient_share_leaves_nothing_to_pay(formulas: Table[Formula]) -> None:
    assert paid(formulas, "052", 1790) == (716, 0)


def test_g2_a_part_of_the_patient_share(formulas: Table[Formula]) -> None:
    assert paid(formulas, "050", 1790, rate_tm=7000) == (501, 215)


def test_g3_a_part_of_the_tariff_holds_what_the_caisse_paid(formulas: Table[Formula]) -> None:
    assert paid(formulas, "02A", 1790, rate_tr=8000) == (358, 358)


def test_g4_more_than_the_tariff_stops_at_what_is_left_to_pay(formulas: Table[Formula]) -> None:
    assert paid(formulas, "021", 1790, rate_tr=12_500) == (716, 0)
    assert share_of(formulas, "021", act(1790), rate_tr=12_500).rule == "amc.charged"


def test_g5_a_part_of_what_the_caisse_pays_and_a_lump_sum(formulas: Table[Formula]) -> None:
    assert paid(formulas, "030", 1790, rate_mro=5000, lump=100) == (637, 79)


def test_g6_the_actual_cost_holds_the_overrun(formulas: Table[Formula]) -> None:
    assert paid(formulas, "010", 2500) == (1426, 0)


def test_g7_half_a_cent_goes_up(formulas: Table[Formula]) -> None:
    share = share_of(formulas, "02A", act(2500), rate_tr=12_500)
    assert share.exact == Fraction(2327, 2)
    assert paid(formulas, "02A", 2500, rate_tr=12_500) == (1164, 262)


def test_g8_the_cap_of_the_contract_holds(formulas: Table[Formula]) -> None:
    assert paid(formulas, "022", 2500, rate_tr=15_000, cap=800) == (800, 626)
    assert share_of(formulas, "022", act(2500), rate_tr=15_000, cap=800).rule == "amc.cap"


def test_g9_the_patient_share_does_not_hold_the_overrun(formulas: Table[Formula]) -> None:
    assert paid(formulas, "052", 2500) == (716, 710)
    assert share_of(formulas, "052", act(2500)).rule == "amc.rule"


def test_g10_the_tariff_less_the_caisse_and_a_lump_sum(formulas: Table[Formula]) -> None:
    assert paid(formulas, "025", 2500, rate_tr=10_000, lump=200) == (916, 510)


def test_g11_a_lump_sum_alone(formulas: Table[Formula]) -> None:
    assert paid(formulas, "101", 2500, lump=500) == (500, 926)


def test_g12_a_part_of_the_monthly_ceiling_of_the_care_date(
    formulas: Table[Formula], ceilings: Table[Ceiling]
) -> None:
    assert ceiling_cents(MARCH_2024, ceilings) == PMSS_2024
    assert paid(formulas, "042", 2500, rate_pmss=30) == (85, 1341)


def test_g13_a_result_below_zero_is_nothing(formulas: Table[Formula]) -> None:
    assert paid(formulas, "02A", 1790, rate_tr=5000) == (0, 716)
    assert share_of(formulas, "02A", act(1790), rate_tr=5000).rule == "amc.below_zero"


def whole_parameters(formula: Formula) -> dict[str, int]:
    return {name: 10_000 if name in RATES else 300 for name in formula.expression.parameters}


def test_g14_no_formula_takes_an_absent_parameter_for_zero(formulas: Table[Formula]) -> None:
    asked = 0
    for formula in formulas:
        given = whole_parameters(formula)
        for name in given:
            less = {key: value for key, value in given.items() if key != name}
            with pytest.raises(InvalidValue) as refused:
                amc_share(formula, act(1790), less, PMSS_2024)
            assert refused.value.facts == {"field": name, "reason": "missing"}
            asked += 1
    assert asked == 53


@pytest.mark.parametrize(
    ("code", "name"), [("040", "PMSS"), ("043", "PMSS"), ("060", "TC"), ("090", "PMSS")]
)
def test_g14_an_amount_nobody_gave_is_asked_for(
    formulas: Table[Formula], code: str, name: str
) -> None:
    formula = formula_of(code, MARCH_2024, formulas)
    assert formula
    with pytest.raises(InvalidValue) as refused:
        amc_share(formula, act(1790), whole_parameters(formula))
    assert refused.value.facts == {"field": name, "reason": "missing"}


def test_g14_a_year_without_its_ceiling_has_none(ceilings: Table[Ceiling]) -> None:
    assert ceiling_cents(date(2031, 1, 1), ceilings) is None


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"rate_tm": 7000, "lump": 100}, ("lump", "not_wanted")),
        ({"rate_tm": -1}, ("rate_tm", "negative")),
        ({}, ("rate_tm", "missing")),
    ],
)
def test_a_parameter_too_many_or_below_zero_is_named(
    formulas: Table[Formula], given: dict[str, int], fault: tuple[str, str]
) -> None:
    formula = formula_of("050", MARCH_2024, formulas)
    assert formula
    assert parameter_faults(formula, given) == [fault]


CENTS = st.integers(0, 100_000)


@st.composite
def amounts(draw: st.DrawFn) -> ActAmounts:
    tariff, overrun = draw(CENTS), draw(CENTS)
    amo = draw(st.integers(0, tariff))
    return ActAmounts(tariff + overrun, tariff, amo, draw(CENTS))


@given(one=amounts(), code=st.integers(0, 30), data=st.data())
def test_g15_the_parts_add_up_to_what_is_charged_whatever_the_formula(
    formulas: Table[Formula], one: ActAmounts, code: int, data: st.DataObject
) -> None:
    formula = formulas[code]
    given = {n: data.draw(st.integers(0, 30_000), n) for n in formula.expression.parameters}
    share = amc_share(formula, one, given, PMSS_2024)
    patient = share.patient_cents(one)
    assert one.amo_cents + share.cents + patient == one.charged_cents
    assert share.cents >= 0
    assert patient >= 0
    assert abs(share.cents - share.exact) <= Fraction(1, 2)


def test_the_generic_formula_adds_every_part(formulas: Table[Formula]) -> None:
    formula = formula_of("090", MARCH_2024, formulas)
    assert formula
    one = ActAmounts(9000, 1790, 1074, theory_cents=2000)
    given = dict.fromkeys(formula.expression.parameters, 1000) | {"cap": 100_000, "lump": 50}
    share = amc_share(formula, one, given, pmss_cents=10_000)
    assert share.exact == Fraction(9000 + 1790 + 1074 + 10_000 + 716 + 2000, 10) + 50
    assert set(formula.expression.parameters) == set(PARAMETERS) - {"agreed"}


@pytest.mark.parametrize(
    ("code", "tariff", "amo", "parameters", "cents"),
    [
        ("052", 1658, 995, {}, 663),
        ("021", 1658, 995, {"rate_tr": 12_500}, 663),
        ("02A", 1658, 995, {"rate_tr": 10_000}, 663),
        ("050", 1658, 995, {"rate_tm": 5000}, 332),
    ],
)
def test_the_examples_of_a_session_at_16_58(
    formulas: Table[Formula],
    code: str,
    tariff: int,
    amo: int,
    parameters: dict[str, int],
    cents: int,
) -> None:
    assert share_of(formulas, code, act(tariff, tariff, amo), **parameters).cents == cents


def test_an_act_wholly_paid_by_the_caisse_leaves_nothing_to_the_mutuelle(
    formulas: Table[Formula],
) -> None:
    assert share_of(formulas, "052", act(1790, 1790, 1790)).cents == 0


def test_a_code_no_table_knows_has_no_formula(formulas: Table[Formula]) -> None:
    assert formula_of("05Z", MARCH_2024, formulas) is None
    assert formula_of("052", date(1999, 1, 1), formulas) is None


@pytest.mark.parametrize(
    ("amounts", "reason"),
    [
        ((1790, 1790, 1791), "over_charged"),
        ((1000, 1790, 1074), "over_charged"),
        ((-1, 1790, 0), "negative"),
    ],
)
def test_the_caisse_never_pays_more_than_the_act(
    amounts: tuple[int, int, int], reason: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        ActAmounts(*amounts)
    assert refused.value.facts["reason"] == reason


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("__import__('os')", "sign"),
        ("min(DR - MRO, 2 * TR)", "sign"),
        ("min(DR - MRO, TR ** TR)", "shape"),
        ("min(DR - MRO, TR TR)", "shape"),
        ("min(DR - MRO, )", "shape"),
        ("min(DR - MRO, -TR)", "shape"),
        ("min(DR - MRO, min(TR, TM))", "shape"),
        ("min(DR - MRO, TX)", "unknown"),
        ("min(DR - MRO, TR", "shape"),
        ("TM", "unlimited"),
    ],
)
def test_what_is_not_a_sum_of_known_names_is_no_formula(expression: str, reason: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Formula.from_mapping({**CELLS, "expression": expression})
    assert refused.value.facts == {"field": "expression", "reason": reason}


def test_the_code_of_a_formula_has_three_characters() -> None:
    assert Formula.from_mapping(CELLS).code == "099"
    for code in ("52", "0-2"):
        with pytest.raises(InvalidValue):
            Formula.from_mapping({**CELLS, "code": code})


def test_an_expression_without_a_limit_is_one_sum() -> None:
    assert Expression.parse("TR - TM").values({"TR": 10, "TM": 3}) == (Fraction(7),)


def test_what_nobody_can_compute_is_named(formulas: Table[Formula]) -> None:
    theory, ceiling = (formula_of(code, MARCH_2024, formulas) for code in ("060", "042"))
    assert theory and ceiling
    assert unknown_amounts(theory, PMSS_2024) == ["TC"]
    assert (unknown_amounts(ceiling, PMSS_2024), unknown_amounts(ceiling, None)) == ([], ["PMSS"])
