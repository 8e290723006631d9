"""The formulas a complementary may pay by: those its attestation prints, each under its heading.

A kiné is offered those of AUXM, SVIL, RLAX and AMM first (MAIIA-47, F-13). In unique management,
where an attestation prints none, what the caisse leaves is paid whole: our reading of G-05 [D].
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server.core.errors import InvalidValue, NotFound
from server.core.money import parse_cents
from server.core.rights import Right
from server.countries.dated import in_force
from server.countries.france.domains import PrintedFormula, formula_choice
from server.countries.france.expression import RATES, SUMS
from server.countries.france.formulas import (
    Formula,
    ceiling_cents,
    formula_of,
    parameter_faults,
    unknown_amounts,
)
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.services.french_rules import rulebook
from server.store import french, french_billing
from server.store.french_billing import FormulaRow

WHOLE_SHARE = "052"
"""The formula that pays all that the caisse leaves of the tariff."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One formula a person may choose, as the attestation names it."""

    key: str  # of its row; the code of the formula itself when no attestation printed it
    domain: str
    name: str  # as printed
    formula: str  # three characters
    label: str
    parameters: Mapping[str, int]
    own: bool  # under a heading of a kiné's acts


@needs(Right.PATIENTS)
def of_cover(desk: Desk, cover: str, day: date) -> Sequence[Offered]:
    """Return the formulas printed for a cover: a kiné's first, each in the order it was typed."""
    rows = french_billing.formulas(desk.db, cover)
    printed = [PrintedFormula(row.domain, row.id) for row in rows]
    choice = formula_choice(printed, day, rulebook(desk).domains)
    held = {row.id: row for row in rows}
    ordered = [(each.name, True) for each in choice.own] + [(e.name, False) for e in choice.other]
    return [_offered(desk, held[key], day, own) for key, own in ordered]


@needs(Right.PATIENTS)
def whole_share(desk: Desk, day: date) -> Offered | None:
    """Return the formula offered where none is printed; None when no table has it that day."""
    found = formula_of(WHOLE_SHARE, day, rulebook(desk).formulas)
    if found is None:
        return None
    return Offered(found.code, "", "", found.code, found.label_fr, {}, own=True)


@needs(Right.PATIENTS)
def known(desk: Desk, day: date) -> Sequence[tuple[str, str]]:
    """Return the formulas a day knows and we can compute: codes and plain names."""
    rules = rulebook(desk)
    pmss = ceiling_cents(day, rules.ceilings)
    rows = sorted(in_force(rules.formulas, day), key=lambda row: row.code)
    return [(row.code, row.label_fr) for row in rows if _computed(row, pmss)]


@needs(Right.PATIENTS)
def headings(desk: Desk, day: date) -> Sequence[tuple[str, str]]:
    """Return the headings of attestations: a kiné's first."""
    rows = sorted(in_force(rulebook(desk).domains, day), key=lambda row: not row.kine)
    return [(row.domain, row.label_fr) for row in rows]


@needs(Right.PATIENTS)
def add(desk: Desk, patient: str, cover: str, typed: Mapping[str, str]) -> str:
    """Keep a formula read on the attestation of a cover; return its id. Raises `InvalidForm`.

    Fields: heading, formula_name (as printed), formula_code, rate (percent), cap, lump and agreed
    (euros). What the formula does not use must stay empty, what it uses must be there (G14).
    """
    if cover not in {row.id for row in french.covers(desk.db, patient)}:
        raise NotFound(kind="cover")
    form = Form(typed)
    heading = form.text("heading", needed=True, most=8).upper()
    name = form.text("formula_name", most=20)
    code = form.text("formula_code", needed=True, most=3).upper()
    given = _read_parameters(form)
    rules, day = rulebook(desk), desk.today
    formula = formula_of(code, day, rules.formulas)
    if code and formula is None:
        form.faults.append(("formula_code", "unknown"))
    parameters: Mapping[str, int] = {}
    if formula and _computed(formula, ceiling_cents(day, rules.ceilings)):
        parameters = _named(form, formula, given)
    elif formula:
        form.faults.append(("formula_code", "not_computed"))
    form.end()
    row = FormulaRow(
        desk.key_for(typed, cover), cover, heading, name or code, code, json.dumps(parameters)
    )
    with desk.deed("coverage.formula_noted", "patient", patient, {"formula": code}) as seq:
        french_billing.add_formula(desk.db, row, desk.device.id, seq)
    return row.id


@needs(Right.PATIENTS)
def take_off(desk: Desk, patient: str, cover: str, formula: str) -> None:
    """Offer a formula no more; what was decided with it stays. Raises `NotFound`."""
    if cover not in {row.id for row in french.covers(desk.db, patient)}:
        raise NotFound(kind="cover")
    if formula not in {row.id for row in french_billing.formulas(desk.db, cover)}:
        raise NotFound(kind="formula")
    with desk.deed("coverage.formula_taken_off", "patient", patient) as seq:
        french.withdraw(desk.db, formula, desk.device.id, seq, desk.now)


def _offered(desk: Desk, row: FormulaRow, day: date, own: bool) -> Offered:
    found = formula_of(row.formula, day, rulebook(desk).formulas)
    return Offered(
        row.id, row.domain, row.name, row.formula, found.label_fr if found else "",
        dict(json.loads(row.parameters)), own,
    )  # fmt: skip


def _computed(formula: Formula, pmss_cents: int | None) -> bool:
    """Whether we can compute it: no amount nobody knows, one rate at most."""
    rates = sum(name in RATES for name in formula.expression.parameters)
    return rates < 2 and not unknown_amounts(formula, pmss_cents)


def _read_parameters(form: Form) -> Mapping[str, int | None]:
    return {
        "rate": form.parsed("rate", _amount),  # hundredths of a percent are basis points
        **{name: form.parsed(name, _amount) for name in SUMS},
    }


def _named(form: Form, formula: Formula, given: Mapping[str, int | None]) -> dict[str, int]:
    """Give the parameters by the names the formula has for them, and tell what is at fault."""
    rate = next((name for name in formula.expression.parameters if name in RATES), "rate")
    named = {rate if name == "rate" else name: n for name, n in given.items() if n is not None}
    for name, reason in parameter_faults(formula, named):
        form.faults.append(("rate" if name == rate else name, reason))
    return named


def _amount(text: str) -> int:
    cents = parse_cents(text.replace("%", "").strip())
    if cents < 0:
        raise InvalidValue(field="amount", reason="amount")
    return cents
