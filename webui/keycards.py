"""Cards that hold keys as the screens see them: which are in, and how a try of a code went. A port.

A code typed here is handed on once and is part of no state.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from server.core.cards import CardKind
from server.core.keycards import Tries


@dataclass(frozen=True, slots=True)
class Workplace:
    """A place of work that a professional's card tells once its code was given."""

    structure: str
    identifier: str
    sector: str


@dataclass(frozen=True, slots=True)
class FoundKeyCard:
    """One card in a reader."""

    id: str
    reader: str
    tries: Tries
    asks_itself: bool  # the code is asked by the card's own software, never by a page of ours
    can_ask: bool  # whether a code may be asked at all
    holder: str = ""  # of a CPS, told without a code
    number: str = ""


@dataclass(frozen=True, slots=True)
class KeyCardState:
    """How it stands, now."""

    kind: CardKind
    library: str  # of the official software, "" when it is not installed
    looking: bool = False
    cards: Sequence[FoundKeyCard] | None = None  # None: nobody has looked yet
    trying: str = ""  # id of the card whose code is awaited, "" when none is
    tried: str = ""  # id of the card the last try was about
    problem: str = ""  # code of what is wrong, "" when nothing is
    left: int | None = None  # tries after a wrong code, None when the card does not say
    reason: str = ""  # the official software's own name of its refusal
    good: bool = False  # the last code was the right one
    workplaces: Sequence[Workplace] = ()


class KeyCardControl(Protocol):
    """What the user may ask. Everything is done in the background."""

    @property
    def state(self) -> KeyCardState:
        """How it stands."""
        ...

    def look(self) -> None:
        """Look again which cards are in."""
        ...

    def try_code(self, card_id: str, pin: str, *, last_too: bool) -> None:
        """Begin a try; raise `InvalidForm` for one that must not be made, nothing was asked then.

        `pin` is heeded only for a card whose software does not ask itself.
        """
        ...

    def stop_trying(self) -> None:
        """Stop waiting for a code."""
        ...
