"""The numbers of the French registers: a professional, an establishment, where one is insured.

Source of the rules: `fr-sesam-vitale.md` §14. A patient's number (NIR) is in `server.core`.
"""

from dataclasses import dataclass
from typing import Self

from server.core.errors import InvalidNumber
from server.core.identifiers import digits_of
from server.countries.france.numbers import luhn


def _controlled(kind: str, text: str, length: int) -> str:
    digits = digits_of(kind, text, length)
    if not luhn(digits):
        raise InvalidNumber(kind=kind, given=text, reason="check")
    return digits


@dataclass(frozen=True, slots=True)
class Rpps:
    """A professional's number of the national register, eleven digits, the last by Luhn [K]."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept spacing; refuse a wrong length or control digit."""
        return cls(_controlled("rpps", text, 11))

    def __str__(self) -> str:
        return self.digits


@dataclass(frozen=True, slots=True)
class Siret:
    """The number of an establishment, fourteen digits, the last by Luhn [K]."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept spacing; refuse a wrong length or control digit."""
        return cls(_controlled("siret", text, 14))

    def __str__(self) -> str:
        d = self.digits
        return f"{d[:3]} {d[3:6]} {d[6:9]} {d[9:]}"


@dataclass(frozen=True, slots=True)
class Organism:
    """Where a person is insured: regime (2), caisse (3) and centre (4), nine digits."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept spacing; the nine digits bear no control."""
        return cls(digits_of("organism", text, 9))

    @property
    def regime(self) -> str:
        """The first two digits, which the conventions of unique management go by."""
        return self.digits[:2]

    def __str__(self) -> str:
        d = self.digits
        return f"{d[:2]} {d[2:5]} {d[5:]}"
