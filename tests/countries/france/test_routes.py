"""Which route an invoice takes: sections B, C and D, scenarios F-06, F-07, G-03 to G-07."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidValue
from server.countries.dated import Table
from server.countries.france.numbers import AmcNumber
from server.countries.france.payers import Payer, Profile, payer_of, profile_of
from server.countries.france.routes import (
    Cover,
    Known,
    MustStop,
    Plan,
    Remark,
    Route,
    Ticking,
    plan,
)
from tests.countries.france.conftest import sheet

DAY = date(2026, 3, 10)
FROM, TO = date(2026, 1, 1), date(2026, 12, 31)
NIR = "1700767999908"
EVERYTHING = Known(unique=True, separate=True, nir=NIR)


@pytest.fixture(scope="session")
def payers() -> Table[Payer]:
    return Table(Payer.from_mapping(cells) for cells in sheet("fr_payers"))


def listed(payers: Table[Payer], text: str) -> Cover:
    """The cover of a number of the starting list, with rights for the year."""
    row = payer_of(AmcNumber.parse(text), DAY, payers)
    assert row
    return Cover(row.number, row.profile, row.convention_type, begins=FROM, ends=TO)


def of_type(kind: str, **more: object) -> Cover:
    cover = Cover(AmcNumber.parse("0799900010"), convention_type=kind, begins=FROM, ends=TO)
    return replace(cover, **more)  # type: ignore[arg-type]  # fields of Cover by name


def row(one: Plan) -> tuple[Route, bool, bool, Ticking, Ticking, int]:
    return one.route, one.fse, one.dre, one.amo, one.amc, one.returns


AMO_ONLY = (Route.AMO_ONLY, True, False, Ticking.CHOICE, Ticking.REFUSED, 1)


def test_b1_without_a_complementary_insurer_the_caisse_alone() -> None:
    assert row(plan(Cover(), EVERYTHING, DAY)) == AMO_ONLY
    assert plan(Cover(), EVERYTHING, DAY).remarks == ()


def test_b2_unique_management_is_one_invoice_and_one_answer() -> None:
    one = plan(of_type("RO"), EVERYTHING, DAY)
    assert row(one) == (Route.GU, True, False, Ticking.TICKED, Ticking.TICKED, 1)
    assert one.overrun_allowed


@pytest.mark.parametrize("kind", ["OC", "MU", "AC", "RC", "SP"])
def test_b3_separate_management_is_two_documents_and_two_answers(kind: str) -> None:
    one = plan(of_type(kind), EVERYTHING, DAY)
    assert row(one) == (Route.DRE, True, True, Ticking.TICKED, Ticking.TICKED, 2)


def test_b4_without_a_convention_the_insurer_is_not_asked() -> None:
    for kind in ("OC", "RO"):
        one = plan(of_type(kind), Known(nir=NIR), DAY)
        assert row(one) == AMO_ONLY
        assert one.remarks == (Remark.NO_CONVENTION,)


@pytest.mark.parametrize("number", ["99999997", "0088888888", "66666664"])
def test_b5_b6_c2s_is_both_parts_whole_and_may_not_be_unticked(
    payers: Table[Payer], number: str
) -> None:
    one = plan(listed(payers, number), Known(), DAY)
    assert row(one) == (Route.GU, True, False, Ticking.FORCED, Ticking.FORCED, 1)
    assert one.whole
    assert not one.overrun_allowed


def test_b7_who_leaves_c2s_is_offered_the_caisse_for_both(payers: Table[Payer]) -> None:
    one = plan(listed(payers, "55555551"), Known(), DAY)
    assert row(one) == (Route.GU, True, False, Ticking.CHOICE, Ticking.CHOICE, 1)
    assert not one.whole


@pytest.mark.parametrize("nir", ["7860499999905", "8900199999906"])
def test_b8_ame_is_on_paper_and_leaves_nothing_to_pay(payers: Table[Payer], nir: str) -> None:
    one = plan(listed(payers, "75500017"), Known(nir=nir), DAY)
    assert row(one) == (Route.PAPER, False, False, Ticking.FORCED, Ticking.FORCED, 0)
    assert (one.whole, one.stop, one.overrun_allowed) == (True, None, False)


def test_an_ame_number_begins_with_seven_or_eight(payers: Table[Payer]) -> None:
    one = plan(listed(payers, "75500017"), EVERYTHING, DAY)
    assert (one.stop, one.remarks) == (MustStop.AME_NUMBER, (Remark.AME_NUMBER,))


def test_c5_care_after_the_end_of_ame_is_refused(payers: Table[Payer]) -> None:
    ame = listed(payers, "75500017")
    known = Known(nir="7860499999905")
    assert plan(ame, known, date(2027, 1, 1)).stop is MustStop.AME_OVER
    assert plan(replace(ame, begins=None, ends=None), known, DAY).stop is MustStop.AME_UNDATED


def test_b9_the_word_ro_on_the_attestation_is_unique_management() -> None:
    assert plan(of_type("OC", mentions="RO"), EVERYTHING, DAY).route is Route.GU


def test_b10_the_word_dre_on_the_attestation_is_separate_management() -> None:
    assert plan(of_type("RO", mentions="DRE"), EVERYTHING, DAY).route is Route.DRE


def test_b11_another_number_on_the_insurers_card_stops_unique_management() -> None:
    cover = of_type("RO", nir_on_attestation="1700767999907")
    one = plan(cover, EVERYTHING, DAY)
    assert (one.route, one.instead) == (Route.AMO_ONLY, Route.DRE)
    assert one.remarks == (Remark.NIR_MISMATCH, Remark.DRE_PROPOSED)
    alone = plan(cover, replace(EVERYTHING, separate=False), DAY)
    assert (alone.instead, alone.remarks[-1]) == (None, Remark.NO_CONVENTION)
    assert plan(replace(cover, nir_on_attestation=NIR), EVERYTHING, DAY).route is Route.GU


def test_b12_no_link_between_caisse_and_insurer_stops_unique_management() -> None:
    one = plan(of_type("RO", linked=False), EVERYTHING, DAY)
    assert (row(one), one.instead) == (AMO_ONLY, Route.DRE)
    assert one.remarks == (Remark.NO_LINK, Remark.DRE_PROPOSED)


def test_m3_a_card_whose_indicator_is_33_allows_a_dre_that_a_person_may_untick() -> None:
    one = plan(of_type("OC", indicator="33"), EVERYTHING, DAY)
    assert row(one) == (Route.DRE, True, True, Ticking.TICKED, Ticking.TICKED, 2)
    assert one.remarks == ()


def test_d4_an_indicator_of_the_card_that_says_c2s_forbids_to_part_the_bill() -> None:
    one = plan(of_type("", indicator="62"), Known(), DAY)
    assert (one.route, one.amc, one.whole) == (Route.GU, Ticking.FORCED, True)


def test_an_indicator_of_the_card_that_forbids_third_party_payment_is_obeyed() -> None:
    assert plan(of_type("OC", indicator="00"), EVERYTHING, DAY).remarks == (Remark.CARD_SAYS_NO,)


def test_d5_c2s_that_is_over_leaves_the_caisse_alone_until_somebody_chooses(
    payers: Table[Payer],
) -> None:
    c2s = listed(payers, "99999997")
    one = plan(c2s, Known(), date(2027, 1, 1))
    assert (row(one), one.remarks) == (AMO_ONLY, (Remark.RIGHTS_OVER,))
    undated = plan(replace(c2s, begins=None, ends=None), Known(), DAY)
    assert undated.remarks == (Remark.RIGHTS_UNDATED,)


def test_rights_that_are_over_or_undated_leave_the_patient_the_insurers_part() -> None:
    over = plan(of_type("OC", ends=date(2026, 3, 9)), EVERYTHING, DAY)
    assert (row(over), over.remarks) == (AMO_ONLY, (Remark.RIGHTS_OVER,))
    undated = plan(of_type("OC", begins=None, ends=None), EVERYTHING, DAY)
    assert undated.remarks == (Remark.RIGHTS_UNDATED,)
    assert plan(of_type("OC", begins=None), EVERYTHING, DAY).route is Route.DRE


@pytest.mark.parametrize(
    ("number", "words", "unique", "kind"),
    [
        ("0803795038", "A2 VIP", False, "AC"),
        ("0780004099", "ACORIS MUTUELLES", False, "MU"),
        ("0011111119", "ACS contrat A", True, "RO"),
        ("0022222228", "ACS contrat B", True, "RO"),
        ("0033333337", "ACS contrat C", True, "RO"),
        ("0044992741", "ADEP", False, "RC"),
        ("0075500017", "(AME) de base", True, "RO"),
        ("0781337266", "APIVIA", False, "MU"),
        ("7272727272", "Démonstration (attestation)", False, "OC"),
        ("0099999997", "C2S gérée par la caisse", True, "RO"),
        ("0088888888", "C2S gérée par un organisme", True, "RO"),
        ("0055555551", "C2S, sortant", True, "RO"),
        ("0066666664", "C2S sans attestation", True, "RO"),
        ("1221212145", "Mutuelle en gestion unique", True, "RO"),
        ("0000401737", "PLANSANTE", False, "SP"),
        ("0013011521", "Sereina Mutuelle", False, "OC"),
    ],
)
def test_each_row_of_the_list_b_prime_loads_with_its_management_and_its_type(
    payers: Table[Payer], number: str, words: str, unique: bool, kind: str
) -> None:
    held = payer_of(AmcNumber.parse(number), DAY, payers)
    assert held and str(held.number) == number
    assert words in held.label
    assert (held.unique, held.convention_type) == (unique, kind)
    assert held.shown is not words.startswith("ACS")  # a scheme that ended in 2019


def test_the_starting_list_loads_whole_and_hides_what_is_closed(payers: Table[Payer]) -> None:
    assert len(payers) == 16
    hidden = {str(payer.number) for payer in payers if not payer.shown}
    assert hidden == {"0011111119", "0022222228", "0033333337"}
    assert {str(p.number) for p in payers if p.unique} == {
        str(p.number) for p in payers if p.convention_type == "RO"
    }


def test_a_number_of_no_list_stands_for_itself(payers: Table[Payer]) -> None:
    assert profile_of(AmcNumber.parse("0799900010"), DAY, payers) is Profile.NONE
    assert profile_of(None, DAY, payers) is Profile.NONE
    assert profile_of(AmcNumber.parse("99999997"), DAY, payers) is Profile.C2S


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [("profile", "CMU", "unknown"), ("number", "12", "length"), ("gu", "oui", "yes_no")],
)
def test_a_bad_row_of_the_list_names_its_column(column: str, cell: str, reason: str) -> None:
    with pytest.raises(InvalidValue) as bad:
        Payer.from_mapping({**sheet("fr_payers")[0], column: cell})
    assert bad.value.facts == {"field": column, "reason": reason}


@given(
    st.sampled_from(Profile),
    st.sampled_from(["", "RO", "OC"]),
    st.sampled_from(["", "00", "01", "62"]),
    st.booleans(),
    st.tuples(st.booleans(), st.booleans()),
)
def test_answers_expected_are_the_documents_that_leave(
    profile: Profile, kind: str, indicator: str, linked: bool, known: tuple[bool, bool]
) -> None:
    cover = of_type(kind, profile=profile, indicator=indicator, linked=linked)
    one = plan(cover, Known(*known, nir="7860499999905"), DAY)
    assert one.returns == one.fse + one.dre
    assert one.dre is (one.route is Route.DRE)
    assert (one.amc is Ticking.REFUSED) is (one.route is Route.AMO_ONLY)
