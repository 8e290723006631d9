"""Checks a request offline, on its bytes, against every rule of `be-efact.md`.

Nothing here knows what our writer meant: it reads what was written, as an insurer would. The same
check serves the sealing of a lot, `besace inspect` and the tests. Any one character changed in
R10 to R90 is noticed: by CD-REC, and where that is blind by the strict sets and the signs.
"""

from collections.abc import Callable, Mapping

from server.core.inspection import Problem
from server.core.layout import Layout
from server.countries.belgium.control import record_check
from server.countries.belgium.efact_check_act import check_act, check_engagement, check_identity
from server.countries.belgium.efact_check_file import check_closing, check_opening
from server.countries.belgium.efact_check_footer import check_footer_95, check_footer_96
from server.countries.belgium.efact_check_invoice import check_invoice, check_invoice_end
from server.countries.belgium.efact_check_segment import check_segments
from server.countries.belgium.efact_findings import Findings, note_characters
from server.countries.belgium.efact_layout import DETAIL, FOOTERS
from server.countries.belgium.efact_numbers import digits_of
from server.countries.belgium.efact_problems import Fault
from server.countries.belgium.efact_walk import CheckTables, Walk

_SEGMENTS = 67 + 160
_RECORD = 350
_NO_TABLES = CheckTables()

# After which record each may stand (`be-efact.md` §1, "Order and sequence").
_AFTER: Mapping[str, tuple[str, ...]] = {
    "10": ("",),
    "20": ("10", "80"),
    "50": ("20", "50", "51", "52"),
    "51": ("50",),
    "52": ("50", "51"),
    "80": ("50", "51", "52"),
    "90": ("80",),
    "95": ("90", "95"),
    "96": ("95",),
}

_PAGES: Mapping[str, Callable[[Walk, str], None]] = {
    "10": check_opening,
    "20": check_invoice,
    "50": check_act,
    "51": check_engagement,
    "52": check_identity,
    "80": check_invoice_end,
    "90": check_closing,
    "95": check_footer_95,
    "96": check_footer_96,
}


def check_request(data: bytes, tables: CheckTables = _NO_TABLES) -> tuple[Problem, ...]:
    """Check a whole message 920000; an empty answer means that no rule is broken.

    Never raises, whatever the bytes. Each problem says where ("R50#4 zone 24") and, in `field`,
    which value of the practice to open; its facts name the invoice and the line.
    """
    findings = Findings()
    text = _text(data, findings)
    if len(text) < _SEGMENTS:
        findings.add(Fault.LENGTH, "", length=len(text), rest=len(text))
        return tuple(findings.items)
    walk = Walk(findings, tables, check_segments(text, findings, tables.today))
    _walk(walk, text, data)
    return tuple(findings.items)


def _text(data: bytes, findings: Findings) -> str:
    """Read one character per byte; note those that no eFact zone allows."""
    text = data.decode("latin-1")
    if not text.isascii():
        odd = [i for i, c in enumerate(text) if c > "\x7f"]
        findings.add(Fault.ENCODING, "", position=odd[0] + 1, count=len(odd))
    return text


def _walk(walk: Walk, text: str, data: bytes) -> None:
    rest = (len(text) - _SEGMENTS) % _RECORD
    if rest:
        walk.findings.add(Fault.LENGTH, "", length=len(text), rest=rest)
    for start in range(_SEGMENTS, len(text) - rest, _RECORD):
        record = text[start : start + _RECORD]
        walk.name = name = record[:2]
        if name in DETAIL:
            _check_detail(walk, DETAIL[name], record, data[start : start + _RECORD])
        elif name in FOOTERS:
            _check_footer(walk, FOOTERS[name], record)
        else:
            walk.number += 1
            walk.findings.add(Fault.RECORD, f"R{name}#{walk.number}", found=name)
            continue
        _PAGES[name](walk, record)
        walk.previous = name
    _check_end(walk)


def _check_detail(walk: Walk, layout: Layout, record: str, raw: bytes) -> None:
    walk.number += 1
    walk.detail += 1
    if record[2:8] != f"{walk.number:06d}":
        walk.note(Fault.SEQUENCE, "2", expected=f"{walk.number:06d}", found=record[2:8])
        walk.number = digits_of(record[2:8]) or walk.number
    check = record_check(raw)
    if record[348:] != check:
        walk.note(Fault.CHECK_RECORD, "99", expected=check, found=record[348:])
    if not layout.is_sound(record):
        note_characters(walk.findings, layout.read(record), f"R{walk.name}#{walk.number}")
    if walk.previous not in _AFTER[walk.name]:
        walk.note(Fault.ORDER, "1", after=walk.previous)


def _check_footer(walk: Walk, layout: Layout, record: str) -> None:
    walk.footers = walk.footers + 1 if walk.previous in FOOTERS else 1
    walk.number = walk.footers
    if not layout.is_sound(record):
        note_characters(walk.findings, layout.read(record), f"R{walk.name}#{walk.number}")
    if walk.previous not in _AFTER[walk.name]:
        walk.note(Fault.ORDER, "400" if walk.name == "95" else "500", after=walk.previous)


def _check_end(walk: Walk) -> None:
    if walk.previous != "96":
        walk.findings.add(Fault.MISSING, "", record="96")
    if len(walk.destinations) > max(walk.footers - 1, 0):
        walk.findings.add(Fault.MISSING, "", record="95")
