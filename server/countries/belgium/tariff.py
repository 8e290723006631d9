"""The tariff: prices of codes by care date, as rows handed in by whoever keeps them.

Fee and shares are published together, so both are stored and checked against each other (BE-22).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from server.core.care import Confidence
from server.countries.belgium.nomenclature import Use, code_cell, r52_cell
from server.countries.dated import (
    Cells,
    Origin,
    Table,
    flag_cell,
    in_force,
    needed_cell,
    newest,
    whole_cell,
)


@dataclass(frozen=True, slots=True)
class Share:
    """What the insurer and the patient bear of one fee, in cents."""

    oa_cents: int
    copay_cents: int


@dataclass(frozen=True, slots=True)
class TariffRow:
    """A row of `be_tariff`: the price of one code during one period."""

    code: str
    label_fr: str
    label_nl: str
    use: Use
    fee_cents: int
    ordinary: Share
    bim: Share  # increased intervention
    needs_agreement: bool
    needs_prescriber: bool
    r52_omitted: bool  # an agreement number beside this code is refused (521919)
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column. The identity is not checked."""
        return cls(
            code=code_cell(cells),
            label_fr=needed_cell(cells, "label_fr"),
            label_nl=needed_cell(cells, "label_nl"),
            use=Use.from_mapping(cells),
            fee_cents=whole_cell(cells, "fee_cents"),
            ordinary=_share(cells, "ordinary"),
            bim=_share(cells, "bim"),
            needs_agreement=flag_cell(cells, "needs_agreement"),
            needs_prescriber=flag_cell(cells, "needs_prescriber"),
            r52_omitted=r52_cell(cells),
            origin=Origin.from_mapping(cells),
        )

    def share(self, bim: bool) -> Share:
        """Give the split for a patient's status."""
        return self.bim if bim else self.ordinary

    @property
    def holds(self) -> bool:
        """Whether fee = insurer + patient for both statuses (`domain.md` §5.2)."""
        return all(s.oa_cents + s.copay_cents == self.fee_cents for s in (self.ordinary, self.bim))


@dataclass(frozen=True, slots=True, eq=False)
class Tariff:
    """Rows a practice may price with; a real practice never sees an invented one."""

    rows: tuple[TariffRow, ...]

    @classmethod
    def of(cls, rows: Iterable[TariffRow], *, demo: bool) -> Self:
        """Keep the rows this practice may use: rows of confidence T are for a demo practice."""
        return cls(Table(r for r in rows if demo or r.origin.confidence is not Confidence.T))

    def find(self, code: str, care_date: date) -> TariffRow | None:
        """Give the row of a code on a care date; the newest wins, then the one handed in last."""
        return newest(row for row in in_force(self.rows, care_date) if row.code == code)

    def knows(self, code: str) -> bool:
        """Whether some period has a price for the code."""
        return any(row.code == code for row in self.rows)


def _share(cells: Cells, status: str) -> Share:
    return Share(
        oa_cents=whole_cell(cells, f"oa_{status}_cents"),
        copay_cents=whole_cell(cells, f"copay_{status}_cents"),
    )
