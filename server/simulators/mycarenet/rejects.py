"""What an insurer objects to, and what it weighs (`be-efact.md` §4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reject:
    """A code on one record: `place` is the rank of the record from 0, `code` letter and six."""

    place: int
    code: str

    @property
    def letter(self) -> str:
        """B blocks the file, F refuses the invoice, R the act; E and S only tell."""
        return self.code[0]


@dataclass(frozen=True, slots=True)
class Slot:
    """Two digits written in an answer slot of a segment; `rank` counts the 95 from 0."""

    segment: str
    rank: int
    zone: str
    digits: str


REFUSING = frozenset("BFR")


def told(rejects: Iterable[Reject]) -> list[str]:
    """Choose the codes of one record that fit in its answer: three, in zone order, B first kept."""
    codes = sorted({reject.code for reject in rejects}, key=_by_zone)
    kept = sorted(codes, key=lambda code: "BFRES".index(code[0]))[:3]
    return [code for code in codes if code in kept]


def percentage(rejects: Sequence[Reject], records: int) -> int:
    """Share of records with a refusing code, in hundredths of a percent, rounded down."""
    wrong = {reject.place for reject in rejects if reject.letter in REFUSING}
    return len(wrong) * 10_000 // max(records, 1)


def _by_zone(code: str) -> str:
    return code[1:]
