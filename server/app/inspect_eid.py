"""Identity and address files of an eID for `besace inspect`: what they say, never believed.

A file alone proves nothing: its signature, and for the address also the identity's, lie in other
files. So every value is shown as written, and the first remark says that it is not verified.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from hardware.eid_remarks import remarks
from hardware.eid_tlv import (
    GUESSED,
    AddressTag,
    IdentityTag,
    fields,
    parse_address,
    parse_identity,
)
from hardware.ports import CardProblem, CardTrouble
from server.app.words import Words
from server.core.cards import CardAddress
from server.core.clock import civil_date
from server.core.inspection import Inspection, Problem, Severity

IDENTITY, ADDRESS = FORMATS = ("eid.identity", "eid.address")
_LARGEST = 4096  # bytes; the largest real one is a fifth of that
_UNTRUSTED = Problem("eid.untrusted", "", Severity.INFO)
_CITIZEN, _KIDS = 1, 6
_FOREIGN_CHILDREN = range(61, 70)


def eid_format(data: bytes) -> str | None:
    """Tell an identity or address file by its tags; None for anything else."""
    if len(data) > _LARGEST:
        return None
    try:
        found = fields(data)
    except CardTrouble:
        return None
    if len(found.get(IdentityTag.NISS, b"")) == 11 and IdentityTag.LAST_NAME in found:
        return IDENTITY
    wanted = {int(tag) for tag in AddressTag}
    postcode = found.get(AddressTag.POSTCODE, b"")
    return ADDRESS if wanted <= set(found) <= {0, *wanted} and postcode.isdigit() else None


def inspect_eid(data: bytes, as_format: str, now: datetime) -> Inspection:
    """Read one file as the format says; what cannot be read is an error, what is odd a warning."""
    read = _identity if as_format == IDENTITY else _address
    try:
        content, odd = read(data, now)
    except CardTrouble as trouble:
        content, odd = {}, [trouble.problem]
    problems = [_UNTRUSTED] if content else []
    problems += [
        Problem(f"eid.{code.value.removeprefix('card.')}", "", _weight(content)) for code in odd
    ]
    return Inspection(as_format, tuple(problems), content)


def _weight(content: Mapping[str, Any]) -> Severity:
    return Severity.WARNING if content else Severity.ERROR


def _identity(data: bytes, now: datetime) -> tuple[dict[str, Any], list[CardProblem]]:
    who = parse_identity(data)
    content = {
        "national_number": who.niss.digits, "last_name": who.last_name,
        "first_names": who.first_names, "third_initial": who.third_initial,
        "birth": _day(who.birth_date) or who.birth_text, "birth_place": who.birth_place,
        "sex": who.sex or None, "nationality": who.nationality, "card_number": who.card_number,
        "valid_from": _day(who.valid_from), "valid_to": _day(who.valid_to),
        "document_type": who.document_type, "signature": None, "tags": _tags(data),
    }  # fmt: skip
    odd: list[CardProblem] = [
        code for code in remarks(who, None, now) if code is not CardProblem.NO_ADDRESS
    ]
    if who.valid_to and who.valid_to < civil_date(now, "BE"):
        odd.append(CardProblem.EXPIRED)
    return content, odd


def _address(data: bytes, _now: datetime) -> tuple[dict[str, Any], list[CardProblem]]:
    where = parse_address(data)
    said = where or CardAddress("", "", "")
    content = {
        "street": said.street, "postcode": said.postcode, "municipality": said.municipality,
        "signature": None, "tags": _tags(data),
    }  # fmt: skip
    guessed = [CardProblem.BAD_TEXT] if GUESSED in f"{said}" else []
    return content, [*guessed, *([] if where else [CardProblem.NO_ADDRESS])]


def _tags(data: bytes) -> dict[str, str]:
    """Give every field as it is, in hexadecimal, those without a name too."""
    return {str(tag): value.hex() for tag, value in fields(data).items()}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def eid_lines(content: Mapping[str, Any], words: Words) -> Iterator[str]:
    """Write what a file says for people, one line per field that says something."""
    if "tags" not in content:
        return
    for name, value in content.items():
        if name == "document_type":
            yield f"{words.say('eid.document_type', {})} : {_document(value, words)}"
        elif name not in ("tags", "signature") and value:
            yield f"{words.say(f'eid.{name}', {})} : {value}"


def _document(kind: int, words: Words) -> str:
    known = {_CITIZEN: "citizen", _KIDS: "kids", 0: "none"}
    other = "foreign_child" if kind in _FOREIGN_CHILDREN else "foreigner"
    return words.say(f"eid.document.{known.get(kind, other)}", {"kind": str(kind)})
