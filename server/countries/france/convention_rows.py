"""Rows of the convention tables, and what makes one unreadable.

Every cell is kept as it was written, spaces around it and a lost zero apart. What columns mean is
marked in `fr_convention_columns`; a cell whose meaning nobody confirmed is not judged.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from typing import NamedTuple, TypeAlias

from server.countries.france.convention_names import Kind
from server.countries.france.wildcards import BODIES, is_body, padded_body

UNIQUE = "RO"
"""The type of convention of unique management: the caisse pays the complementary part too."""

THIRD_PARTY, OUTSIDE = "T", "H"
LONGEST_CELL = 200
"""Characters of the names and the comment of a row together."""

_TYPE = re.compile(r"[A-Z][A-Z0-9]{1,2}")
_NUMBER = re.compile(r"[0-9A-Z]{0,15}")
_SIGNATORY = re.compile(r"[0-9A-Za-z][0-9A-Za-z &.'+-]{0,29}")
_CSR = re.compile(r"[0-9A-Z?]{0,15}")
_FLAG = ("", "0", "1")
_SIGNATORIES, _NUMBERS, _CSRS = (
    re.compile(rf"(?:{each.pattern}\n)*+") for each in (_SIGNATORY, _NUMBER, _CSR)
)


class Convention(NamedTuple):
    """A row of a C- table: what one signatory agreed to, for whom, and where its DRE go."""

    support: str
    contracts: str
    comment: str
    signatory: str  # a scheme's prefix (08), an insurer's number, an operator's name
    signatory_label: str
    grouped: str  # "1": its members stand in an R- table
    type: str  # RO, OC, MU…
    criterion: str
    accord: str  # T in third-party payment, H outside it
    number: str  # of the complementary insurer on the invoice; "": that of the card
    label: str
    unique: str  # "1": the caisse pays the complementary part
    hub: str  # "aiguillage STS"
    flag_a: str
    flag_b: str
    flag_c: str
    operator: str
    routing: str
    host: str
    domain: str
    begins: str = ""  # civil dates, ISO; "" open
    ends: str = ""


_CONVENTION = partial(tuple.__new__, Convention)


class Member(NamedTuple):
    """A row of an R- table: an insurer that stands behind a signatory."""

    support: str
    contracts: str
    number: str
    label: str
    type: str
    criterion: str
    signatory: str
    signatory_label: str


class Conversion(NamedTuple):
    """A row of an X table: the number of a card, and the one to put on the invoice."""

    mutual: str  # as on the card, with wildcards
    body: str  # regime, caisse, centre, with wildcards
    number: str
    label: str


TableRow: TypeAlias = Convention | Member | Conversion
FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.CONVENTIONS: Convention._fields,
    Kind.GROUPING: Member._fields,
    Kind.CORRESPONDENCE: Conversion._fields,
}


def convention_of(cells: tuple[str, ...]) -> Convention | str:
    """Judge a row of a C- table; give the reason when it cannot be read."""
    row = tuple.__new__(Convention, cells)  # what _make does, without counting the cells again
    if not _SIGNATORY.fullmatch(row.signatory):
        return "signatory"
    fault = _fault_of(row.type, row.accord, row.unique, row.grouped)
    if fault:
        return fault
    if row.type == UNIQUE:
        if not is_body(row.criterion):
            row = row._replace(criterion=padded_body(row.criterion))
            if not is_body(row.criterion):
                return "criterion"
    elif row.criterion and not _CSR.fullmatch(row.criterion):
        return "criterion"
    if row.number and not _NUMBER.fullmatch(row.number):
        return "number"
    if len(row.signatory_label + row.label + row.comment) > LONGEST_CELL:
        return "length"
    return _with_period(row) if row.begins or row.ends else row


def conventions_of(columns: Sequence[Sequence[str]]) -> list[Convention] | None:
    """Judge many rows of a C- table at once, each of their columns as one text.

    None when one of them has a fault, a date or a criterion to mend: `convention_of` then looks at
    them one by one. Both ask the same of every cell.
    """
    held = Convention(*columns)  # type: ignore[arg-type]  # here each cell is a column
    if any(held.begins) or any(held.ends) or not _all(_SIGNATORIES, held.signatory):
        return None
    same = {*zip(held.type, held.accord, held.unique, held.grouped, strict=True)}
    if any(_fault_of(*four) for four in same):
        return None
    of_caisses = [c for kind, c in zip(held.type, held.criterion, strict=True) if kind == UNIQUE]
    others = [c for kind, c in zip(held.type, held.criterion, strict=True) if kind != UNIQUE]
    if not (_all(BODIES, of_caisses) and _all(_CSRS, others) and _all(_NUMBERS, held.number)):
        return None
    names = map("".join, zip(held.signatory_label, held.label, held.comment, strict=True))
    if max(map(len, names)) > LONGEST_CELL:
        return None
    return [*map(_CONVENTION, zip(*columns, strict=True))]


def _all(each_line: re.Pattern[str], cells: Iterable[str]) -> bool:
    """Whether every cell fits, as lines of one text: a cell holds no end of line."""
    return each_line.fullmatch("\n".join([*cells, ""])) is not None


@lru_cache(maxsize=512)
def _fault_of(type_: str, accord: str, unique: str, grouped: str) -> str:
    """Judge the cells that are the same in thousands of rows; "" when they may stand."""
    if not _TYPE.fullmatch(type_):
        return "type"
    if accord not in (THIRD_PARTY, OUTSIDE):
        return "accord"
    return "" if unique in _FLAG and grouped in _FLAG else "flag"


def member_of(cells: tuple[str, ...]) -> Member | str:
    """Judge a row of an R- table."""
    row = Member._make(cells)
    if not row.number or not _NUMBER.fullmatch(row.number):
        return "number"
    if not _TYPE.fullmatch(row.type):
        return "type"
    if not _SIGNATORY.fullmatch(row.signatory):
        return "signatory"
    if row.type == UNIQUE and row.criterion:
        row = row._replace(criterion=padded_body(row.criterion))
        if not is_body(row.criterion):
            return "criterion"
    return row if _CSR.fullmatch(row.criterion) else "criterion"


def conversion_of(cells: tuple[str, ...]) -> Conversion | str:
    """Judge a row of an X table."""
    row = Conversion._make(cells)
    row = row._replace(body=padded_body(row.body))
    if not row.mutual or not _CSR.fullmatch(row.mutual):
        return "mutual"
    if not is_body(row.body):
        return "criterion"
    return row if row.number and _NUMBER.fullmatch(row.number) else "number"


def _with_period(row: Convention) -> Convention | str:
    """Read the dates of a row, as tables write them; a day no calendar has spoils the row."""
    begins, ends = civil_day(row.begins), civil_day(row.ends)
    if begins is None or ends is None or (begins and ends and ends < begins):
        return "date"
    return row._replace(begins=begins, ends=ends)


_DAYS = (
    re.compile(r"(?P<d>\d{2})[/.-](?P<m>\d{2})[/.-](?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})-?(?P<m>\d{2})-?(?P<d>\d{2})"),
)


def civil_day(text: str) -> str | None:
    """Write a date in ISO: from 31/12/2026, 2026-12-31 or 20261231; "" stays; None: no day."""
    if not text:
        return ""
    for shape in _DAYS:
        found = shape.fullmatch(text)
        if found:
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"])).isoformat()
            except ValueError:
                return None
    return None
