"""Checks records 50, 51 and 52 of a request, the acts (`be-efact.md` §2).

An act is judged zone by zone only when something about it is unusual: files hold thousands.
"""

from datetime import date
from functools import lru_cache
from typing import TypeAlias

from server.core.inspection import Severity
from server.countries.belgium.efact_findings import place
from server.countries.belgium.efact_layout_act import RECORD_50, RECORD_51, RECORD_52
from server.countries.belgium.efact_layout_invoice import RECORD_20
from server.countries.belgium.efact_numbers import (
    amount_of,
    day_of,
    digits_of,
    is_agreement,
    is_code,
    is_nihii,
)
from server.countries.belgium.efact_problems import Fault
from server.countries.belgium.efact_walk import Agreeing, AgreementUse, InvoiceState, Walk
from server.countries.belgium.refusal_tables import Opens

_PICK_DATES = RECORD_50.picker("day", "last_day", "prescribed_on")
_PICK_ACT = RECORD_50.picker("code", "place", "provider", "32")
_PICK_MONEY = RECORD_50.picker(
    *("oa_cents", "units", "copay_cents", "supplement_cents", "copay_code", "convention")
)
_PICK_PRESCRIBER = RECORD_50.picker("prescriber", "prescriber_norm", "provider")
_PICK_52 = RECORD_52.picker("code", "agreement")
_PICK_READING = RECORD_52.picker(
    *("manual_reason", "read_on", "reading_type", "medium", "vignette_reason", "read_at", "serial")
)

_PATIENT = Agreeing.between(RECORD_20, RECORD_50, "7", "8a+8b", "9")
_PATIENT_51 = Agreeing.between(RECORD_20, RECORD_51, "8a+8b", "27")
_ACT_51 = Agreeing.between(RECORD_50, RECORD_51, "4", "5", "15", "19")
_ACT_52 = Agreeing.between(RECORD_50, RECORD_52, "4", "5", "8a+8b", "15")

_NO_NIHII = "0" * 12
_NO_DATE = "0" * 8
_NO_AGREEMENT = "0" * 20
_LIMITATION_MONTHS = 24  # from the end of the month of care (500546)
_PAID_OTHERWISE = "5"  # zone 33 with which a conventioned provider may ask a supplement (503047)
_NO_READING = "0" * (8 + 4 + 15)
_BY_HAND = "4"  # reading type
_VIGNETTE = "7"  # medium
_KINE = "05"  # how the zone of a kiné's NIHII begins


def check_act(walk: Walk, text: str) -> None:
    """Check R50, and add its amounts and its code to the sums of its invoice."""
    invoice = walk.invoice
    check_missing_agreement(walk)
    walk.act, walk.has_52 = text, False
    if invoice is None:
        return
    _PATIENT.check(walk, invoice.text, text)
    code, institution, provider, closed = _PICK_ACT(text)
    invoice.codes += digits_of(code)
    if not is_code(code):
        walk.note(Fault.CODE, "4", Opens.SESSION_CODE, found=code)
    if institution != _NO_NIHII and not is_nihii(institution):
        walk.note(Fault.NIHII, "14", Opens.SESSION_PLACE, found=institution)
    if not is_nihii(provider):
        walk.note(Fault.NIHII, "15", Opens.SESSION_PROVIDER, found=provider)
    if closed != "0" and walk.from_2022_05:
        walk.note(Fault.DIFFERS, "32", other="2022-05", expected="0", found=closed)
    _check_money(walk, invoice, text)
    _check_dates(walk, text)
    _check_prescriber(walk, text)


def _check_money(walk: Walk, invoice: InvoiceState, text: str) -> None:
    """Zones 19, 22, 27, 30-31: one sign for all, and their sums."""
    oa, units, copay, supplement, copay_code, convention = _PICK_MONEY(text)
    if (oa[0] + units[0] + copay[0] + supplement[0]) != invoice.sign * 4:
        for zone, found in (("19", oa), ("22", units), ("27", copay), ("30+31", supplement)):
            if found[0] != invoice.sign:
                walk.note(Fault.SIGN, zone, expected=invoice.sign, found=found[0])
    invoice.oa += amount_of(oa)
    invoice.copay += amount_of(copay)
    extra = amount_of(supplement)
    invoice.supplement += extra
    if not amount_of(units):
        walk.note(Fault.UNITS, "22", Opens.SESSION_UNITS, found=units)
    if extra and convention == "1" and copay_code != _PAID_OTHERWISE:
        walk.note(Fault.SUPPLEMENT, "30+31", Opens.SESSION_PRICE, found=supplement)
    if copay_code == "1" and amount_of(copay):
        walk.note(Fault.COPAY_NOT_COLLECTED, "33", severity=Severity.WARNING, found=copay)


def _check_dates(walk: Walk, text: str) -> None:
    lifted = walk.invoice is not None and walk.invoice.text[79] == "1"  # R20 zone 16
    for fault, zone, opens, found in _date_faults(
        *_PICK_DATES(text), walk.header.month, walk.header.created, lifted
    ):
        walk.note(fault, zone, opens, found=found)


_DateFault: TypeAlias = tuple[Fault, str, Opens, str]


