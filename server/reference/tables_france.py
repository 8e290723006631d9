"""The French tables of the reference file."""

from collections.abc import Mapping

from server.countries.france.domains import Domain
from server.countries.france.formulas import Ceiling, Formula
from server.countries.france.payers import Payer
from server.reference.shape import TableShape

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
    "fr_payers": TableShape(
        Payer.from_mapping,
        key=("number",),
        columns=("number", "label", "gu", "convention_type", "profile", "shown"),
    ),
    "fr_domains": TableShape(
        Domain.from_mapping, key=("domain",), columns=("domain", "label_fr", "kine")
    ),
}
