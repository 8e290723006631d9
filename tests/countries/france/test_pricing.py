"""A visit priced line by line: acts, travel, supplements, and who pays each cent of them."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.care import Quote
from server.core.errors import InvalidValue
from server.countries.france.acts import Family
from server.countries.france.expression import RATES
from server.countries.france.formulas import formula_of
from server.countries.france.letters import Coding, Zone
from server.countries.france.pricing import Bill, GivenAct, Visit, bill
from server.countries.france.rates import Cover, Situation, cover
from server.countries.france.rulebook import Rulebook
from server.countries.france.shares import Contract, Terms, overrun_fault
from server.countries.france.supplements import Moment, supplements
from server.countries.france.travel import Ground, Trip

MARCH, MAY_28 = date(2026, 3, 10), date(2026, 5, 28)


def covered(rules: Rulebook, *situations: Situation, day: date = MARCH) -> Cover:
    found = cover(situations, day, rules.rates)
    assert found
    return found


def contract(rules: Rulebook, code: str, **parameters: int) -> Contract:
    formula = formula_of(code, MARCH, rules.formulas)
    assert formula
    return Contract(formula, parameters)


def priced(
    rules: Rulebook,
    *codings: str,
    day: date = MARCH,
    terms: Terms | None = None,
    trip: Trip | None = None,
) -> Bill:
    acts = [GivenAct(Coding.parse(each)) for each in codings]
    visit = Visit(day, Zone.METROPOLE, acts, trip)
    return bill(visit, terms or Terms(covered(rules)), rules.prices(day))


def parts(quote: Quote) -> tuple[int, int, int, int]:
    return quote.fee_cents, quote.oa_cents, quote.amc_cents, quote.patient_cents


def test_the_first_price_of_2026_with_its_two_parts(real: Rulebook) -> None:
    line = priced(real, "RSM 8,1", day=date(2026, 1, 1)).lines[0]
    assert parts(line) == (1790, 1074, 0, 716)


def test_the_act_the_allowance_and_the_kilometres_of_a_february_visit(real: Rulebook) -> None:
    found = priced(real, "RSM 8,1", day=date(2026, 2, 2), trip=Trip(one_way_metres=7_000))
    assert [(line.code, line.fee_cents) for line in found.lines] == [
        ("RSM 8.10", 1790), ("IFD", 250), ("IK", 380),
    ]  # fmt: skip
    assert found.charged_cents == 2420


@pytest.mark.parametrize(
    ("coding", "day", "expected"),
    [
        ("TST 8,1", MARCH, (1790, 1074, 0, 716)),
        ("TST 9,5", MARCH, (2100, 1260, 0, 840)),
        ("TST 9,8", MAY_28, (2166, 1300, 0, 866)),
        ("TST 10,7", MARCH, (2365, 1419, 0, 946)),
        ("TST 8,1", date(2027, 1, 1), (1831, 1099, 0, 732)),
    ],
)
def test_the_acts_of_the_scenarios_split_as_they_say(
    demo: Rulebook, coding: str, day: date, expected: tuple[int, int, int, int]
) -> None:
    assert parts(priced(demo, coding, day=day).lines[0]) == expected


def test_the_allowances_of_the_scenarios_split_as_they_say(demo: Rulebook) -> None:
    general = priced(demo, "TST 8,1", trip=Trip(one_way_metres=9_000)).lines
    assert [parts(line) for line in general[1:]] == [(250, 150, 0, 100), (532, 319, 0, 213)]
    special = priced(demo, "TST 8,1", trip=Trip(family=Family.ORTHOPAEDIC)).lines
    assert parts(special[1]) == (400, 240, 0, 160)


def test_three_acts_are_rounded_one_by_one_and_never_their_sum(demo: Rulebook) -> None:
    three = priced(demo, "TST 9,8", "TST 9,8", "TST 9,8", day=MAY_28)
    assert (three.charged_cents, three.amo_cents, three.patient_cents) == (6498, 3900, 2598)
    other = priced(demo, "TST 8,1", "TST 8,1", "TST 8,1")
    assert (other.amo_cents, other.patient_cents) == (3222, 2148)


def test_a_home_visit_nine_kilometres_away_and_one_at_two(demo: Rulebook) -> None:
    far = priced(demo, "TST 8,1", trip=Trip(one_way_metres=9_000, family=Family.ORTHOPAEDIC))
    assert (far.charged_cents, far.amo_cents, far.patient_cents) == (2722, 1633, 1089)
    near = priced(demo, "TST 8,1", trip=Trip(one_way_metres=2_000, family=Family.ORTHOPAEDIC))
    assert near.charged_cents == 2190


def test_the_second_patient_under_one_roof_has_no_line_of_travel(real: Rulebook) -> None:
    trip = Trip(first_at_address=False, one_way_metres=9_000)
    assert [line.code for line in priced(real, "RSM 8,1", trip=trip).lines] == ["RSM 8.10"]


def test_overseas_the_kilometres_have_a_price_of_their_own(real: Rulebook) -> None:
    trip = Trip(one_way_metres=7_000)
    visit = Visit(MARCH, Zone.OVERSEAS, [GivenAct(Coding.parse("RSM 8,1"))], trip)
    found = bill(visit, Terms(covered(real)), real.prices(MARCH))
    assert [line.fee_cents for line in found.lines] == [1968, 250, 430]


def test_the_mountain_table_of_the_physicians_reads_the_same(real: Rulebook) -> None:
    trip = Trip(ground=Ground.MOUNTAIN, one_way_metres=9_000)
    assert priced(real, "RSM 8,1", trip=trip).lines[2].fee_cents == 976


def test_supplements_are_lines_too(real: Rulebook) -> None:
    rows = supplements(Moment(MARCH, lumps=("FRD",)), real.supplements, real.holidays, both=False)
    visit = Visit(MARCH, Zone.METROPOLE, [GivenAct(Coding.parse("RSM 8,1"))], None, rows)
    found = bill(visit, Terms(covered(real)), real.prices(MARCH))
    assert [(line.code, line.fee_cents) for line in found.lines[1:]] == [("FRD", 10_000)]


def test_what_no_letter_prices_is_named_and_not_counted(real: Rulebook) -> None:
    found = priced(real, "TST 8,1", "RSM 8,1")
    assert [each.code for each in found.unknown] == ["TST 8.10"]
    assert found.charged_cents == 1790


def test_half_of_the_second_act_is_rounded_once(real: Rulebook) -> None:
    day = date(2023, 6, 1)
    visit = Visit(day, Zone.METROPOLE, [GivenAct(Coding.parse("AMS 7,5"), 5_000)])
    line = bill(visit, Terms(covered(real)), real.prices(day)).lines[0]
    assert line.fee_cents == 806  # 8.0625
    assert line.steps[0].rule == "tariff.letter_part"


G_CASES: list[tuple[str, str, Mapping[str, int], int, int, int]] = [
    ("G1", "052", {}, 1790, 716, 0),
    ("G2", "050", {"rate_tm": 7000}, 1790, 501, 215),
    ("G3", "02A", {"rate_tr": 8000}, 1790, 358, 358),
    ("G4", "021", {"rate_tr": 12_500}, 1790, 716, 0),
    ("G5", "030", {"rate_mro": 5000, "lump": 100}, 1790, 637, 79),
    ("G6", "010", {}, 2500, 1426, 0),
    ("G7", "02A", {"rate_tr": 12_500}, 2500, 1164, 262),
    ("G8", "022", {"rate_tr": 15_000, "cap": 800}, 2500, 800, 626),
    ("G9", "052", {}, 2500, 716, 710),
    ("G10", "025", {"rate_tr": 10_000, "lump": 200}, 2500, 916, 510),
    ("G11", "101", {"lump": 500}, 2500, 500, 926),
    ("G12", "042", {"rate_pmss": 30}, 2500, 85, 1341),
    ("G13", "02A", {"rate_tr": 5000}, 1790, 0, 716),
]


@pytest.mark.parametrize(
    ("formula", "parameters", "charged", "amc", "patient"),
    [case[1:] for case in G_CASES],
    ids=[case[0] for case in G_CASES],
)
def test_the_amounts_of_section_g_come_out_of_a_whole_price(
    real: Rulebook,
    formula: str,
    parameters: Mapping[str, int],
    charged: int,
    amc: int,
    patient: int,
) -> None:
    terms = Terms(
        covered(real), contract(real, formula, **parameters), 386_400,
        charged - 1790, "night_call" if charged > 1790 else "",
    )  # fmt: skip
    line = priced(real, "RSM 8,1", terms=terms).lines[0]
    assert parts(line) == (charged, 1074, amc, patient)
    assert line.holds


def test_g14_an_absent_parameter_stops_the_price(real: Rulebook) -> None:
    with pytest.raises(InvalidValue) as refused:
        priced(real, "RSM 8,1", terms=Terms(covered(real), contract(real, "02A")))
    assert refused.value.facts == {"field": "rate_tr", "reason": "missing"}


@pytest.mark.parametrize("situation", [Situation.C2S, Situation.AME])
def test_c4_and_d1_leave_nothing_to_the_patient(real: Rulebook, situation: Situation) -> None:
    terms = Terms(covered(real, situation))
    assert parts(priced(real, "RSM 8,1", terms=terms).lines[0]) == (1790, 1074, 716, 0)


def test_an_act_not_covered_is_all_the_patients(real: Rulebook) -> None:
    terms = Terms(covered(real, Situation.ALD, Situation.NOT_COVERED), contract(real, "052"))
    assert parts(priced(real, "RSM 8,1", terms=terms).lines[0]) == (1790, 0, 0, 1790)


@pytest.mark.parametrize(
    ("situation", "cents", "reason", "fault"),
    [
        (Situation.GENERAL, 0, "", None),
        (Situation.GENERAL, 500, "distance", None),
        (Situation.GENERAL, 500, "", "overrun.reason_needed"),
        (Situation.GENERAL, -1, "distance", "overrun.negative"),
        (Situation.C2S, 500, "distance", "overrun.forbidden"),
        (Situation.AME, 500, "distance", "overrun.forbidden"),
    ],
)
def test_c6_an_overrun_needs_its_reason_and_is_refused_for_c2s_and_ame(
    real: Rulebook, situation: Situation, cents: int, reason: str, fault: str | None
) -> None:
    terms = Terms(covered(real, situation), None, None, cents, reason)
    assert overrun_fault(terms) == fault


def test_an_overrun_is_asked_once_with_the_main_act(real: Rulebook) -> None:
    terms = Terms(covered(real), None, None, 500, "distance")
    found = priced(real, "RSM 8,1", "RSM 8,1", terms=terms, trip=Trip())
    assert [line.fee_cents for line in found.lines] == [2290, 1790, 250]
    first = found.lines[0]
    assert (first.copay_cents, first.supplement_cents) == (716, 500)


def test_every_step_of_an_amount_names_its_row_and_they_add_up_to_the_patient(
    real: Rulebook,
) -> None:
    terms = Terms(covered(real), contract(real, "050", rate_tm=7000), None, 500, "distance")
    line = priced(real, "RSM 8,1", terms=terms).lines[0]
    assert [(step.rule, step.cents) for step in line.steps] == [
        ("tariff.letter", 1790), ("overrun", 500), ("amo.rate", -1074), ("amc.rule", -501),
    ]  # fmt: skip
    assert sum(step.cents for step in line.steps) == line.patient_cents
    assert line.steps[0].facts == {
        "letter": "RSM", "coefficient": 810, "unit": 221, "zone": "METROPOLE",
    }  # fmt: skip
    assert line.steps[2].facts == {"rate_bp": 6000, "situation": "GENERAL"}
    assert all(step.source for step in line.steps)


@given(
    hundredths=st.integers(1, 5_000),
    overrun=st.integers(0, 10_000),
    situations=st.sets(st.sampled_from(Situation)),
    formula=st.integers(0, 30),
    rate=st.integers(0, 40_000),
    lump=st.integers(0, 5_000),
    metres=st.integers(0, 60_000),
)
def test_g15_the_parts_are_always_the_whole_to_the_cent(
    real: Rulebook,
    hundredths: int,
    overrun: int,
    situations: set[Situation],
    formula: int,
    rate: int,
    lump: int,
    metres: int,
) -> None:
    row = real.formulas[formula]
    wanted = row.expression.parameters
    parameters = {name: rate if name in RATES else lump for name in wanted}
    held = covered(real, *situations)
    terms = Terms(
        held, Contract(row, parameters), 400_500, overrun if held.overrun else 0, "distance"
    )
    coding = Coding("AMK", hundredths)
    visit = Visit(MARCH, Zone.METROPOLE, [GivenAct(coding)], Trip(one_way_metres=metres))
    try:
        found = bill(visit, terms, real.prices(MARCH))
    except InvalidValue as bad:
        assert bad.facts["field"] == "TC"  # the theoretical tariff of a convention is not ours
        return
    for line in found.lines:
        assert line.holds
        assert min(line.oa_cents, line.amc_cents, line.copay_cents, line.supplement_cents) >= 0
        assert sum(step.cents for step in line.steps) == line.patient_cents
    whole = found.amo_cents + found.amc_cents + found.patient_cents
    assert whole == found.charged_cents
