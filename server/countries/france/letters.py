"""Key letters of the NGAP and what a coefficient makes of them (`fr-ngap-kine.md` §1, FR-20).

Integers only: cents, and hundredths of a coefficient, which is never rounded (FR-25).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from server.core.errors import InvalidValue
from server.countries.dated import Cells, Origin, in_force, needed_cell, newest, whole_cell

_LETTER = re.compile(r"[A-Z]{1,3}")
_CODING = re.compile(r"([A-Za-z]{1,3})\s*([0-9]{1,3})(?:[.,]([0-9]{1,2}))?")
_HUNDREDTHS = 100


class Zone(StrEnum):
    """Which of its two values a letter has."""

    METROPOLE = "METROPOLE"
    OVERSEAS = "OVERSEAS"  # the overseas departments, Mayotte included


@dataclass(frozen=True, slots=True)
class Values:
    """Cents of one thing in metropolitan France and overseas."""

    metro_cents: int
    overseas_cents: int

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read the two columns every table of prices has."""
        return cls(whole_cell(cells, "metro_cents"), whole_cell(cells, "overseas_cents"))

    def cents(self, zone: Zone) -> int:
        """Give the value where the practice is."""
        return self.overseas_cents if zone is Zone.OVERSEAS else self.metro_cents


@dataclass(frozen=True, slots=True)
class Letter:
    """A row of `fr_letters`: a key letter and what one unit of it is worth."""

    letter: str
    label_fr: str
    values: Values
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            letter=letter_cell(cells),
            label_fr=needed_cell(cells, "label_fr"),
            values=Values.from_mapping(cells),
            origin=Origin.from_mapping(cells),
        )


@dataclass(frozen=True, slots=True)
class Coding:
    """A letter and its coefficient: what an invoice line carries."""

    letter: str
    hundredths: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what a person or a table writes: "TER 9,8"; raise InvalidValue(field="coding")."""
        found = _CODING.fullmatch(text.strip())
        if found is None:
            raise InvalidValue(field="coding", reason="shape")
        letter, whole, rest = found.groups()
        hundredths = int(whole) * _HUNDREDTHS + int((rest or "0").ljust(2, "0"))
        if not hundredths:
            raise InvalidValue(field="coding", reason="zero")
        return cls(letter.upper(), hundredths)

    @property
    def text(self) -> str:
        """Write it the one way it is kept: "TER 9.80"."""
        whole, rest = divmod(self.hundredths, _HUNDREDTHS)
        return f"{self.letter} {whole}.{rest:02d}"


def letter_cell(cells: Cells) -> str:
    """Read a key letter: one to three capitals."""
    text = needed_cell(cells, "letter")
    if not _LETTER.fullmatch(text):
        raise InvalidValue(field="letter", reason="shape")
    return text


def letter_of(letter: str, care_date: date, rows: Iterable[Letter]) -> Letter | None:
    """Give the row of a letter on a care date; None when it is not in force that day."""
    return newest(row for row in in_force(rows, care_date) if row.letter == letter)


def half_up(numerator: int, denominator: int) -> int:
    """Divide two numbers of zero or more, half a unit going up (`domain.md` §5.3)."""
    return (2 * numerator + denominator) // (2 * denominator)


def price_cents(unit_cents: int, hundredths: int) -> int:
    """Give coefficient × value of the letter, half up to the cent: 2.21 × 9.5 is 21.00."""
    return half_up(unit_cents * hundredths, _HUNDREDTHS)
