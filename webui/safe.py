"""What keeps a practice safe, as the screens see it. A port: the program answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Slot:
    """One secret that opens the practice."""

    kind: str  # last part of the key `slot.<kind>`: "user", "recovery", "system"
    name: str  # of the person, "" for the recovery code
    at: datetime | None  # when it was made; None in a key file from before this was kept


@dataclass(frozen=True, slots=True)
class SafeState:
    """How the practice is protected now."""

    cipher: str
    slots: Sequence[Slot]
    old_keys: bool  # an older key file was put back: a secret given up opens again
    encrypted_at: datetime  # under the present key
    pin: bool  # the present user has a PIN
    minutes: int  # without anybody, before the practice locks itself
    system: bool | None  # the keyring of this session opens for him; None where there is none


class Safe(Protocol):
    """What the present user may do about it. Raises KineErrors, `ProofNeeded` among them."""

    @property
    def state(self) -> SafeState:
        """How the practice is protected now."""
        ...

    def prove(self, passphrase: str) -> None:
        """Take the passphrase again: `WrongKey` (field `passphrase`) when it is not his."""
        ...

    def change_passphrase(self, current: str, new: str) -> None:
        """Give the user another passphrase; errors are tied to `current` or `new_passphrase`."""
        ...

    def choose_pin(self, pin: str) -> None:
        """Give the user a PIN of four to eight digits; InvalidForm (field `pin`), ProofNeeded."""
        ...

    def give_up_pin(self) -> None:
        """Forget the user's PIN."""
        ...

    def keep_in_system(self) -> None:
        """Let the keyring of this session open for the user; StateConflict when it refuses."""
        ...

    def give_up_system(self) -> None:
        """Let it open nothing more."""
        ...

    def choose_idle(self, minutes: int) -> None:
        """Let the practice lock itself after so many minutes, 1 to 30."""
        ...

    def renew_recovery(self) -> None:
        """Make another recovery code; the gate then asks to write it down and retype it."""
        ...
