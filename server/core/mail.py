"""A mail taken apart for its papers: PDF and pictures by their first bytes; all else is left.

The parser is that of the standard library, kept from what hostile mails do to it: what it would
recurse into, or walk again and again, is counted in the bytes before it begins.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from enum import StrEnum

from server.core.tray import extension, shown_name

MOST_PAPERS = 30
"""Papers taken from one mail; those after them are left."""

_MOST_NESTED = 60  # boundaries and mails in a mail, wherever the words stand
_MOST_DASHED = 5_000  # lines that may begin a part
_MOST_LINES = 1_000_000  # a message of thirty megabytes has four hundred thousand
_MOST_PARTS = 500
_LONGEST_HEADER = 8_000  # bytes of a header the parser reads word by word
_LONGEST_CODED = 2_000  # characters of a coded word worth reading

_NESTED = re.compile(rb"boundary|message/", re.IGNORECASE)
_DASHED = re.compile(rb"(?:\A|[\r\n])--")
_HEADER = re.compile(
    rb"(?:\A|[\r\n])content-(?:type|disposition|transfer-encoding|id):"
    rb"[^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*",
    re.IGNORECASE,
)


class LeftWhy(StrEnum):
    """Why something of a mail is left in it; codes of sentences."""

    KIND = "mail.kind"  # no paper that can be drawn
    DRAWN = "mail.drawn"  # a picture of the text itself: a logo, a signature
    MANY = "mail.too_many"  # papers after the first thirty
    NONE = "mail.none"  # the whole mail: it holds no paper
    SIZE = "mail.size"  # the whole mail, which was not fetched
    UNREADABLE = "mail.unreadable"  # the whole mail: nobody can take it apart


@dataclass(frozen=True, slots=True, repr=False)
class Paper:
    """A paper found in a mail, as it was attached."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, repr=False)
class LeftPart:
    """A part that is left in the mail."""

    name: str
    why: LeftWhy


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """What a mail holds: its subject, its papers, and what is left of it."""

    subject: str
    papers: Sequence[Paper] = ()
    left: Sequence[LeftPart] = ()


def open_letter(raw: bytes) -> Letter:
    """Take a mail apart; whatever its bytes, this gives a letter, in a time that is bounded."""
    if is_hostile(raw):
        return Letter("", (), (LeftPart("", LeftWhy.UNREADABLE),))
    try:
        return _taken_apart(BytesParser(policy=compat32).parsebytes(raw))
    except Exception:  # noqa: BLE001 - the parser raises all sorts at mails that are none
        return Letter("", (), (LeftPart("", LeftWhy.UNREADABLE),))


def is_hostile(raw: bytes) -> bool:
    """Whether the parser of mails is better spared these bytes."""
    return (
        max(raw.count(b"\n"), raw.count(b"\r")) > _MOST_LINES
        or _more(_NESTED, raw, _MOST_NESTED)
        or _more(_DASHED, raw, _MOST_DASHED)
        or any(len(found[0]) > _LONGEST_HEADER for found in _HEADER.finditer(raw))
    )


def _more(pattern: re.Pattern[bytes], raw: bytes, most: int) -> bool:
    return any(number > most for number, _ in enumerate(pattern.finditer(raw), 1))


def _taken_apart(mail: "Message[str, str]") -> Letter:
    subject = shown_name(_words(mail.get("Subject", "")).replace("/", " ").replace("\\", " "))
    papers: list[Paper] = []
    left: list[LeftPart] = []
    for part, drawn in _parts(mail):
        name = shown_name(_words(part.get_filename() or ""))
        content = _content(part)
        if not name and part.get_content_maintype() == "text":
            continue  # what somebody wrote, not what he attached
        if not extension(content):
            left.append(LeftPart(name or subject, LeftWhy.KIND))
        elif drawn:
            left.append(LeftPart(name or subject, LeftWhy.DRAWN))
        elif len(papers) == MOST_PAPERS:
            left.append(LeftPart(name or subject, LeftWhy.MANY))
        else:
            papers.append(Paper(name or subject, content))
    if not papers and not left:
        left.append(LeftPart(subject, LeftWhy.NONE))
    return Letter(subject, papers, left[:_MOST_PARTS])


def _parts(mail: "Message[str, str]") -> Iterator[tuple["Message[str, str]", bool]]:
    """Give the parts that hold something, and whether each is drawn in the text beside it."""
    waiting: list[tuple[Message[str, str], bool]] = [(mail, False)]
    while waiting:
        part, related = waiting.pop()
        inner = part.get_payload()
        if isinstance(inner, list):
            within = part.get_content_subtype() == "related"
            inside = (each for each in reversed(inner) if not isinstance(each, str))
            waiting += [(each, within) for each in inside]
        else:
            yield part, related and "Content-ID" in part


def _content(part: "Message[str, str]") -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _words(text: object) -> str:
    """Read a header with its coded words (RFC 2047); as it stands when they are wrong."""
    plain = str(text)[:_LONGEST_CODED]
    try:
        return str(make_header(decode_header(plain)))
    except (LookupError, ValueError):
        return plain
