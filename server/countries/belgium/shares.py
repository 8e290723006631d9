"""Fixed patient shares, and the row a kiné types when no tariff covers a date (BE-20, BE-21)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from server.core.care import Category
from server.core.errors import InvalidValue
from server.countries.dated import (
    Cells,
    Origin,
    in_force,
    needed_cell,
    newest,
    whole_cell,
)


class ShareClass(StrEnum):
    """The classes of acts that share one patient part."""

    OTHER = "OTHER"  # common and everything not named below
    F = "F"
    E = "E"
    SHORT = "SHORT"  # every 15- and 20-minute act
    NONE = "NONE"  # palliative at home, written reports


_CLASSES = {
    Category.FA: ShareClass.F,
    Category.FB: ShareClass.F,
    Category.E: ShareClass.E,
    Category.EB: ShareClass.E,
    Category.PALLIATIVE: ShareClass.NONE,
}


@dataclass(frozen=True, slots=True)
class FixedShare:
    """A row of `be_copay`: the patient's part of every act of a class, in cents."""

    share_class: ShareClass
    ordinary_cents: int
    bim_cents: int
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        name = needed_cell(cells, "share_class")
        if name not in tuple(ShareClass):
            raise InvalidValue(field="share_class", reason="unknown")
        return cls(
            share_class=ShareClass(name),
            ordinary_cents=whole_cell(cells, "ordinary_cents"),
            bim_cents=whole_cell(cells, "bim_cents"),
            origin=Origin.from_mapping(cells),
        )

    def cents(self, bim: bool) -> int:
        """Give the patient's part for a status."""
        return self.bim_cents if bim else self.ordinary_cents


def share_class(category: Category, short: bool) -> ShareClass:
    """Say in which class a session falls; `short` is a 15- or 20-minute act."""
    own = _CLASSES.get(category, ShareClass.OTHER)
    return ShareClass.SHORT if short and own is not ShareClass.NONE else own


def fixed_share(
    category: Category, short: bool, care_date: date, rows: Iterable[FixedShare]
) -> FixedShare | None:
    """Give the row of a session on a care date; None when no row covers it."""
    wanted = share_class(category, short)
    return newest(r for r in in_force(rows, care_date) if r.share_class is wanted)
