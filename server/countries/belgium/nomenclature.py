"""Codes of article 7: what each is for (`be-nomenclature-kine.md` §1, §2)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from server.core.care import Category, Place
from server.core.errors import InvalidNumber, InvalidValue
from server.core.identifiers import NomenclatureCode
from server.countries.dated import (
    Cells,
    Origin,
    needed_cell,
    optional_whole_cell,
    text_cell,
)


class ActKind(StrEnum):
    """What a code pays for."""

    SESSION = "session"
    SECOND = "second"  # a second session of the same day
    EXCESS = "excess"  # a session above the quota, with a reduced refund
    INTAKE = "intake"
    TRAVEL = "travel"
    REPORT = "report"
    UNSETTLED = "unsettled"  # seen, but what it pays for is not established: never proposed


@dataclass(frozen=True, slots=True)
class Use:
    """Where, for whom and at which ranks of a series a code is used."""

    kind: ActKind
    categories: frozenset[Category]  # empty: any category
    place: Place | None  # None: no single place is established
    rank_from: int  # 1 when the code is for every rank
    rank_to: int | None  # None: open

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read the columns kind, category, place, rank_from and rank_to."""
        use = cls(
            kind=_kind(cells),
            categories=_categories(cells),
            place=_place(cells),
            rank_from=optional_whole_cell(cells, "rank_from") or 1,
            rank_to=optional_whole_cell(cells, "rank_to"),
        )
        if use.rank_to is not None and use.rank_to < use.rank_from:
            raise InvalidValue(field="rank_to", reason="before_start")
        return use

    def fits(self, category: Category, place: Place) -> bool:
        """Whether the code is for this category in this place."""
        return place is self.place and (not self.categories or category in self.categories)

    def holds(self, rank: int) -> bool:
        """Whether the rank in the series is inside the band."""
        return self.rank_from <= rank and (self.rank_to is None or rank <= self.rank_to)


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A row of `be_nomenclature`: a code that is known, with or without a price."""

    code: str
    label_fr: str
    label_nl: str
    use: Use
    r52_omitted: bool  # an agreement number beside this code is refused (521919)
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            code=code_cell(cells),
            label_fr=needed_cell(cells, "label_fr"),
            label_nl=needed_cell(cells, "label_nl"),
            use=Use.from_mapping(cells),
            r52_omitted=r52_cell(cells),
            origin=Origin.from_mapping(cells),
        )


def code_cell(cells: Cells) -> str:
    """Read a code of the nomenclature; its check digit is the first five mod 7."""
    try:
        return NomenclatureCode.parse(needed_cell(cells, "code")).digits
    except InvalidNumber as bad:
        raise InvalidValue(field="code", reason=str(bad.facts["reason"])) from None


def r52_cell(cells: Cells) -> bool:
    """Read the column r52: `omit`, or empty."""
    text = text_cell(cells, "r52")
    if text not in ("", "omit"):
        raise InvalidValue(field="r52", reason="unknown")
    return text == "omit"


def _kind(cells: Cells) -> ActKind:
    text = needed_cell(cells, "kind")
    if text not in tuple(ActKind):
        raise InvalidValue(field="kind", reason="unknown")
    return ActKind(text)


def _categories(cells: Cells) -> frozenset[Category]:
    names = text_cell(cells, "category").split()
    if not set(names) <= set(Category):
        raise InvalidValue(field="category", reason="unknown")
    return frozenset(map(Category, names))


def _place(cells: Cells) -> Place | None:
    text = text_cell(cells, "place")
    if text and text not in tuple(Place):
        raise InvalidValue(field="place", reason="unknown")
    return Place(text) if text else None
