"""Cards lying in the simulator's readers: files of serialised groups, and the pen that writes them.

Written apart from the program that will read the same cards: two readings of one page of paper.
"""

from collections.abc import Iterable

Group = tuple[int, list[str]]


class Unreadable(Exception):
    """A file holds no card."""


def parse(data: bytes) -> list[Group]:
    """Read the groups of a file; raises `Unreadable`."""
    try:
        return list(_groups(memoryview(data)))
    except IndexError:
        raise Unreadable from None


def write(groups: Iterable[Group]) -> bytes:
    """Write groups as a card holds them."""
    out = bytearray()
    for number, fields in groups:
        inner = b"".join(_sized(text.encode("latin-1", "replace")) for text in fields)
        out += number.to_bytes(2, "big") + _sized(inner)
    return bytes(out)


def _groups(rest: memoryview) -> Iterable[Group]:
    while rest:
        number = rest[0] * 256 + rest[1]
        inner, rest = _take(rest[2:])
        fields = []
        while inner:
            field, inner = _take(inner)
            fields.append(bytes(field).decode("latin-1"))
        yield number, fields


def _take(rest: memoryview) -> tuple[memoryview, memoryview]:
    """Cut what a length announces off a stretch."""
    size, at = rest[0], 1
    if size == 0x81:
        size, at = rest[1], 2
    elif size == 0x82:
        size, at = rest[1] * 256 + rest[2], 3
    elif size >= 0x80:
        raise Unreadable
    if at + size > len(rest):
        raise Unreadable
    return rest[at : at + size], rest[at + size :]


def _sized(body: bytes) -> bytes:
    size = len(body)
    if size >= 256:
        return bytes([0x82, size >> 8, size & 255]) + body
    return (bytes([size]) if size < 128 else bytes([0x81, size])) + body
