"""How an invoice may be secured with the cards at hand, and whether the caisse then guarantees it.

Both cards: at once. Vitale alone: the professional's card signs later. The professional's card
alone: degraded, for third-party payment only, with a paper that stands in for the card. Anything
else is no electronic invoice: the draft is kept, and paper is possible.
`fr-sesam-vitale.md` §3 and §3.2; cases L1 to L4 and L7, K16.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from server.core.care import Source
from server.core.sesam import Mode
from server.countries.dated import Cells, Origin, needed_cell


@dataclass(frozen=True, slots=True)
class SupportingDocument:
    """A row of `fr_supporting_documents`: what was shown in place of the card [K]."""

    code: str  # as the component takes it
    wording: str  # key of its words, after "nature."
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            needed_cell(cells, "code"), needed_cell(cells, "wording"), Origin.from_mapping(cells)
        )


@dataclass(frozen=True, slots=True)
class Cards:
    """Which cards are in the readers, and what the clocks show."""

    professional: bool  # CPS
    patient: bool  # Vitale
    reader_clock: datetime | None  # UTC; None: no reader has one
    own_clock: datetime  # the computer's, UTC


class Obstacle(StrEnum):
    """Why nothing can be secured; the draft stays, and all but the clock leave paper."""

    NO_CARD = "no_card"
    CLOCK = "clock"  # of the reader and of the computer: too far apart (L7)
    NOT_THIRD_PARTY = "not_third_party"  # no Vitale, and the patient pays
    NO_NATURE = "no_nature"  # what was shown in place of the card is not said
    NATURE_UNKNOWN = "nature_unknown"  # no row of the day has it


@dataclass(frozen=True, slots=True)
class Securing:
    """What can be done: a mode, or the obstacle; the clocks are facts of its sentence."""

    mode: Mode | None
    obstacle: Obstacle | None = None
    reader_clock: datetime | None = None
    own_clock: datetime | None = None

    @property
    def paper(self) -> bool:
        """Whether an ordinary paper sheet may be made in its place."""
        return self.obstacle not in (None, Obstacle.CLOCK)


@dataclass(frozen=True, slots=True)
class SecuringRules:
    """What the rows of the day of securing say; `Rulebook.securing` gives it."""

    tolerance: timedelta  # between the two clocks, both ways, itself allowed
    natures: frozenset[str]


def securing(cards: Cards, third_party: bool, nature: str, rules: SecuringRules) -> Securing:
    """Say how an invoice may be secured; `nature` is a code of `fr_supporting_documents` or ""."""
    if not (cards.professional or cards.patient):
        return Securing(None, Obstacle.NO_CARD)
    if _apart(cards) > rules.tolerance:
        return Securing(None, Obstacle.CLOCK, cards.reader_clock, cards.own_clock)
    if cards.patient:
        return Securing(Mode.BOTH_CARDS if cards.professional else Mode.DESYNCHRONISED)
    obstacle = _against_degraded(third_party, nature, rules)
    return Securing(None, obstacle) if obstacle else Securing(Mode.DEGRADED)


class Loss(StrEnum):
    """Why the caisse does not guarantee what it pays."""

    DEGRADED = "degraded"  # no Vitale
    TYPED = "typed"  # rights no card nor ADRi gave
    OPPOSED = "opposed"  # the card is on the opposition list


_KEEPING = frozenset({Source.CARD, Source.APCV, Source.ADRI})


def losses(mode: Mode, rights: Source | None, opposed: bool) -> tuple[Loss, ...]:
    """Say what takes the payment guarantee away; `rights`: where they come from, None: nowhere."""
    found = (
        (Loss.DEGRADED, mode is Mode.DEGRADED),
        (Loss.TYPED, rights not in _KEEPING),
        (Loss.OPPOSED, opposed),
    )
    return tuple(loss for loss, holds in found if holds)


def guaranteed(mode: Mode, rights: Source | None, opposed: bool) -> bool:
    """Say whether the caisse guarantees the payment of its part."""
    return not losses(mode, rights, opposed)


def _apart(cards: Cards) -> timedelta:
    if cards.reader_clock is None:
        return timedelta()
    return abs(cards.reader_clock - cards.own_clock)


def _against_degraded(third_party: bool, nature: str, rules: SecuringRules) -> Obstacle | None:
    if not third_party:
        return Obstacle.NOT_THIRD_PARTY
    if not nature:
        return Obstacle.NO_NATURE
    return None if nature in rules.natures else Obstacle.NATURE_UNKNOWN
