"""Serialised groups read: two bytes of number, a length, then fields of a length and Latin-1 each.

A length is one byte up to 7F, or 81 and one byte, or 82 and two, high byte first. What can be read
is read: the first length that cannot be true ends the reading, and says where.
Source: `fr-sesam-vitale.md` §2.4 (measured on 213 test cards).
"""

from dataclasses import dataclass

from server.core.sesam import Group, Groups

LARGEST = 1_000_000  # bytes; the largest card seen has nineteen people in under 10 kB
_LONG = {0x81: 1, 0x82: 2}  # bytes of a length that follow its first


@dataclass(frozen=True, slots=True)
class Damage:
    """Why a reading ended early: a code of the catalogue, and the byte (from 0) where it did."""

    code: str
    at: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The groups of a file, and what ended it before its end."""

    groups: Groups
    damage: Damage | None = None


class _Broken(Exception):
    """A length that cannot be true."""

    def __init__(self, code: str, at: int) -> None:
        super().__init__(code)
        self.damage = Damage(code, at)


def read_groups(data: bytes) -> Reading:
    """Read every group up to the end or to the first damage; never raises."""
    groups: list[Group] = []
    if len(data) > LARGEST:
        return Reading((), Damage("card.too_large", LARGEST))
    at = 0
    try:
        while at < len(data):
            group, at = _group(data, at)
            groups.append(group)
    except _Broken as broken:
        return Reading(tuple(groups), broken.damage)
    return Reading(tuple(groups))


def first_number(data: bytes) -> int | None:
    """Give the number of the group a file begins with; None when it is too short for one."""
    return int.from_bytes(data[:2], "big") if len(data) > 2 else None


def _group(data: bytes, at: int) -> tuple[Group, int]:
    """Read one group; its fields must end exactly where it does."""
    if at + 2 > len(data):
        raise _Broken("card.cut", at)
    number = int.from_bytes(data[at : at + 2], "big")
    here, end = _stretch(data, at + 2, len(data), "card.cut")
    fields: list[str] = []
    while here < end:
        here, stop = _stretch(data, here, end, "card.field_length")
        fields.append(data[here:stop].decode("latin-1"))
        here = stop
    return Group(number, tuple(fields)), end


def _stretch(data: bytes, at: int, limit: int, code: str) -> tuple[int, int]:
    """Read a length and give where what it announces begins and ends, within a limit."""
    if at >= limit:
        raise _Broken(code, at)
    first = data[at]
    more = _LONG.get(first, 0)
    if first > 0x7F and not more:
        raise _Broken("card.length_form", at)
    begin = at + 1 + more
    length = int.from_bytes(data[at + 1 : begin], "big") if more else first
    if begin > limit or begin + length > limit:
        raise _Broken(code, at)
    return begin, begin + length
