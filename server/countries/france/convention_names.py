"""Names of convention files: which table, which family, and of what day.

`C-InterAMC_20260112.csv` is the table of conventions of the family `interamc`, as of 12 January
2026. F-02 and MAIIA-14 to 17; cases E1 to E3. `R-` names the members of a signatory, `X-` or
`correspondance-` the numbers to convert.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.core.errors import TableRefused

LONGEST_NAME = 120
_SUFFIX = ".csv"
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)(?!\d)")
_TAIL = re.compile(r"[\s_.-]*\d[\d\s_.-]*$")
_COPY = re.compile(r"\s*(?:\(\d+\)|- copie|- copy)$", re.IGNORECASE)


class Kind(StrEnum):
    """The three tables."""

    CONVENTIONS = "C"
    GROUPING = "R"
    CORRESPONDENCE = "X"


_PREFIXES = (
    ("C-", Kind.CONVENTIONS),
    ("R-", Kind.GROUPING),
    ("X-", Kind.CORRESPONDENCE),
    ("correspondance-", Kind.CORRESPONDENCE),
)


@dataclass(frozen=True, slots=True)
class TableName:
    """What a name says; two versions of one table have the same kind and family."""

    text: str
    kind: Kind
    family: str  # "interamc": what is left without prefix, day and numbers, in small letters
    day: date | None  # the version it announces; None: the name has no day

    @property
    def label(self) -> str:
        """The version, as it is shown: its day, else its name."""
        return self.day.isoformat() if self.day else self.text.removesuffix(_SUFFIX)


def read_name(name: str) -> TableName:
    """Read a file name; raise TableRefused, with `proposed` when another name would do."""
    text = name.replace("\\", "/").rpartition("/")[2].strip()
    if len(text) > LONGEST_NAME or not text.isprintable():
        raise TableRefused(reason="name", name=text[:LONGEST_NAME])
    if text[-len(_SUFFIX) :].lower() != _SUFFIX:
        raise TableRefused(reason="suffix", name=text)
    stem = text[: -len(_SUFFIX)]
    kind, rest = _parted(stem)
    if kind is None:
        raise TableRefused(reason="prefix", name=text, proposed=_proposed(stem))
    if not rest.strip(" -_."):
        raise TableRefused(reason="stem", name=text)
    return TableName(text, kind, _family(rest), _day(rest, text))


def _parted(stem: str) -> tuple[Kind | None, str]:
    for prefix, kind in _PREFIXES:
        if stem.startswith(prefix):
            return kind, stem.removeprefix(prefix)
    return None, stem


def _proposed(stem: str) -> str:
    """Write the name a copy should have: `c-interamc` and `InterAMC` both become `C-…`."""
    rest = stem[2:] if stem[:2].lower() == "c-" else stem
    rest = rest.strip(" -_.")
    return f"C-{rest}{_SUFFIX}" if rest else ""


def _family(rest: str) -> str:
    plain = _COPY.sub("", rest)
    return " ".join(_TAIL.sub("", plain).casefold().split()) or plain.casefold()


def _day(rest: str, name: str) -> date | None:
    """Give the day of a name; one no calendar has (31/02) is refused, not guessed."""
    found = _DAY.search(rest)
    if found is None:
        return None
    year, month, day = map(int, found.groups())
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None  # eight digits that are no day: the number of a body
    try:
        return date(year, month, day)
    except ValueError:
        raise TableRefused(reason="day", name=name) from None


def refuse_older(new: TableName, active: date | None) -> None:
    """Refuse a file older than the version in use: it would bring ended conventions back."""
    if active and new.day and new.day < active:
        raise TableRefused(
            reason="older", name=new.text, day=new.day.isoformat(), active=active.isoformat()
        )
