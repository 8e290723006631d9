"""What is said to and by the process that makes pages ready; judged like any stranger's bytes."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from hardware.framing import Garbled
from server.core.leaves import Leaf, read, written

ADVICE = ("blurred", "pale", "coarse", "dark")
"""What can be said of a page, in the order of the bits that say it."""

_SHEET = struct.Struct(">HB")
_PAGE = struct.Struct(">BB")
_LENGTH = struct.Struct(">I")
_HIGHEST_SCORE = 100


@dataclass(frozen=True, slots=True)
class How:
    """How a sheet was seen."""

    dpi: int
    photo: bool


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """One page made ready: a JPEG, how readable it is (0 to 100), and what to do better."""

    jpeg: bytes
    score: int
    advice: tuple[str, ...]


def pack_sheet(how: How) -> bytes:
    """Write how a sheet was seen, before its picture."""
    return _SHEET.pack(how.dpi, how.photo)


def unpack_sheet(body: bytes) -> tuple[How, bytes]:
    """Read a sheet: how it was seen, and its picture."""
    dpi, photo = _SHEET.unpack_from(body)
    return How(max(dpi, 1), bool(photo)), body[_SHEET.size :]


def pack_revision(leaves: Sequence[Leaf]) -> bytes:
    """Write how the pages of a file are to be seen, before the file."""
    text = written(leaves).encode()
    return _LENGTH.pack(len(text)) + text


def unpack_revision(body: bytes) -> tuple[tuple[Leaf, ...], bytes]:
    """Read it back, and the file; raises `ValueError`."""
    (length,) = _LENGTH.unpack_from(body)
    end = _LENGTH.size + length
    return read(body[_LENGTH.size : end].decode()), body[end:]


def pack_page(page: Page) -> bytes:
    """Write a page made ready."""
    bits = sum(1 << place for place, word in enumerate(ADVICE) if word in page.advice)
    return _PAGE.pack(page.score, bits) + page.jpeg


def unpack_page(body: bytes) -> Page:
    """Read it back; raises `Garbled`."""
    if len(body) <= _PAGE.size or not body[_PAGE.size :].startswith(b"\xff\xd8"):
        raise Garbled
    score, bits = _PAGE.unpack_from(body)
    if score > _HIGHEST_SCORE or bits >> len(ADVICE):
        raise Garbled
    advice = tuple(word for place, word in enumerate(ADVICE) if bits >> place & 1)
    return Page(body[_PAGE.size :], score, advice)


def pack_bundle(pages: Sequence[bytes]) -> bytes:
    """Write pages one after the other, each with its length."""
    return b"".join(_LENGTH.pack(len(page)) + page for page in pages)


def unpack_bundle(body: bytes) -> list[bytes]:
    """Read them back."""
    pages, at = [], 0
    while at < len(body):
        (length,) = _LENGTH.unpack_from(body, at)
        at += _LENGTH.size
        pages.append(body[at : at + length])
        at += length
    return pages
