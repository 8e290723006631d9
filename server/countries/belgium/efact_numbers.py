"""Zones that hold a number with check digits: is it a sound one (`be-efact.md` §3).

A file repeats the same numbers on thousands of records, so each is judged once.
"""

import re
from datetime import date
from functools import lru_cache

from server.core.errors import InvalidNumber
from server.core.identifiers import AgreementNumber, Bce, Iban, Nihii, Niss, NomenclatureCode

_CACHED = 8192
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", re.ASCII)
_FICTIVE_BCE = "0999999922"  # refused since 2021-02 (102711)


@lru_cache(_CACHED)
def is_nihii(zone: str) -> bool:
    """Judge twelve digits: a zero, then a NIHII."""
    return zone[:1] == "0" and _parses(Nihii, zone[1:])


@lru_cache(_CACHED)
def is_niss(zone: str) -> bool:
    """Judge thirteen digits: two zeros, then a NISS or BIS number."""
    return zone[:2] == "00" and _parses(Niss, zone[2:])


@lru_cache(_CACHED)
def is_code(zone: str) -> bool:
    """Judge seven digits: a zero, then a code of the nomenclature."""
    return zone[:1] == "0" and zone != "0000000" and _parses(NomenclatureCode, zone[1:])


@lru_cache(_CACHED)
def is_agreement(zone: str) -> bool:
    """Judge the twenty digits of an agreement number."""
    return _parses(AgreementNumber, zone)


def is_bce(zone: str) -> bool:
    """Judge ten digits: present, not the fictive number, check digits right."""
    return zone not in ("0" * 10, _FICTIVE_BCE) and _parses(Bce, zone)


def is_iban(zone: str) -> bool:
    """Judge an account number padded with blanks."""
    return _parses(Iban, zone.rstrip(" "))


def is_bic(zone: str) -> bool:
    """Judge a bank code of eight or eleven characters, padded with blanks."""
    return _BIC.fullmatch(zone.rstrip(" ")) is not None


def is_phone(zone: str) -> bool:
    """Judge ten digits with left zeros: eight of a fixed line or nine of a mobile remain."""
    return len(zone) == 10 and zone.isdigit() and 8 <= len(zone.lstrip("0")) <= 9


@lru_cache(_CACHED)
def day_of(zone: str) -> date | None:
    """Read AAAAMMJJ; None when no calendar has that day, or for zeros."""
    if not (len(zone) == 8 and zone.isascii() and zone.isdigit()):
        return None
    try:
        return date(int(zone[:4]), int(zone[4:6]), int(zone[6:]))
    except ValueError:
        return None


def amount_of(zone: str) -> int:
    """Read a signed amount in cents; 0 when it is none, which the check of characters reports."""
    try:
        return int(zone)
    except ValueError:
        return 0


def digits_of(zone: str) -> int:
    """Read digits; 0 when they are none, which the check of characters reports."""
    return amount_of(zone)


def _parses(
    kind: type[Nihii | Niss | NomenclatureCode | AgreementNumber | Bce | Iban], text: str
) -> bool:
    try:
        kind.parse(text)
    except InvalidNumber:
        return False
    return True
