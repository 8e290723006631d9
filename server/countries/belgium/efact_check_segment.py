"""Checks segments 200 and 300 of a request (`be-efact.md` §2)."""

from datetime import date

from server.core.layout import Layout
from server.countries.belgium.efact_findings import Findings
from server.countries.belgium.efact_layout_segments import SEGMENT_200, SEGMENT_300
from server.countries.belgium.efact_numbers import day_of, is_phone
from server.countries.belgium.efact_problems import Fault
from server.countries.belgium.efact_walk import Header
from server.countries.belgium.refusal_tables import Opens

_NATURES = {"12": "0001999", "92": "9991999"}
_VERSIONS = ("01", "02")
_FIRST_YEAR = "2002"  # 3021 error 21

_PICK_200 = SEGMENT_200.picker("kind", "version", "nature", "status", "reference", "oa_reference")
_PICK_300 = SEGMENT_300.picker(
    "month", "sending_number", "created_on", "version", "last_name", "phone"
)


def check_segments(text: str, findings: Findings, today: date | None) -> Header:
    """Check the first 227 characters; give what the records must agree with."""
    nature = _check_200(text[:67], findings)
    month, number, created, version, name, phone = _PICK_300(text[67:227])
    _check_characters(findings, SEGMENT_300, text[67:227])
    if nature in _NATURES and version != _NATURES[nature]:
        expected = _NATURES[nature]
        findings.add(Fault.NATURE_MIXED, "S300 zone 304", expected=expected, found=version)
    if not is_month(month):
        findings.add(Fault.MONTH, "S300 zone 300", found=month)
    if not is_sending_number(number):
        findings.add(Fault.SENDING_NUMBER, "S300 zone 301", found=number)
    _check_created(findings, created, today)
    if not name.strip(" "):
        findings.add(Fault.CONTACT, "S300 zone 305", Opens.PRACTICE_CONTACT)
    if not is_phone(phone):
        findings.add(Fault.PHONE, "S300 zone 307", Opens.PRACTICE_PHONE, found=phone)
    test = {"12": False, "92": True}.get(nature)
    return Header(test, month, number, day_of(created), created)


def is_month(text: str) -> bool:
    """Tell whether AAAAMM is a month of the calendar."""
    return text.isascii() and text.isdigit() and text[:4] > _FIRST_YEAR and "01" <= text[4:] <= "12"


def is_sending_number(text: str) -> bool:
    """Tell whether three digits are 001 to 999."""
    return text.isascii() and text.isdigit() and text != "000"


def _check_200(text: str, findings: Findings) -> str:
    _check_characters(findings, SEGMENT_200, text)
    kind, version, nature, status, reference, oa_reference = _PICK_200(text)
    for zone, found, expected in (
        ("200", kind, "920000"),
        ("203", status, "00"),
        ("205", oa_reference, "0" * 14),
    ):
        if found != expected:
            where = f"S200 zone {zone}"
            findings.add(Fault.DIFFERS, where, other="920000", expected=expected, found=found)
    if version not in _VERSIONS:
        findings.add(Fault.VERSION, "S200 zone 201", found=version)
    if nature not in _NATURES:
        findings.add(Fault.NATURE, "S200 zone 202", found=nature)
    if not reference.strip("0 "):
        findings.add(Fault.REFERENCE, "S200 zone 204")
    return nature


def _check_created(findings: Findings, created: str, today: date | None) -> None:
    day = day_of(created)
    if day is None or created[:4] < _FIRST_YEAR:
        findings.add(Fault.DATE, "S300 zone 302", found=created)
    elif today is not None and day > today:
        findings.add(Fault.DATE_FUTURE, "S300 zone 302", found=created)


def _check_characters(findings: Findings, layout: Layout, text: str) -> None:
    if layout.is_sound(text):
        return
    record = layout.read(text)
    zones = record.zones()
    for zone in record.unsound():
        where = f"S{layout.name} zone {zone}"
        findings.add(Fault.CHARACTERS, where, found=zones[zone])
