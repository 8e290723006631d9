"""Rows of the smaller tables, and how a bad cell is named."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from server.core.care import Category, Place
from server.core.errors import InvalidValue
from server.countries.belgium.nomenclature import ActKind, CodeRow
from server.countries.belgium.policy import (
    AgreementNeed,
    Need,
    ThirdParty,
    ThirdPartyPolicy,
    need_of,
    third_party_of,
)
from server.countries.belgium.rulebook import Rulebook
from server.countries.belgium.shares import FixedShare, fixed_share
from server.countries.belgium.tariff import TariffRow
from server.countries.switches import switch_value

MARCH = date(2026, 3, 16)
ROW: Mapping[str, object] = {
    "code": "567011",
    "label_fr": "Séance",
    "label_nl": "Zitting",
    "category": "COMMON_1 COMMON_2_PLUS",
    "place": "CABINET",
    "rank_from": 1,
    "rank_to": 9,
    "kind": "session",
    "fee_cents": 3080,
    "copay_ordinary_cents": 625,
    "copay_bim_cents": 250,
    "oa_ordinary_cents": 2455,
    "oa_bim_cents": 2830,
    "needs_agreement": "yes",
    "needs_prescriber": "yes",
    "r52": None,
    "valid_from": "2025-02-01",
    "valid_to": "2025-12-31",
    "source": "page",
    "confidence": "S",
    "version": "v",
}


def test_a_tariff_row_is_read_from_typed_values_as_from_text() -> None:
    row = TariffRow.from_mapping(ROW)
    assert row == TariffRow.from_mapping({k: "" if v is None else str(v) for k, v in ROW.items()})
    assert row.holds
    assert row.share(bim=True).copay_cents == 250
    assert (row.use.kind, row.use.place) == (ActKind.SESSION, Place.CABINET)
    assert not row.use.fits(Category.FA, Place.CABINET)


@pytest.mark.scenario("I-03")
@pytest.mark.parametrize("column", ["oa_bim_cents", "oa_ordinary_cents", "fee_cents"])
def test_one_cent_too_many_breaks_the_identity_of_a_row(column: str) -> None:
    value = ROW[column]
    assert isinstance(value, int)
    assert not TariffRow.from_mapping({**ROW, column: value + 1}).holds


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("code", "567012", "check"),
        ("code", "56701", "length"),
        ("code", "", "missing"),
        ("kind", "sessions", "unknown"),
        ("category", "COMMON", "unknown"),
        ("place", "GARDEN", "unknown"),
        ("rank_to", "0", "before_start"),
        ("fee_cents", "30,80", "number"),
        ("fee_cents", "-1", "number"),
        ("needs_agreement", "perhaps", "yes_no"),
        ("r52", "zero", "unknown"),
    ],
)
def test_a_tariff_row_that_cannot_be_read_names_its_column(
    column: str, value: str, reason: str
) -> None:
    with pytest.raises(InvalidValue) as refusal:
        TariffRow.from_mapping({**ROW, column: value})
    assert refusal.value.facts == {"field": column, "reason": reason}


def test_a_code_without_categories_is_for_any_of_them() -> None:
    code = CodeRow.from_mapping({**ROW, "category": "", "r52": "omit"})
    assert code.r52_omitted
    assert code.use.fits(Category.EB, Place.CABINET)
    assert not code.use.fits(Category.EB, Place.HOME)


@pytest.mark.parametrize(
    ("category", "short", "ordinary", "with_bim"),
    [
        (Category.COMMON_1, False, 625, 250),
        (Category.FA, False, 550, 200),
        (Category.E, False, 400, 150),
        (Category.FB, True, 200, 100),
        (Category.PALLIATIVE, True, 0, 0),
    ],
)
def test_the_patient_s_part_is_a_fixed_amount_by_class(
    demo_rules: Rulebook, category: Category, short: bool, ordinary: int, with_bim: int
) -> None:
    row = fixed_share(category, short, MARCH, demo_rules.shares)
    assert row is not None
    assert (row.cents(bim=False), row.cents(bim=True)) == (ordinary, with_bim)


def test_no_fixed_amount_is_known_before_the_reform(demo_rules: Rulebook) -> None:
    assert fixed_share(Category.E, False, date(2019, 8, 31), demo_rules.shares) is None


def test_what_a_series_needs_depends_on_the_channel(demo_rules: Rulebook) -> None:
    def need(category: Category, electronic: bool) -> Need:
        return need_of(category, electronic, MARCH, demo_rules.needs)

    assert need(Category.COMMON_1, electronic=True) is Need.NOTIFICATION
    assert need(Category.COMMON_1, electronic=False) is Need.NONE
    assert need(Category.COMMON_2_PLUS, electronic=False) is Need.AGREEMENT


def test_third_party_payment_is_allowed_unless_a_row_says_otherwise(demo_rules: Rulebook) -> None:
    rows = demo_rules.third_party
    assert third_party_of(Category.FA, True, MARCH, rows) is ThirdParty.ALLOWED
    assert third_party_of(Category.FA, True, MARCH, ()) is ThirdParty.ALLOWED
    cells = {**ROW, "valid_to": "", "category": "FA", "bim": "yes", "status": "MANDATORY"}
    own = ThirdPartyPolicy.from_mapping(cells)
    assert third_party_of(Category.FA, True, MARCH, (own, *rows)) is ThirdParty.MANDATORY
    assert third_party_of(Category.FA, False, MARCH, (own, *rows)) is ThirdParty.ALLOWED


def test_unconfirmed_facts_are_values_with_a_date(demo_rules: Rulebook) -> None:
    assert switch_value("efact.format_version", MARCH, demo_rules.switches) == "01"
    assert switch_value("efact.profession", MARCH, demo_rules.switches) is None


@pytest.mark.parametrize(
    ("read", "cells", "field"),
    [
        (FixedShare.from_mapping, {"share_class": "X"}, "share_class"),
        (ThirdPartyPolicy.from_mapping, {"status": "PERHAPS"}, "status"),
        (AgreementNeed.from_mapping, {"category": "FA", "electronic": "X"}, "electronic"),
    ],
)
def test_a_word_that_is_not_in_the_list_names_its_column(
    read: Callable[[Mapping[str, object]], object], cells: Mapping[str, object], field: str
) -> None:
    with pytest.raises(InvalidValue) as refusal:
        read(cells)
    assert refusal.value.facts == {"field": field, "reason": "unknown"}