@lru_cache(maxsize=4096)
def _date_faults(
    day: str, last_day: str, prescribed: str, month: str, created: str, lifted: bool
) -> tuple[_DateFault, ...]:
    """Judge the dates of an act; a file repeats the same few, so each set is judged once."""
    care, known = day_of(day), day_of(created)
    faults: list[_DateFault] = []
    if last_day != day:
        faults.append((Fault.LAST_DAY, "6a+6b", Opens.SESSION_DATE, last_day))
    if care is None:
        return (*faults, (Fault.DATE, "5", Opens.SESSION_DATE, day))
    if known is not None and care > known:
        faults.append((Fault.DATE_FUTURE, "5", Opens.SESSION_DATE, day))
    if _months(day) > _months(month) + 1:
        faults.append((Fault.CARE_LATE, "5", Opens.SESSION_DATE, day))
    if _months(created) - _months(day) > _LIMITATION_MONTHS and not lifted:
        faults.append((Fault.LIMITATION, "5", Opens.SESSION_DATE, day))
    if prescribed != _NO_DATE:
        faults += _prescription_faults(prescribed, care)
    return tuple(faults)


def _prescription_faults(prescribed: str, care: date) -> list[_DateFault]:
    written = day_of(prescribed)
    if written is None:
        return [(Fault.DATE, "20+21", Opens.PRESCRIPTION_DATE, prescribed)]
    if written > care:
        return [(Fault.PRESCRIPTION_DATE, "20+21", Opens.PRESCRIPTION_DATE, prescribed)]
    return []


def _months(digits: str) -> int:
    """Count the months of AAAAMM… since year zero."""
    return digits_of(digits[:4]) * 12 + digits_of(digits[4:6])


def _check_prescriber(walk: Walk, text: str) -> None:
    """Zones 24-26, and the date that goes with them."""
    prescriber, norm, provider = _PICK_PRESCRIBER(text)
    given = prescriber != _NO_NIHII
    field = Opens.PRESCRIPTION_PRESCRIBER
    if not is_nihii(prescriber) and (given or _needs_prescriber(walk, text, provider)):
        walk.note(Fault.PRESCRIBER, "24+25", field, found=prescriber)
    if given == (norm == "0"):
        walk.note(Fault.PRESCRIBER_NORM, "26", field, found=norm)
    if given and text[99:107] == _NO_DATE:
        walk.note(Fault.PRESCRIPTION_DATE, "20+21", Opens.PRESCRIPTION_DATE, found=_NO_DATE)


def _needs_prescriber(walk: Walk, text: str, provider: str) -> bool:
    """Every act of a kiné is prescribed, but for the codes the tables exempt."""
    return provider.startswith(_KINE) and text[10:16] not in walk.tables.without_prescriber


def check_engagement(walk: Walk, text: str) -> None:
    """Check R51 against its R50 and R20; kinés do not send it, other senders may."""
    if walk.invoice is None:
        return
    _PATIENT_51.check(walk, walk.invoice.text, text)
    if walk.act:
        _ACT_51.check(walk, walk.act, text)
    walk.invoice.codes += digits_of(text[9:16])


def check_identity(walk: Walk, text: str) -> None:
    """Check R52 against its R50, the agreement number it carries and the reading of a card."""
    walk.has_52 = True
    if walk.invoice is None:
        return
    if walk.act:
        _ACT_52.check(walk, walk.act, text)
    code, agreement = _PICK_52(text)
    walk.invoice.codes += digits_of(code)
    use = walk.tables.agreement_of.get(code[1:])
    field = Opens.AGREEMENT_NUMBER
    if agreement == _NO_AGREEMENT:
        if use is AgreementUse.REQUIRED:
            walk.note(Fault.AGREEMENT_MISSING, "19", field, code=code[1:])
    elif use is AgreementUse.FORBIDDEN:
        walk.note(Fault.AGREEMENT_FORBIDDEN, "19", field, code=code[1:])
    elif not is_agreement(agreement):
        walk.note(Fault.AGREEMENT, "19", field, found=agreement)
    _check_reading(walk, text)


def check_missing_agreement(walk: Walk) -> None:
    """Note an act whose code needs an agreement number and that had no R52 at all."""
    if walk.has_52 or not walk.act:
        return
    code = walk.act[10:16]
    if walk.tables.agreement_of.get(code) is AgreementUse.REQUIRED:
        invoice = walk.invoice.number if walk.invoice else ""
        walk.findings.add(
            Fault.AGREEMENT_MISSING,
            place("50", digits_of(walk.act[2:8]), "4"),
            Opens.AGREEMENT_NUMBER,
            code=code,
            invoice=invoice,
            line=walk.act[137:162].rstrip(),
        )


def _check_reading(walk: Walk, text: str) -> None:
    """Zones 3, 6 and 9 to 16: all at zero, or a whole and coherent reading."""
    manual, read_on, kind, medium, vignette, read_at, serial = _PICK_READING(text)
    if kind == medium == manual == vignette == "0":
        if read_on + read_at + serial != _NO_READING:
            walk.note(Fault.READING, "6a+6b", Opens.SESSION_CARD, found=read_on)
        return
    hour = read_at[:2] < "24" and read_at[2:] < "60"
    if kind == "0" or medium == "0" or day_of(read_on) is None or not hour:
        walk.note(Fault.READING, "9", Opens.SESSION_CARD, found=kind)
    if (manual != "0") != (kind == _BY_HAND):
        walk.note(Fault.READING, "3", Opens.SESSION_CARD, found=manual)
    if (vignette != "0") != (medium == _VIGNETTE):
        walk.note(Fault.READING, "11", Opens.SESSION_CARD, found=vignette)
