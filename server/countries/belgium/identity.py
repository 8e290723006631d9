"""Proving who was treated: what a proof by hand must tell, and the share of chips (« 90 % »).

Nurses must read the chip for at least nine contacts in ten, since 1 October 2017; no date is known
for physiotherapists, and what is asked is a dated setting. What the reasons mean is in no public
source found: they are told by their numbers. Sources: `product.md` §5.3, `be-mycarenet.md` §8.1,
`hardware.md` §2.6.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

BY_HAND, CARD, VIGNETTE, NONE = "4", "1", "7", "0"
"""Input by hand; the identity card and the sticker of the insurer, as media; no reason."""

MANUAL_REASONS = ("1", "2", "3", "4", "5", "6")
VIGNETTE_REASONS = ("1", "2")
_CARD_NUMBER = re.compile(r"\d{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ByHand:
    """A proof typed by hand."""

    medium: str
    serial: str
    manual_reason: str
    vignette_reason: str = NONE


def faults_of(proof: ByHand) -> Iterator[tuple[str, str]]:
    """Say what insurers would refuse, as (field, reason)."""
    if proof.medium not in (CARD, VIGNETTE):
        yield "medium", "unknown"
    if proof.medium == CARD and not _CARD_NUMBER.fullmatch(proof.serial):
        yield "serial", "card_number"
    if proof.manual_reason not in MANUAL_REASONS:
        yield "manual_reason", "missing"
    if proof.medium == VIGNETTE and proof.vignette_reason not in VIGNETTE_REASONS:
        yield "vignette_reason", "missing"


@dataclass(frozen=True, slots=True)
class ChipShare:
    """Sessions of a period, and those proved by a chip, against the percentage asked."""

    sessions: int
    chip: int
    by_hand: int
    asked: int  # percent

    @property
    def percent(self) -> int:
        """Whole percents reached, never rounded up."""
        return self.chip * 100 // self.sessions

    @property
    def reached(self) -> bool:
        """Whether the share asked is there, exactly."""
        return self.chip * 100 >= self.asked * self.sessions

    @property
    def missing(self) -> int:
        """Count the sessions without a chip that are too many now."""
        return max(0, -(-self.asked * self.sessions // 100) - self.chip)

    @property
    def unproved(self) -> int:
        """Count the sessions with no proof at all."""
        return self.sessions - self.chip - self.by_hand


def months_of_quarter(day: date) -> tuple[str, str, str]:
    """Give the three months of a day's civil quarter, as "2026-01"."""
    first = (day.month - 1) // 3 * 3 + 1
    return f"{day.year}-{first:02d}", f"{day.year}-{first + 1:02d}", f"{day.year}-{first + 2:02d}"
