"""Cards that hold keys, as their official middleware tells of them, and what stops their use.

A card signs after its holder has given its code (PIN). The code is asked by the middleware itself
where it can; nothing of ours keeps one. Source: `hardware.md` §2.7 (eID) and §3.1 (CPS).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from server.core.cards import CardKind
from server.core.errors import KineError

LAST_TRY = 1


class Purpose(StrEnum):
    """Which of the two keys of a card: one says who is there, the other signs. Never mixed."""

    AUTHENTICATE = "AUTHENTICATE"
    SIGN = "SIGN"


class KeyProblem(StrEnum):
    """Codes of the sentences about a card's code and keys."""

    ABSENT = "keycard.absent"
    """The official software of this kind of card is not installed on this machine."""

    BROKEN = "keycard.broken"
    """The official software is there, and cannot be used."""

    FELL = "keycard.fell"
    """The official software ended in the middle; the next try starts it again."""

    SILENT = "keycard.silent"
    """Nobody gave the code in time, or the software has not answered: it was stopped."""

    STOPPED = "keycard.stopped"
    """Our user stopped it."""

    CANCELLED = "keycard.cancelled"
    """The holder cancelled where the code is asked."""

    NO_CARD = "keycard.no_card"
    """The card that was seen is no longer in a reader."""

    PULLED = "keycard.pulled"
    """The card left in the middle: what its code had opened is closed."""

    WRONG = "keycard.wrong"
    """The code is wrong."""

    LAST = "keycard.last"
    """One try is left: it is made only when asked for expressly."""

    BLOCKED = "keycard.blocked"
    """No try is left: the card is blocked."""

    BAD_SHAPE = "keycard.bad_shape"
    """What was typed cannot be a code; the card was not asked."""

    NO_WINDOW = "keycard.no_window"
    """The official software does not ask for the code itself, and we never ask for that of an
    identity card."""

    NO_KEY = "keycard.no_key"
    """The card has not this key: a child's, or one never activated."""

    NOT_PROVED = "keycard.not_proved"
    """What the card signed does not agree with its certificate."""

    REFUSED = "keycard.refused"
    """The official software refuses, for a reason of its own."""


@dataclass(frozen=True, slots=True)
class Tries:
    """How many codes may still be tried. `left` is None while the card does not say."""

    left: int | None = None
    fewer: bool = False  # at least one was lost

    @property
    def spent(self) -> bool:
        """Whether the card is blocked."""
        return self.left == 0

    @property
    def last(self) -> bool:
        """Whether one more mistake blocks the card."""
        return self.left == LAST_TRY

    def known_better(self, counted: int | None) -> "Tries":
        """Take the card's own count when it gave one; the more careful of the two."""
        if counted is None:
            return self
        left = counted if self.left is None else min(counted, self.left)
        return Tries(left, self.fewer)


@dataclass(frozen=True, slots=True)
class KeyCard:
    """One card in a reader, as the middleware of its kind sees it."""

    kind: CardKind
    slot: int
    reader: str
    serial: str
    tries: Tries
    asks_itself: bool  # the middleware asks for the code in a window or on the reader
    public: bytes = b""  # what a CPS tells of its holder without a code, as it is


@dataclass(frozen=True, slots=True)
class Signed:
    """What a key signed, checked against the certificate it came with."""

    value: bytes
    certificate: bytes  # DER
    scheme: str  # "ECDSA-SHA384", "RSA-SHA256"…


class KeyTrouble(KineError):
    """A card's key could not be used. Facts: `what`, its problem's own part; `tries`, `reason`.

    `tries` is None while the card does not say; `reason` is the middleware's name of its refusal.
    A code that was given is no part of it.
    """

    code = "keycard.failed"

    def __init__(self, problem: KeyProblem, tries: int | None = None, reason: str = "") -> None:
        super().__init__(what=problem.removeprefix("keycard."), tries=tries, reason=reason)
        self.problem = problem
        self.tries = tries


class KeySession(Protocol):
    """A card whose code was given. Every call may raise `KeyTrouble`; PULLED ends it for good."""

    @property
    def over(self) -> bool:
        """Whether it has ended: closed, or its card was pulled out."""
        ...

    def prove(self, challenge: bytes) -> Signed:
        """Have the authentication key sign what nobody could have foreseen."""
        ...

    def sign(self, content: bytes) -> Signed:
        """Have the signature key sign; it is never used to say who is there."""
        ...

    def objects(self) -> dict[str, bytes]:
        """Read the data objects that the code made visible, by their label."""
        ...
