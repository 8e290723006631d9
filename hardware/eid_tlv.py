"""The identity and address files of the Belgian eID: tags, lengths, and what they mean.

Unknown tags are kept, never refused; a length that points outside the file is UNREADABLE.
Source: `hardware.md` §2.4 (eID card content §6.1, address file description 1.8).
"""

import codecs
from collections.abc import Iterator, Mapping
from enum import IntEnum

from hardware.eid_dates import birth_date, validity_date
from hardware.ports import CardProblem, CardTrouble
from server.core.cards import CardAddress, Identity
from server.core.errors import InvalidNumber
from server.core.identifiers import Niss

GUESSED = "\ufffd"
"""Stands in a text for bytes that are no letter in UTF-8."""

_ESCAPE = 0xFF  # a length byte that says "255, and more follows"
_MALE, _FEMALE = frozenset("M"), frozenset("FVW")


class IdentityTag(IntEnum):
    """Tags of file 4031 that we use."""

    CARD_NUMBER = 1
    VALID_FROM = 3
    VALID_TO = 4
    NISS = 6
    LAST_NAME = 7
    FIRST_NAMES = 8
    THIRD_INITIAL = 9
    NATIONALITY = 10
    BIRTH_PLACE = 11
    BIRTH_DATE = 12
    SEX = 13
    DOCUMENT_TYPE = 15
    PHOTO_HASH = 17
    BASIC_KEY_HASH = 26


class AddressTag(IntEnum):
    """Tags of file 4033."""

    STREET = 1
    POSTCODE = 2
    MUNICIPALITY = 3


def fields(content: bytes) -> dict[int, bytes]:
    """Split a file into its values by tag, the first of each; zero padding ends it.

    Raises `CardTrouble` UNREADABLE when a tag has no length or a length goes past the end.
    """
    found: dict[int, bytes] = {}
    for tag, value in _walk(content):
        found.setdefault(tag, value)
    return found


def _walk(content: bytes) -> Iterator[tuple[int, bytes]]:
    at, end = 0, len(content.rstrip(b"\0"))
    while at < end:
        tag = content[at]
        start, length = _length(content, at + 1)
        if start + length > len(content):
            raise CardTrouble(CardProblem.UNREADABLE)
        yield tag, content[start : start + length]
        at = start + length


def _length(content: bytes, at: int) -> tuple[int, int]:
    """Read a length: bytes of 255 add up, the first other one ends it. Give (next, length)."""
    if at < len(content) and content[at] != _ESCAPE:  # nearly always
        return at + 1, content[at]
    length = 0
    for position in range(at, len(content)):
        length += content[position]
        if content[position] != _ESCAPE:
            return position + 1, length
    raise CardTrouble(CardProblem.UNREADABLE)


def encode_fields(values: Mapping[int, bytes]) -> bytes:
    """Write values by tag as the card stores them: the inverse of `fields`."""
    return b"".join(
        bytes([tag]) + b"\xff" * (len(value) // 255) + bytes([len(value) % 255]) + value
        for tag, value in values.items()
    )


def parse_identity(content: bytes) -> Identity:
    """Read file 4031; raise `CardTrouble` UNREADABLE, or BAD_NISS when its number is wrong."""
    values = fields(content)
    if IdentityTag.NISS not in values:
        raise CardTrouble(CardProblem.UNREADABLE)
    text = {tag: _text(values[tag]) if tag in values else "" for tag in IdentityTag}
    return Identity(
        niss=_niss(text[IdentityTag.NISS]),
        last_name=text[IdentityTag.LAST_NAME],
        first_names=text[IdentityTag.FIRST_NAMES],
        birth_date=birth_date(text[IdentityTag.BIRTH_DATE]),
        birth_text=text[IdentityTag.BIRTH_DATE],
        sex=_sex(text[IdentityTag.SEX]),
        card_number=text[IdentityTag.CARD_NUMBER],
        nationality=text[IdentityTag.NATIONALITY],
        valid_from=validity_date(text[IdentityTag.VALID_FROM]),
        valid_to=validity_date(text[IdentityTag.VALID_TO]),
        document_type=_number(text[IdentityTag.DOCUMENT_TYPE]),
        birth_place=text[IdentityTag.BIRTH_PLACE],
        third_initial=text[IdentityTag.THIRD_INITIAL],
    )


def parse_address(content: bytes) -> CardAddress | None:
    """Read file 4033; None when it is empty. Raises `CardTrouble` UNREADABLE."""
    values = fields(content)
    street, postcode, municipality = (_text(values.get(tag, b"")) for tag in AddressTag)
    if not (street or postcode or municipality):
        return None
    return CardAddress(street=street, postcode=postcode, municipality=municipality)


def _text(value: bytes) -> str:
    """Decode UTF-8; a last letter cut by the field's width goes, control characters too."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = codecs.getincrementaldecoder("utf-8")("replace").decode(value, final=False)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())


def _niss(text: str) -> Niss:
    try:
        return Niss.parse(text)
    except InvalidNumber:
        raise CardTrouble(CardProblem.BAD_NISS) from None


def _sex(text: str) -> str:
    """Give "M" or "F" (printed F, V or W by language), "" when the card says neither."""
    return "M" if text in _MALE else "F" if text in _FEMALE else ""


def _number(text: str) -> int:
    """Read one or two digits (`1` and `01` are both seen), 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else 0
