"""The French tables of the reference file."""

from collections.abc import Mapping

from server.countries.calendar import Deadline
from server.countries.france.acts import Act
from server.countries.france.agreement import Threshold
from server.countries.france.clocks import Clock
from server.countries.france.convention_layout import Column
from server.countries.france.cumulation import Cumulation
from server.countries.france.direct_access import DirectAccess
from server.countries.france.domains import Domain
from server.countries.france.enrolment import Stage, TriedReader
from server.countries.france.formulas import Ceiling, Formula
from server.countries.france.holidays import Holiday
from server.countries.france.letters import Letter
from server.countries.france.notices import Notice
from server.countries.france.oppositions import Opposition
from server.countries.france.payers import Payer
from server.countries.france.rates import Deductible, Exoneration, Rate
from server.countries.france.recipients import KnownRecipient, RecipientRule
from server.countries.france.reject_labels import RejectLabel
from server.countries.france.securing import SupportingDocument
from server.countries.france.supplements import Supplement
from server.countries.france.travel import Allowance, Kilometre
from server.countries.switches import Switch
from server.reference.shape import TableShape

_VALUES = ("metro_cents", "overseas_cents")

FRENCH_TABLES: Mapping[str, TableShape] = {
    "fr_formulas": TableShape(
        Formula.from_mapping, key=("code",), columns=("code", "label_fr", "expression")
    ),
    "fr_pmss": TableShape(
        Ceiling.from_mapping,
        key=(),
        columns=("monthly_cents",),
        numbers=frozenset({"monthly_cents"}),
    ),
    "fr_enrolment": TableShape(
        Stage.from_mapping,
        key=("step",),
        columns=("step", "rank", "label_fr", "detail_fr", "paper", "wait_days"),
        numbers=frozenset({"rank", "wait_days"}),
    ),
    "fr_readers": TableShape(
        TriedReader.from_mapping,
        key=("reader",),
        columns=("reader", "rank", "verdict", "how_fr"),
        numbers=frozenset({"rank"}),
    ),
    "fr_payer_notices": TableShape(
        Notice.from_mapping,
        key=("notice",),
        columns=(
            "notice", "label_fr", "regime", "before", "after", "operator", "who_fr", "asked_fr",
        ),
    ),
    "fr_rejects": TableShape(
        RejectLabel.from_mapping,
        key=("reject",),
        columns=("reject", "code", "words", "label_fr", "mend"),
    ),
    "fr_payers": TableShape(
        Payer.from_mapping,
        key=("number",),
        columns=("number", "label", "gu", "convention_type", "profile", "shown"),
    ),
    "fr_domains": TableShape(
        Domain.from_mapping, key=("domain",), columns=("domain", "label_fr", "kine")
    ),
    "fr_letters": TableShape(
        Letter.from_mapping,
        key=("letter",),
        columns=("letter", "label_fr", *_VALUES),
        numbers=frozenset(_VALUES),
    ),
    "fr_acts": TableShape(
        Act.from_mapping,
        key=("act",),
        columns=(
            "act", "label_fr", "letter", "coefficient", "kind", "territory", "operated", "family",
            "article", "begun_before",
        ),
        numbers=frozenset({"coefficient"}),
    ),
    "fr_travel": TableShape(
        Allowance.from_mapping,
        key=("code",),
        columns=("code", "label_fr", "families", "discharge", *_VALUES),
        numbers=frozenset(_VALUES),
    ),
    "fr_kilometres": TableShape(
        Kilometre.from_mapping,
        key=("ground",),
        columns=("code", "label_fr", "ground", *_VALUES, "deducted_metres"),
        numbers=frozenset({*_VALUES, "deducted_metres"}),
    ),
    "fr_supplements": TableShape(
        Supplement.from_mapping,
        key=("code",),
        columns=("code", "label_fr", "kind", *_VALUES, "hour_from", "hour_to"),
        numbers=frozenset({*_VALUES, "hour_from", "hour_to"}),
    ),
    "fr_cumulation": TableShape(
        Cumulation.from_mapping,
        key=("kind", "first_family"),
        columns=("kind", "first_family", "second_bp"),
        numbers=frozenset({"second_bp"}),
    ),
    "fr_amo_rates": TableShape(
        Rate.from_mapping,
        key=("situation",),
        columns=("situation", "label_fr", "rate_bp", "complement", "third_party", "overrun"),
        numbers=frozenset({"rate_bp"}),
    ),
    "fr_exonerations": TableShape(
        Exoneration.from_mapping, key=("code",), columns=("code", "label_fr", "situation")
    ),
    "fr_deductible": TableShape(
        Deductible.from_mapping,
        key=(),
        columns=("act_cents", "day_cents", "year_cents", "spared"),
        numbers=frozenset({"act_cents", "day_cents", "year_cents"}),
    ),
    "fr_dap": TableShape(
        Threshold.from_mapping,
        key=("situation", "covered_before"),
        columns=("situation", "label_fr", "free_sessions", "covered_before"),
        numbers=frozenset({"free_sessions", "covered_before"}),
    ),
    "fr_direct_access": TableShape(
        DirectAccess.from_mapping,
        key=("ground",),
        columns=("ground", "label_fr", "sessions", "substitutes"),
        numbers=frozenset({"sessions"}),
    ),
    "fr_deadlines": TableShape(
        Deadline.from_mapping,
        key=("key",),
        columns=("key", "anchor", "months", "days"),
        numbers=frozenset({"months", "days"}),
    ),
    "fr_clocks": TableShape(
        Clock.from_mapping,
        key=("key",),
        columns=("key", "working_days"),
        numbers=frozenset({"working_days"}),
    ),
    "fr_holidays": TableShape(
        Holiday.from_mapping,
        key=("key",),
        columns=("key", "label_fr", "month", "day", "easter_days", "region"),
        numbers=frozenset({"month", "day", "easter_days"}),
    ),
    "fr_settings": TableShape(
        Switch.from_mapping, key=("key",), columns=("key", "value", "meaning")
    ),
    "fr_recipients": TableShape(
        KnownRecipient.from_mapping,
        key=("regime", "caisse", "centre"),
        columns=("regime", "caisse", "centre", "organism", "computing_centre"),
    ),
    "fr_recipient_rules": TableShape(
        RecipientRule.from_mapping,
        key=("regime", "caisse", "centre"),
        columns=("regime", "caisse", "centre", "answer", "organism", "computing_centre"),
    ),
    "fr_supporting_documents": TableShape(
        SupportingDocument.from_mapping, key=("code",), columns=("code", "wording")
    ),
    "fr_oppositions": TableShape(
        Opposition.from_mapping, key=("serial",), columns=("serial",)
    ),
    "fr_convention_columns": TableShape(
        Column.from_mapping,
        key=("kind", "place", "name"),
        columns=("kind", "place", "name", "needed", "titles"),
        numbers=frozenset({"place"}),
    ),
}  # fmt: skip
