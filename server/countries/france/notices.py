"""Notices of payers that change how they are billed: whom they concern, from which day.

A notice never blocks: who is really concerned (a pensioner, his dependants) no file says, so the
patients of the scheme whose complementary still stands as before are asked for a new attestation.
Sources: MAIIA-1 and MAIIA-2; scenario F-08; case H1.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from server.core.errors import InvalidValue
from server.countries.dated import Cells, Origin, in_force, needed_cell, text_cell

MANAGEMENTS = ("GU", "GS")


@dataclass(frozen=True, slots=True)
class Notice:
    """One change of one scheme, in force from the first day of its row."""

    notice: str
    label: str
    regime: str  # two digits
    before: str  # how its complementary was managed: GU or GS
    after: str
    operator: str  # who manages it then, "" when the scheme itself
    who: str
    asked: str
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        regime = needed_cell(cells, "regime")
        if not (len(regime) == 2 and regime.isascii() and regime.isdigit()):
            raise InvalidValue(field="regime", reason="number")
        for name in ("before", "after"):
            if needed_cell(cells, name) not in MANAGEMENTS:
                raise InvalidValue(field=name, reason="unknown")
        return cls(
            needed_cell(cells, "notice"), needed_cell(cells, "label_fr"), regime,
            needed_cell(cells, "before"), needed_cell(cells, "after"),
            text_cell(cells, "operator"), needed_cell(cells, "who_fr"),
            needed_cell(cells, "asked_fr"), Origin.from_mapping(cells),
        )  # fmt: skip

    def concerns(self, organism: str, management: str) -> bool:
        """Say whether somebody insured there, covered so, is to be asked."""
        return organism.startswith(self.regime) and management == self.before


def concerning(
    rows: Iterable[Notice], day: date, organism: str, management: str
) -> tuple[Notice, ...]:
    """Give the notices that concern somebody on a day."""
    return tuple(row for row in in_force(rows, day) if row.concerns(organism, management))
