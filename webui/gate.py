"""The gate: what the screens need to know and do before, and to end, work on a practice.

A port. `server.services` answers it; the web layer only shows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from server.core.errors import KineError


class GateState(StrEnum):
    """How far a practice is from being worked on."""

    EMPTY = "EMPTY"  # the folder holds no practice yet
    UNPROVEN = "UNPROVEN"  # made, but nobody has retyped its recovery code
    LOCKED = "LOCKED"
    OPEN = "OPEN"
    REKEYING = "REKEYING"  # being encrypted again: nobody reads or writes meanwhile


@dataclass(frozen=True, slots=True)
class GateUser:
    """One person who may unlock; shown before unlocking, so nothing but a name and a role."""

    id: str
    name: str
    role: str  # last part of a catalogue key: "mandant", "mandataire", "staff", "viewer"
    main: bool = False
    card_in: bool = False  # the card in the reader is this person's
    system: bool = False  # the keyring of this session may open for him
    pin: bool = False  # he may come back by his PIN: the practice locked itself on him

    @property
    def initials(self) -> str:
        """Two letters at most, for the round face beside the name."""
        return "".join(word[0] for word in self.name.split()[:2]).upper()


@dataclass(frozen=True, slots=True)
class DoorCard:
    """The card in the reader of a closed practice: whose it is, and nothing else of it."""

    user: str = ""  # id of the user it stands for, "" when nobody's
    unknown: bool = False  # a card was read, and this door does not know it
    problem: str = ""  # code of the sentence that says why it could not be read


@dataclass(frozen=True, slots=True)
class PracticeSign:
    """What is written on the door of the practice."""

    name: str
    country: str  # "BE" or "FR"
    demo: bool


@dataclass(frozen=True, slots=True)
class NewPractice:
    """The answers of the page that makes a practice, already parsed."""

    country: str
    locale: str
    practice_name: str
    provider_number: str  # eleven digits (INAMI) in Belgium, eleven (RPPS) in France
    holder_name: str
    passphrase: str
    billing_number: str = ""  # France: nine digits


@dataclass(frozen=True, slots=True)
class Recovery:
    """The code to write down, and which of its characters to retype (positions from 1)."""

    code: str
    positions: tuple[int, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """The code in groups of five, as one copies it."""
        return tuple(self.code[i : i + 5] for i in range(0, len(self.code), 5))


@dataclass(frozen=True, slots=True)
class Rekeying:
    """How far an encryption under a new key has come, and how the last one ended."""

    percent: int
    failure: KineError | None = None  # why the practice kept its key


@dataclass(frozen=True, slots=True)
class CopyOffer:
    """A copy of a practice that could be brought back."""

    path: str
    at: datetime  # aware UTC


class Gate(Protocol):
    """What stands between the launch and the practice. Raises KineErrors."""

    @property
    def state(self) -> GateState:
        """Where the practice stands now."""
        ...

    @property
    def locale(self) -> str:
        """The catalogue of the screens: "fr_BE", "fr_FR" or "nl"."""
        ...

    @property
    def idle_minutes(self) -> int:
        """The minutes without anybody after which the open practice locks itself."""
        ...

    @property
    def sign(self) -> PracticeSign | None:
        """The practice's sign; None while EMPTY."""
        ...

    def users(self) -> Sequence[GateUser]:
        """Give the active users, the likeliest first: the owner of the card, else the last one."""
        ...

    @property
    def card(self) -> DoorCard | None:
        """The card at the closed door; None where no card stands for anybody."""
        ...

    def unlock(self, user: str, passphrase: str) -> None:
        """Open the practice; WrongKey (fact `wait`, seconds before the next try) when refused.

        OlderPractice when an older copy lies in its place.
        """
        ...

    def unlock_older(self, user: str, passphrase: str) -> None:
        """Open an older copy all the same: it is treated as a return to a copy."""
        ...

    def unlock_with_pin(self, pin: str) -> None:
        """Open again for whom it locked itself on; WrongKey (field `pin`) when refused."""
        ...

    def unlock_with_system(self, user: str) -> None:
        """Open with what the keyring of this session holds; WrongKey (field `system`) without."""
        ...

    def create(self, practice: NewPractice) -> None:
        """Make a real, empty, encrypted practice; it is UNPROVEN until the code is retyped."""
        ...

    def recovery(self) -> Recovery:
        """Give the recovery code, only while UNPROVEN; StateConflict afterwards."""
        ...

    def prove_recovery(self, answers: Sequence[str]) -> None:
        """Check the retyped characters and open; InvalidValue (field `recovery`) when wrong."""
        ...

    def offers(self) -> Sequence[CopyOffer]:
        """Give the copies found where those of this folder are kept, the newest first."""
        ...

    def restore(self, copy: str, secret: str, new_passphrase: str) -> None:
        """Bring a copy back into the empty folder and open it; `new_passphrase` after a code."""
        ...

    @property
    def rekeying(self) -> Rekeying | None:
        """The encryption under way, or the last one when it failed; None otherwise."""
        ...

    def reencrypt(self, passphrase: str) -> None:
        """Begin to encrypt the practice under a new key; UNPROVEN follows, with a new code.

        WrongKey (field `rekey_passphrase`) and Forbidden come at once.
        """
        ...

    def lock(self, why: str = "asked") -> None:
        """Close the practice: connections closed, key forgotten.

        `why` is "asked", "idle", "asleep" (the machine), "screen" (locked) or "ended".
        """
        ...
