"""Headings of an attestation, and which of its formulas a kiné is offered first.

An attestation prints one formula per heading of acts; for a kiné it is the one of AUXM, SVIL, RLAX
or AMM (`fr-sesam-vitale.md` §9, MAIIA-47, scenario F-13).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from server.countries.dated import Cells, Origin, flag_cell, in_force, needed_cell, newest


@dataclass(frozen=True, slots=True)
class Domain:
    """A row of `fr_domains`: a heading, and whether a kiné's acts stand under it."""

    domain: str
    label_fr: str
    kine: bool
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            domain=needed_cell(cells, "domain"),
            label_fr=needed_cell(cells, "label_fr"),
            kine=flag_cell(cells, "kine"),
            origin=Origin.from_mapping(cells),
        )


@dataclass(frozen=True, slots=True)
class PrintedFormula:
    """A formula as an attestation shows it, under its heading; `name` is what is printed."""

    domain: str
    name: str


@dataclass(frozen=True, slots=True)
class FormulaChoice:
    """The formulas of an attestation: those for a kiné's acts, and those of other headings."""

    own: tuple[PrintedFormula, ...]
    other: tuple[PrintedFormula, ...]

    @property
    def preselected(self) -> PrintedFormula | None:
        """The only formula a kiné may mean; None when a person must look at the attestation."""
        return self.own[0] if len(set(self.own)) == 1 else None


def formula_choice(
    printed: Sequence[PrintedFormula], care_date: date, domains: Iterable[Domain]
) -> FormulaChoice:
    """Part the formulas of an attestation by heading, each in the order it was printed.

    A heading no row knows is another's: it is shown, never chosen for the kiné.
    """
    rows = tuple(in_force(domains, care_date))

    def ours(one: PrintedFormula) -> bool:
        row = newest(row for row in rows if row.domain == one.domain.upper())
        return row is not None and row.kine

    own = tuple(one for one in printed if ours(one))
    return FormulaChoice(own, tuple(one for one in printed if one not in own))
