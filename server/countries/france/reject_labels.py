"""What the label of a reject means, in plain words, and what mends it.

Caisses write labels in capitals, cut and spaced as they like: one is known by its code of seven
digits, else by its own words, found anywhere in what was written. Source: MAIIA-3, and
`fr-sesam-vitale.md` §6 on codes.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from server.core.errors import InvalidValue
from server.countries.dated import Cells, Origin, in_force, needed_cell

MENDS = ("COVER", "RIGHTS", "PRESCRIPTION", "PAID")
"""What a person looks at: the complementary, the rights, the prescription; or what was paid, for
then nothing is to be asked again.
"""

_CODE = re.compile(r"(?<!\d)(\d{4})[ .-]?(\d{3})(?!\d)")


@dataclass(frozen=True, slots=True)
class RejectLabel:
    """One label, in force from the first day of its row."""

    reject: str
    code: str  # seven digits, "" for a label that has none
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
            needed_cell(cells, "reject"), _code(str(cells.get("code") or "")),
            plain(needed_cell(cells, "words")), needed_cell(cells, "label_fr"), mend,
            Origin.from_mapping(cells),
        )  # fmt: skip


def plain(text: str) -> str:
    """Give a label as it is compared: capitals without accents, one space where signs stood."""
    flat = unicodedata.normalize("NFD", text.upper())
    return " ".join("".join(c if c.isalnum() else " " for c in flat if not _mark(c)).split())


def meaning_of(text: str, rows: Iterable[RejectLabel], day: date) -> RejectLabel | None:
    """Find the label whose code stands in a text, else whose words do, the longest first.

    None when none is known.
    """
    codes, said = {"".join(found) for found in _CODE.findall(text)}, plain(text)
    known = sorted(in_force(rows, day), key=lambda row: len(row.words), reverse=True)
    by_code = (row for row in known if row.code in codes)
    return next(by_code, None) or next((row for row in known if row.words in said), None)


def _code(text: str) -> str:
    """Read the code of a row; raise InvalidValue when it is no seven digits."""
    found = _CODE.fullmatch(text.strip())
    if text and not found:
        raise InvalidValue(field="code", reason="code")
    return "".join(found.groups()) if found else ""


def _mark(character: str) -> bool:
    return unicodedata.category(character) == "Mn"
