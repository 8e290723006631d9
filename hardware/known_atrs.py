"""First bytes of cards that are not for us to open: a professional's own card, in another slot.

The list is data (`card_atrs` of the reference tables): patterns of public sources, replaceable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from server.core.cards import CardKind


@dataclass(frozen=True, slots=True)
class KnownAtr:
    """A pattern: bytes, and which of their bits count."""

    kind: CardKind
    atr: bytes
    mask: bytes

    @classmethod
    def from_row(cls, row: Mapping[str, str]) -> Self:
        """Read one row of the table; raises ValueError on a row that makes no sense."""
        return cls(CardKind(row["kind"]), bytes.fromhex(row["atr"]), bytes.fromhex(row["mask"]))

    def fits(self, atr: bytes) -> bool:
        """Say whether first bytes follow the pattern."""
        return len(atr) == len(self.atr) and all(
            got & bits == wanted & bits
            for got, wanted, bits in zip(atr, self.atr, self.mask, strict=True)
        )


def kind_of(atr: bytes, known: Sequence[KnownAtr]) -> CardKind | None:
    """Name the card that says these first bytes; None when no pattern fits."""
    return next((each.kind for each in known if each.fits(atr)), None)
