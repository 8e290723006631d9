"""The formulas of complementary insurers, and what one of them pays of one act.

`fr-sesam-vitale.md` §9; cases G1 to G15 of `fr-rules-tests.md`. The certified tariff component has
the last word where there is one; this is the same arithmetic, exact, with its reasons.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor
from typing import Self

from server.core.errors import InvalidValue
from server.countries.dated import Cells, Origin, in_force, needed_cell, newest, whole_cell
from server.countries.france.expression import Expression

LEFT_TO_PAY = Expression.parse("DR - MRO").sums[0]
"""The first limit of every formula: a mutuelle never pays what the caisse already did."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A row of `fr_formulas`: a code printed on attestations and what it pays."""

    code: str  # three characters: "052", "02A"
    label_fr: str
    expression: Expression
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        code = needed_cell(cells, "code")
        if len(code) != 3 or not code.isalnum():
            raise InvalidValue(field="code", reason="length")
        expression = Expression.parse(needed_cell(cells, "expression"))
        if expression.sums[0] != LEFT_TO_PAY:
            raise InvalidValue(field="expression", reason="unlimited")
        return cls(
            code=code,
            label_fr=needed_cell(cells, "label_fr"),
            expression=expression,
            origin=Origin.from_mapping(cells),
        )


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A row of `fr_pmss`: the monthly ceiling of social security, in cents."""

    monthly_cents: int
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(whole_cell(cells, "monthly_cents"), Origin.from_mapping(cells))


@dataclass(frozen=True, slots=True)
class ActAmounts:
    """The amounts of one act line, in cents, before the complementary insurer."""

    charged_cents: int  # DR, what is asked, overrun included
    tariff_cents: int  # TR, the base of the refund
    amo_cents: int  # MRO, what the caisse pays
    theory_cents: int | None = None  # TC, the theoretical tariff of a convention, when there is one

    def __post_init__(self) -> None:
        if min(self.charged_cents, self.tariff_cents, self.amo_cents) < 0:
            raise InvalidValue(field="amount", reason="negative")
        if self.amo_cents > min(self.charged_cents, self.tariff_cents):
            raise InvalidValue(field="amo_cents", reason="over_charged")

    @property
    def patient_share_cents(self) -> int:
        """TM: what the caisse leaves of the tariff; nothing when it pays it whole."""
        return self.tariff_cents - self.amo_cents


@dataclass(frozen=True, slots=True)
class AmcShare:
    """What a formula pays of an act, and why not more."""

    formula: str
    cents: int
    rule: str  # "amc.rule", or what held it back: "amc.charged", "amc.cap", "amc.below_zero"
    exact: Fraction  # cents before rounding, never below zero

    def patient_cents(self, act: ActAmounts) -> int:
        """Give what is left to the patient: caisse + mutuelle + patient = charged, always."""
        return act.charged_cents - act.amo_cents - self.cents


def formula_of(code: str, care_date: date, rows: Iterable[Formula]) -> Formula | None:
    """Give the formula of a code on a care date; None when the table does not know it."""
    return newest(row for row in in_force(rows, care_date) if row.code == code)


def ceiling_cents(care_date: date, rows: Iterable[Ceiling]) -> int | None:
    """Give the monthly ceiling (PMSS) in force on a care date; None when no row says."""
    row = newest(in_force(rows, care_date))
    return None if row is None else row.monthly_cents


def parameter_faults(formula: Formula, given: Mapping[str, int]) -> list[tuple[str, str]]:
    """List what a contract's parameters lack or have too many of, as (name, reason)."""
    wanted = formula.expression.parameters
    absent = [(name, "missing") for name in wanted if name not in given]
    below = [(name, "negative") for name in wanted if given.get(name, 0) < 0]
    surplus = [(name, "not_wanted") for name in given if name not in wanted]
    return absent + below + surplus


def unknown_amounts(formula: Formula, pmss_cents: int | None) -> list[str]:
    """List the amounts a formula multiplies and nobody here knows: its share cannot be computed."""
    unknown = {"TC"} if pmss_cents is not None else {"TC", "PMSS"}
    return [name for name in formula.expression.names if name in unknown]


def amc_share(
    formula: Formula,
    act: ActAmounts,
    parameters: Mapping[str, int],
    pmss_cents: int | None = None,
) -> AmcShare:
    """Pay one act by a formula; round half up to the cent, below zero is nothing.

    `parameters`: cents, or basis points for the rates. Raise InvalidValue, naming it, for a
    parameter or an amount that is absent, below zero or not of this formula (G14): never zero for
    what nobody said.
    """
    for name, reason in parameter_faults(formula, parameters):
        raise InvalidValue(field=name, reason=reason)
    values = formula.expression.values({**_known(act, pmss_cents), **parameters})
    least = min(values)
    exact = max(least, Fraction())
    rule = "amc.below_zero" if least < 0 else _bound(formula, _last(values, least))
    return AmcShare(formula.code, floor(exact + Fraction(1, 2)), rule, exact)


def _known(act: ActAmounts, pmss_cents: int | None) -> dict[str, int]:
    known = {
        "DR": act.charged_cents,
        "MRO": act.amo_cents,
        "TR": act.tariff_cents,
        "TM": act.patient_share_cents,
    }
    if pmss_cents is not None:
        known["PMSS"] = pmss_cents
    if act.theory_cents is not None:
        known["TC"] = act.theory_cents
    return known


def _last(values: Sequence[Fraction], wanted: Fraction) -> int:
    """Give the last place of a value: of two limits that agree, the formula's own is named."""
    return len(values) - 1 - values[::-1].index(wanted)


def _bound(formula: Formula, place: int) -> str:
    """Name the sum that was the least: the last is the formula's own; before it come the limits."""
    sums = formula.expression.sums
    if place == len(sums) - 1:
        return "amc.rule"
    return "amc.cap" if sums[place] == ((1, ("cap",)),) else "amc.charged"
