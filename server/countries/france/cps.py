"""What a professional's card (CPS) keeps for other programs: who holds it, and where he works.

The objects are nested tags, lengths and values (BER). Their full list is not public: the holder's
are told by their order and shape [K], the situations by the tags read in a public integration [S].
Source: `hardware.md` §3.1. Nothing here bills: the billing situation comes from the component.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

INFO, ACTIVITY = "CPS_INFO_PS", "CPS_ACTIVITY_"

_SITUATION, _STRUCTURE, _IDENTIFIER, _SECTOR = 0xEE, 0x84, 0x85, 0x86
_CONSTRUCTED, _LONG_TAG = 0x20, 0x1F
_DEEPEST = 6
_SPECIALITY_SIZE = 4


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a CPS, as the card tells anybody; the number is kept as it is."""

    number: str
    last_name: str
    first_name: str
    speciality: str


@dataclass(frozen=True, slots=True)
class Situation:
    """One place of work; its identifier and its sector belong together."""

    structure: str
    identifier: str
    sector: str  # "SA07": a practice of one's own


def holder_of(data: bytes) -> Holder | None:
    """Read `CPS_INFO_PS`; None when it is not told as expected."""
    texts = [_text(value) for _, value in _leaves(data)]
    while texts and not _is_number(texts[0]):
        texts.pop(0)
    if len(texts) < 3 or not (texts[1] and texts[2]):
        return None
    speciality = _text(data[-_SPECIALITY_SIZE:])
    known = speciality if speciality.isascii() and speciality.isalnum() else ""
    return Holder(texts[0], texts[1], texts[2], known)


def situations_of(objects: Mapping[str, bytes]) -> tuple[Situation, ...]:
    """Read the activities of a card, in the order of their numbers; one that is none is left."""
    told = [objects[label] for label in sorted(objects) if label.startswith(ACTIVITY)]
    return tuple(found for data in told if (found := _situation(data)) is not None)


def _situation(data: bytes) -> Situation | None:
    for tag, value in _pieces(data):
        if tag == _SITUATION:
            held = {tag: _text(text) for tag, text in _leaves(value)}
            if _STRUCTURE in held and _IDENTIFIER in held:
                sector = held.get(_SECTOR, "")
                return Situation(held[_STRUCTURE], held[_IDENTIFIER], sector)
    return None


def _is_number(text: str) -> bool:
    """Tell the number of a professional: eleven digits, or these after the digit of their kind."""
    return text.isascii() and text.isdigit() and len(text) in (11, 12)


def _leaves(data: bytes, depth: int = 0) -> Iterator[tuple[int, bytes]]:
    """Give the values that hold no others, in order."""
    for tag, value in _pieces(data):
        if tag & _CONSTRUCTED and depth < _DEEPEST:
            yield from _leaves(value, depth + 1)
        else:
            yield tag, value


def _pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Cut a level into tags and values; it ends where a length lies."""
    at = 0
    while at + 2 <= len(data):
        tag, size = data[at], data[at + 1]
        at += 2
        if tag & _LONG_TAG == _LONG_TAG:
            return
        if size & 0x80:
            wide = size & 0x7F
            size = int.from_bytes(data[at : at + wide], "big")
            at += wide
        if at + size > len(data):
            return
        yield tag, data[at : at + size]
        at += size


def _text(value: bytes) -> str:
    """Read a text: UTF-8 when it can be, else Latin-1; what is not written is left out."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    return "".join(c for c in text if c.isprintable()).strip()
