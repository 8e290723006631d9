"""One zone of a record of fixed positions: its place, its kind, the characters it may hold."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias
from unicodedata import combining, normalize

Value: TypeAlias = str | int | date | None


class Kind(StrEnum):
    """What the characters of a zone are."""

    TEXT = "TEXT"  # left-aligned, right blanks; str without the padding
    DIGITS = "DIGITS"  # an identifier, all its digits given; str
    NUMBER = "NUMBER"  # left zeros; int, not negative
    AMOUNT = "AMOUNT"  # one sign, left zeros; int with its sign
    DATE = "DATE"  # AAAAMMJJ; date, None for zeros
    FIXED = "FIXED"  # what we always write, repeated to the width; read as it stands


UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NUMERALS = "0123456789"
PLAIN = NUMERALS + UPPER + " -"

# What decomposition into letter and accent does not solve.
REPLACEMENTS = str.maketrans(
    {"ß": "ss", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
    | dict.fromkeys("‘’ʼ", "'")
    | dict.fromkeys("–—‑", "-")
    | dict.fromkeys("\u00a0\u202f", " ")
)


def plain(text: str) -> str:
    """Write without diacritics, so that every character is one byte: `Noël` gives `Noel`."""
    if text.isascii():
        return text
    parts = normalize("NFKD", text.translate(REPLACEMENTS))
    return "".join(c for c in parts if not combining(c))


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the norm's table: name, first position (from 1), width, kind.

    `label` is our own word for the zones we fill; `fill` what a FIXED zone repeats; `charset` the
    only characters a sound record has here (by default those of the kind, capitals for text).
    """

    name: str
    start: int
    width: int
    kind: Kind = Kind.TEXT
    label: str = ""
    fill: str = ""
    charset: str = ""

    @property
    def key(self) -> str:
        """The word by which a value is given and asked."""
        return self.label or self.name

    @property
    def fixed(self) -> str:
        """Repeat the constant of a FIXED zone to its width."""
        return self.fill * (self.width // len(self.fill))

    @property
    def classes(self) -> tuple[tuple[str, int], ...]:
        """List what a sound record has in this zone: classes of characters, each with its count."""
        if self.charset:
            return ((_one_of(self.charset), self.width),)
        if self.kind is Kind.FIXED:
            return tuple((re.escape(c), 1) for c in self.fixed)
        if self.kind is Kind.TEXT:
            return ((_one_of(PLAIN), self.width),)
        if self.kind is Kind.AMOUNT:
            return ((_one_of("+-"), 1), (_one_of(NUMERALS), self.width - 1))
        return ((_one_of(NUMERALS), self.width),)

    @property
    def slot(self) -> str:
        """Give the place of this zone in the template that writes its record."""
        if self.kind is Kind.FIXED:
            return self.fixed.replace("%", "%%")
        if self.kind is Kind.TEXT:
            return f"%-{self.width}s"
        if self.kind is Kind.NUMBER:
            return f"%0{self.width}d"
        if self.kind is Kind.AMOUNT:
            return f"%+0{self.width}d"
        return f"%{self.width}s"


def _one_of(charset: str) -> str:
    """Write a set of characters always the same way, so that neighbouring zones can be joined."""
    escaped = re.escape(charset)
    return f"[{escaped.replace(NUMERALS, '0-9').replace(UPPER, 'A-Z')}]"
