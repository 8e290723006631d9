"""Who covers a patient: BIM from CT1, the insurer a claim goes to, the coverage that counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from server.core.care import Coverage, Source
from server.core.errors import InvalidValue
from server.countries.dated import (
    Cells,
    Origin,
    flag_cell,
    in_force,
    needed_cell,
    newest,
    text_cell,
)

# Trust of insurability, `domain.md` §1.3: a later but less trusted row never wins.
_TRUST = (Source.MANUAL, Source.PAPER, Source.QR, Source.CARD, Source.ADRI, Source.MDA)


@dataclass(frozen=True, slots=True)
class Ct1:
    """A row of `be_ct1`: one code of the closed list, and whether it means BIM."""

    ct1: str
    bim: bool
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(three_digits(cells, "ct1"), flag_cell(cells, "bim"), Origin.from_mapping(cells))


class Level(StrEnum):
    """What a number of the list designates."""

    UNION = "union"
    LOCAL = "local"


class Destination(StrEnum):
    """What is written as destination mutuality (R20 zone 18, footer 401)."""

    UNION = "union"
    OWN = "own"


class Affiliation(StrEnum):
    """What is written as affiliation mutuality (R20 zone 7)."""

    NUMBER = "number"
    ZEROS = "zeros"


@dataclass(frozen=True, slots=True)
class Mutuality:
    """A row of `be_mutualities`; the row of a union speaks for its members that are not listed."""

    code: str
    union: str
    name: str
    level: Level
    destination: Destination
    affiliation: Affiliation
    own_lot: bool  # its claims travel in a file of their own (306)
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            code=three_digits(cells, "code"),
            union=three_digits(cells, "union_code"),
            name=text_cell(cells, "name"),
            level=Level(_word(cells, "level", Level)),
            destination=Destination(_word(cells, "destination", Destination)),
            affiliation=Affiliation(_word(cells, "affiliation", Affiliation)),
            own_lot=flag_cell(cells, "own_lot"),
            origin=Origin.from_mapping(cells),
        )


@dataclass(frozen=True, slots=True)
class Payer:
    """Where a claim of a member goes (`be-efact.md` §3, mutualities)."""

    union: str  # "300"
    destination: str  # R20 zone 18 and 401: "300", "306", "134"
    affiliation: str  # R20 zone 7: the local number, or "000"
    lot: str  # the payer of the lot: the union, or "306"
    confidence: str  # of the row that said so


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the patient beside insurability, on the care date."""

    medical_house: bool = False  # registered with one that covers physiotherapy
    hospitalised: bool = False
    rest_home: bool = False


@dataclass(frozen=True, slots=True)
class Effective:
    """The coverage that counts on a day, and those that lost to it, still visible."""

    coverage: Coverage
    others: tuple[Coverage, ...]
    contradicted: bool  # a less trusted but newer row says something else


def bim(ct1: str, care_date: date, rows: Iterable[Ct1]) -> bool | None:
    """Say whether a CT1 code means increased intervention; None when it is not in the list."""
    row = newest(r for r in in_force(rows, care_date) if r.ct1 == ct1)
    return None if row is None else row.bim


def payer_of(number: str, care_date: date, rows: Iterable[Mutuality]) -> Payer | None:
    """Say where the claims of a member of this mutuality go; None when no union is known for it.

    A union's own number is not a member's: insurers refuse it as affiliation (200703), so it gives
    None. A number that is not listed follows the union of its first digit.
    """
    known = in_force(rows, care_date)
    row = newest(r for r in known if r.code == number)
    if row is None and len(number) == 3:
        row = newest(r for r in known if r.level is Level.UNION and r.code[0] == number[0])
    elif row is not None and row.level is Level.UNION:
        return None
    if row is None:
        return None
    return Payer(
        union=row.union,
        destination=row.union if row.destination is Destination.UNION else number,
        affiliation=number if row.affiliation is Affiliation.NUMBER else "000",
        lot=number if row.own_lot else row.union,
        confidence=row.origin.confidence,
    )


def effective_coverage(coverages: Iterable[Coverage], care_date: date) -> Effective | None:
    """Pick the coverage that counts on a day: the most trusted source, then the newest capture."""
    valid = sorted(
        (c for c in coverages if c.covers(care_date)),
        key=lambda c: (_TRUST.index(c.source), c.captured_at),
    )
    if not valid:
        return None
    best, others = valid[-1], tuple(valid[:-1])
    newer = (c for c in others if c.captured_at > best.captured_at)
    return Effective(best, others, any(_said(c) != _said(best) for c in newer))


def three_digits(cells: Cells, name: str) -> str:
    """Read a three-digit number kept as text."""
    text = needed_cell(cells, name)
    if not (len(text) == 3 and text.isascii() and text.isdigit()):
        raise InvalidValue(field=name, reason="number")
    return text


def _said(coverage: Coverage) -> tuple[str, str, str]:
    return coverage.mutuality, coverage.ct1, coverage.ct2


def _word(cells: Cells, name: str, words: type[StrEnum]) -> str:
    text = needed_cell(cells, name)
    if text not in tuple(words):
        raise InvalidValue(field=name, reason="unknown")
    return text
