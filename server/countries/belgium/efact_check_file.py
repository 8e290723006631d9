"""Checks records 10 and 90 of a request (`be-efact.md` §2, §3)."""

from server.countries.belgium.control import sum_check
from server.countries.belgium.efact_check_segment import is_month
from server.countries.belgium.efact_layout_file import RECORD_10, RECORD_90
from server.countries.belgium.efact_numbers import (
    amount_of,
    day_of,
    is_bce,
    is_bic,
    is_iban,
    is_nihii,
)
from server.countries.belgium.efact_problems import Fault
from server.countries.belgium.efact_walk import Agreeing, Walk
from server.countries.belgium.refusal_tables import Opens

_PROFESSION_FROM = "202404"  # billed month from which R10 zone 18 may not be zero (101810)
_VERSIONS = {False: "0001999", True: "9991999"}

_PICK_10 = RECORD_10.picker(
    "version", "sending_number", "third_party", "profession", "year", "month", "created_on"
)
_PICK_BANK = RECORD_10.picker("bce", "bic", "iban")
_PICK_90 = RECORD_90.picker("oa_cents", "file_check")

_ACCOUNT = Agreeing.between(
    RECORD_10,
    RECORD_90,
    *("7", "14", "22", "23", "27", "28", "31+32+33+34", "36+37+38+39+40+41"),
)


def check_opening(walk: Walk, text: str) -> None:
    """Check R10 against the segments and the rules of its own zones."""
    walk.opening = text
    version, sending, third_party, profession, year, month, created = _PICK_10(text)
    header = walk.header
    expected_month = "0" + header.month
    for zone, found, expected in (
        ("4", version, _VERSIONS.get(header.test is True) if header.test is not None else version),
        ("7", sending, header.sending_number),
        ("22", year, expected_month[:5]),
        ("23", month, expected_month[5:]),
        ("25+26", created, header.created),
    ):
        if found != expected:
            walk.note(Fault.DIFFERS, zone, other="S300", expected=expected, found=found)
    if not is_nihii(third_party):
        walk.note(Fault.NIHII, "14", Opens.PRACTICE_NIHII, found=third_party)
    if profession == "000" and header.month >= _PROFESSION_FROM:
        walk.note(Fault.PROFESSION, "18", Opens.PRACTICE_PROFESSION)
    _check_dates(walk, year[1:] + month, created)
    _check_bank(walk, text)


def _check_dates(walk: Walk, month: str, created: str) -> None:
    if not is_month(month):
        walk.note(Fault.MONTH, "23", found=month)
    elif month > created[:6]:
        walk.note(Fault.MONTH_FUTURE, "23", found=month)
    if day_of(created) is None:
        walk.note(Fault.DATE, "25+26", found=created)


def _check_bank(walk: Walk, text: str) -> None:
    bce, bic, iban = _PICK_BANK(text)
    if not is_bce(bce):
        walk.note(Fault.BCE, "27", Opens.PRACTICE_BCE, found=bce)
    if not is_bic(bic):
        walk.note(Fault.BIC, "31+32+33+34", Opens.PRACTICE_IBAN, found=bic)
    if not is_iban(iban):
        walk.note(Fault.IBAN, "36+37+38+39+40+41", Opens.PRACTICE_IBAN, found=iban)


def check_closing(walk: Walk, text: str) -> None:
    """Check R90: what it repeats of R10, the total of the file, CD-ENVOI."""
    walk.invoice = None
    if walk.opening:
        _ACCOUNT.check(walk, walk.opening, text)
    amount, check = _PICK_90(text)
    if amount_of(amount) != walk.cents:
        walk.note(Fault.TOTAL, "19", expected=f"{walk.cents:+012d}", found=amount)
    elif amount[0] != ("-" if walk.cents < 0 else "+"):
        walk.note(Fault.SIGN, "19", expected="+", found=amount[0])
    if check != sum_check(walk.codes):
        walk.note(Fault.CHECK_FILE, "98", expected=sum_check(walk.codes), found=check)
