"""What the label of a reject means, in plain words, and what mends it.

Caisses write labels in capitals, cut and spaced as they like: one is known by its own words, found
anywhere in what was written. Source: MAIIA-3.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from server.core.errors import InvalidValue
from server.countries.dated import Cells, Origin, in_force, needed_cell

MENDS = ("COVER",)
"""What a person changes: the complementary of the patient."""


@dataclass(frozen=True, slots=True)
class RejectLabel:
    """One label, in force from the first day of its row."""

    reject: str
    words: str  # as `plain` gives them
    meaning: str
    mend: str  # one of MENDS
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        mend = needed_cell(cells, "mend")
        if mend not in MENDS:
            raise InvalidValue(field="mend", reason="unknown")
        return cls(
            needed_cell(cells, "reject"), plain(needed_cell(cells, "words")),
            needed_cell(cells, "label_fr"), mend, Origin.from_mapping(cells),
        )  # fmt: skip


def plain(text: str) -> str:
    """Give a label as it is compared: capitals without accents, one space where signs stood."""
    flat = unicodedata.normalize("NFD", text.upper())
    return " ".join("".join(c if c.isalnum() else " " for c in flat if not _mark(c)).split())


def meaning_of(text: str, rows: Iterable[RejectLabel], day: date) -> RejectLabel | None:
    """Find the label whose words stand in a text, the longest first; None when none is known."""
    said = plain(text)
    known = sorted(in_force(rows, day), key=lambda row: len(row.words), reverse=True)
    return next((row for row in known if row.words in said), None)


def _mark(character: str) -> bool:
    return unicodedata.category(character) == "Mn"
