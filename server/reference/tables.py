"""The tables of the reference file: their columns, their keys, and how a row of each is judged."""

from collections.abc import Mapping

from server.countries.belgium.counters import Quota
from server.countries.belgium.coverage import Ct1, Mutuality
from server.countries.belgium.nomenclature import CodeRow
from server.countries.belgium.obtaining import Need
from server.countries.belgium.policy import (
    AgreementNeed,
    NotCumulable,
    SecondSession,
    ThirdPartyPolicy,
)
from server.countries.belgium.pricing import Reduction
from server.countries.belgium.shares import FixedShare
from server.countries.belgium.tariff import TariffRow
from server.countries.calendar import Deadline
from server.countries.code_profiles import FieldRow
from server.countries.switches import Switch
from server.reference.shape import TableShape
from server.reference.tables_france import FRENCH_TABLES

TABLES: Mapping[str, TableShape] = {
    "be_tariff": TableShape(
        TariffRow.from_mapping,
        key=("code",),
        columns=(
            "code", "label_fr", "label_nl", "category", "place", "rank_from", "rank_to", "kind",
            "fee_cents", "copay_ordinary_cents", "copay_bim_cents", "oa_ordinary_cents",
            "oa_bim_cents", "needs_agreement", "needs_prescriber", "r52",
        ),
        numbers=frozenset({
            "rank_from", "rank_to", "fee_cents", "copay_ordinary_cents", "copay_bim_cents",
            "oa_ordinary_cents", "oa_bim_cents",
        }),
    ),
    "be_nomenclature": TableShape(
        CodeRow.from_mapping,
        key=("code",),
        columns=(
            "code", "label_fr", "label_nl", "kind", "category", "place", "rank_from", "rank_to",
            "r52",
        ),
        numbers=frozenset({"rank_from", "rank_to"}),
    ),
    "be_copay": TableShape(
        FixedShare.from_mapping,
        key=("share_class",),
        columns=("share_class", "ordinary_cents", "bim_cents"),
        numbers=frozenset({"ordinary_cents", "bim_cents"}),
    ),
    "be_not_conventioned": TableShape(
        Reduction.from_mapping,
        key=(),
        columns=("ordinary_bp", "bim_bp"),
        numbers=frozenset({"ordinary_bp", "bim_bp"}),
    ),
    "be_ct1": TableShape(Ct1.from_mapping, key=("ct1",), columns=("ct1", "bim")),
    "be_mutualities": TableShape(
        Mutuality.from_mapping,
        key=("code",),
        columns=(
            "code", "union_code", "union_name", "name", "level", "destination", "affiliation",
            "own_lot",
        ),
    ),
    "be_quota": TableShape(
        Quota.from_mapping,
        key=("category", "situation"),
        columns=("category", "situation", "unit", "sessions", "excess"),
        numbers=frozenset({"sessions", "excess"}),
    ),
    "be_second_session": TableShape(
        SecondSession.from_mapping,
        key=("category",),
        columns=("category", "allowed", "needs_motivation", "refusal"),
    ),
    "be_not_cumulable": TableShape(
        NotCumulable.from_mapping,
        key=("running", "category"),
        columns=("running", "category", "refusal"),
    ),
    "be_deadlines": TableShape(
        Deadline.from_mapping,
        key=("key",),
        columns=("key", "anchor", "months", "days"),
        numbers=frozenset({"months", "days"}),
    ),
    "be_agreement_need": TableShape(
        AgreementNeed.from_mapping,
        key=("category",),
        columns=("category", "electronic", "paper"),
    ),
    "be_tp_policy": TableShape(
        ThirdPartyPolicy.from_mapping,
        key=("category", "bim"),
        columns=("category", "bim", "status"),
    ),
    "be_settings": TableShape(
        Switch.from_mapping, key=("key",), columns=("key", "value", "meaning")
    ),
    "be_setup": TableShape(
        Need.from_mapping,
        key=("key",),
        columns=("step", "key", "label_fr", "label_nl", "giver_fr", "giver_nl", "ours"),
    ),
    "code_profiles": TableShape(
        FieldRow.from_mapping,
        key=("profile", "field"),
        columns=("profile", "country", "form", "field", "place", "pattern", "needed"),
    ),
    **FRENCH_TABLES,
}  # fmt: skip


def table_named(stem: str) -> str | None:
    """Say which table a CSV file is for: its name, or its name and a suffix (`be_tariff_demo`)."""
    fitting = [name for name in TABLES if stem == name or stem.startswith(f"{name}_")]
    return max(fitting, key=len, default=None)
