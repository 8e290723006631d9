"""The opposition list: Vitale cards whose serial number takes the payment guarantee away.

The caisse guarantees what it pays on a card's data unless the card is on its list; the list is long
and asked for at each card, so it is put in order once. `fr-sesam-vitale.md` §3.2; case K16.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Self

from server.core.errors import InvalidValue
from server.countries.dated import Cells, Origin, Table, needed_cell
from server.countries.france.numbers import bare


@dataclass(frozen=True, slots=True)
class Opposition:
    """A row of `fr_oppositions`: one card, from a day on."""

    serial: str  # without spacing nor zeros in front
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        serial = bare(needed_cell(cells, "serial"))
        if not (serial.isascii() and serial.isalnum()):
            raise InvalidValue(field="serial", reason="shape")
        return cls(serial, Origin.from_mapping(cells))


def is_opposed(table: Table[Opposition], serial: str, day: date) -> bool:
    """Say whether a card, by the serial number it holds (group 101), is opposed on a day."""
    return any(origin.covers(day) for origin in _by_serial(table).get(bare(serial), ()))


@lru_cache(maxsize=4)
def _by_serial(table: Table[Opposition]) -> Mapping[str, Sequence[Origin]]:
    found: dict[str, list[Origin]] = defaultdict(list)
    for row in table:
        found[row.serial].append(row.origin)
    return dict(found)
