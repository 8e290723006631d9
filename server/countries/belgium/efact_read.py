"""Reads every eFact message, ours and the insurers', from bytes and defensively.

The shape is found from the content and the length, never from a name (`be-efact.md` §1). Nothing
here raises on what was received: what cannot be read is a problem, the rest is still given.
Echoes list only some records and some insurers rewrite their zones, so nothing is recomputed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from server.core.inspection import Problem, Severity
from server.core.layout import Layout, Record
from server.countries.belgium.control import record_check
from server.countries.belgium.efact_findings import Findings
from server.countries.belgium.efact_layout import DETAIL, FOOTERS, SETTLEMENT
from server.countries.belgium.efact_layout_error import ERROR_PART
from server.countries.belgium.efact_layout_segments import (
    SEGMENT_200,
    SEGMENT_300,
    SEGMENT_300_RECEIPT,
    SEGMENT_300_RETURN,
)
from server.countries.belgium.efact_problems import Fault

LARGEST = 32_000_000  # bytes; ten times the records a year of a whole group practice makes
_RECORD = 350
_ECHO = 800  # a record and its error part, or a settlement line
_LETTERS = "BRFES"
_NO_CODE = "000000"


class MessageKind(StrEnum):
    """Zone 200."""

    REQUEST = "920000"
    RECEIPT = "931000"
    HEADER_REFUSAL = "920999"
    REFUSAL = "920099"
    ACCEPTANCE = "920098"
    SETTLEMENT = "920900"


class ReturnCode(NamedTuple):
    """One code of an error part, verbatim: a letter and six characters."""

    letter: str
    code: str


class ErrorPart(NamedTuple):
    """What an insurer adds to an echoed record."""

    codes: tuple[ReturnCode, ...]  # those that count, in their order, malformed ones included
    accepted_cents: int | None  # None where the insurer filled the zone
    accepted_patient_cents: int | None
    comment: str
    mutuality: str


class Entry(NamedTuple):
    """One record of a message."""

    record: Record
    number: int  # zone 2, 0 where unreadable; for footers and settlement lines their rank
    checked: bool  # whether CD-REC is right; true where there is none
    error: ErrorPart | None


@dataclass(frozen=True, slots=True)
class EfactFile:
    """One message read: its segments, its records in file order."""

    kind: MessageKind
    segment_200: Record
    segment_300: Record
    entries: tuple[Entry, ...]

    @property
    def segments(self) -> tuple[Record, Record]:
        """Give both segments."""
        return self.segment_200, self.segment_300

    @property
    def reference(self) -> str:
        """Give zone 204: our own reference, the join key."""
        return self.segment_200.chars("reference")

    def of(self, name: str) -> tuple[Entry, ...]:
        """Give the entries of one record type."""
        return tuple(entry for entry in self.entries if entry.record.layout.name == name)


@dataclass(frozen=True, slots=True)
class Reading:
    """The outcome of a reading: no file when the bytes are not an eFact message at all."""

    file: EfactFile | None
    problems: tuple[Problem, ...]


class _Shape(NamedTuple):
    """How the rest of a message is cut."""

    segment_300: Layout
    width: int
    layouts: Mapping[str, Layout]

    @property
    def start(self) -> int:
        """Give the place of the first record."""
        return SEGMENT_200.length + self.segment_300.length

    def fits(self, length: int) -> bool:
        """Tell whether a message of that length holds whole records only."""
        return length >= self.start and (length - self.start) % self.width == 0


_SENT = _Shape(SEGMENT_300, _RECORD, {**DETAIL, **FOOTERS})
_ECHOED = _Shape(SEGMENT_300_RETURN, _ECHO, {**DETAIL, **FOOTERS, **SETTLEMENT})
_SHAPES: Mapping[MessageKind, tuple[_Shape, ...]] = {
    MessageKind.REQUEST: (_SENT,),
    MessageKind.RECEIPT: (_Shape(SEGMENT_300_RECEIPT, _RECORD, {}), _ECHOED),
    MessageKind.HEADER_REFUSAL: (_SENT, _ECHOED),
    MessageKind.REFUSAL: (_ECHOED, _SENT),
    MessageKind.ACCEPTANCE: (_ECHOED, _SENT),
    MessageKind.SETTLEMENT: (_ECHOED,),
}


def kind_of(data: bytes) -> MessageKind | None:
    """Recognise a message by zone 200 and by the shortest length of its kind."""
    try:
        kind = MessageKind(data[:6].decode("latin-1"))
    except ValueError:
        return None
    return kind if len(data) >= SEGMENT_200.length else None


def read_efact(data: bytes) -> Reading:
    """Read a message whole: its segments and every record, each zone with its type.

    A request is judged by `efact_check`; here only its shape and its zones are read.
    """
    findings = Findings()
    kind = kind_of(data)
    if len(data) > LARGEST:
        findings.add(Fault.TOO_LARGE, "", length=len(data), limit=LARGEST)
    elif kind is None:
        fault = Fault.UNKNOWN if data else Fault.EMPTY
        findings.add(fault, "", length=len(data), found=data[:6].decode("latin-1"))
    else:
        return Reading(_read(data, kind, findings), tuple(findings.items))
    return Reading(None, tuple(findings.items))


def _read(data: bytes, kind: MessageKind, findings: Findings) -> EfactFile | None:
    text, shape = data.decode("latin-1"), _shape_of(kind, len(data))
    if not text.isascii():
        odd = [i for i, c in enumerate(text) if c > "\x7f"]
        findings.add(Fault.ENCODING, "", position=odd[0] + 1, count=len(odd))
    if len(text) < shape.start:
        findings.add(Fault.LENGTH, "", length=len(text), rest=len(text))
        return None
    entries = _entries(data, text, shape, findings)
    return EfactFile(
        kind,
        _segment(SEGMENT_200, text[: SEGMENT_200.length], findings),
        _segment(shape.segment_300, text[SEGMENT_200.length : shape.start], findings),
        entries,
    )


def _shape_of(kind: MessageKind, length: int) -> _Shape:
    """Find the shape from the length; the usual one of the kind when none fits."""
    usual, *_ = shapes = _SHAPES[kind]
    return next((shape for shape in shapes if shape.fits(length)), usual)


def _segment(layout: Layout, text: str, findings: Findings) -> Record:
    record = layout.read(text)
    _note_zones(findings, record, f"S{layout.name.rstrip('AR')}", Severity.ERROR)
    return record


def _note_zones(findings: Findings, record: Record, where: str, severity: Severity) -> None:
    zones = record.zones() if record.faults else {}
    for zone in record.faults:
        findings.add(Fault.ZONE, f"{where} zone {zone}", severity=severity, found=zones[zone])


def _entries(data: bytes, text: str, shape: _Shape, findings: Findings) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    width, rank = shape.width, 0
    for place in range(shape.start, len(text) - width + 1, width):
        layout = shape.layouts.get(text[place : place + 2])
        if layout is None:
            where = f"#{len(entries) + 1}"
            findings.add(Fault.RECORD, where, found=text[place : place + 2])
            continue
        record = layout.read(text[place : place + layout.length])
        if layout.name in DETAIL:
            number = record.integer("2") or 0
            raw = data[place : place + _RECORD]
            checked = record_check(raw) == record.text[348:]
        else:
            rank += 1
            number, checked = rank, True
        echoed = width == _ECHO and layout.length == _RECORD
        error = _error_part(text[place + _RECORD : place + _ECHO]) if echoed else None
        entries.append(Entry(record, number, checked, error))
    rest = (len(text) - shape.start) % width
    if rest:
        findings.add(Fault.LENGTH, "", length=len(text), rest=rest)
    return tuple(entries)


def _error_part(text: str) -> ErrorPart:
    """Read an error part; a code counts only behind one of five letters (`be-efact.md` §4)."""
    part = ERROR_PART.read(text)
    codes = (ReturnCode(part.chars(f"letter_{i}"), part.chars(f"code_{i}")) for i in (1, 2, 3))
    return ErrorPart(
        tuple(c for c in codes if c.letter in _LETTERS and c.letter and c.code != _NO_CODE),
        part.integer("accepted_oa"),
        part.integer("accepted_copay"),
        part.chars("comment").rstrip(" "),
        part.chars("mutuality"),
    )
