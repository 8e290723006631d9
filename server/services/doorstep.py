"""The doorstep: what is known of a practice folder before anything in it is decrypted.

The first page stands here: nothing that opens a practice file is loaded with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.core.rights import Role
from server.services.keyring import KEYS, Keyring, slot_of

if TYPE_CHECKING:
    from server.core.cards import CardRead

DATABASE = "besace.db"
REFERENCE = "reference.db"  # as built; the practice keeps it under the name of its digest
ROLES = "roles"  # on the sign: user id → role, and whether he is a main user
CARDS = "cards"  # on the sign: a salt, and the mark of each tied card → user id


@dataclass(frozen=True, slots=True)
class Login:
    """One user as the unlock page shows him: known before anything is decrypted."""

    id: str
    name: str
    role: Role = Role.MANDANT
    main: bool = True


@dataclass(frozen=True, slots=True)
class Sign:
    """What is written on the door of a practice."""

    name: str
    country: str
    demo: bool
    locale: str
    proven: bool  # somebody retyped the recovery code


class Doorstep:
    """What a practice folder and its key file tell to anybody."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._folder = folder
        self.keyring = keyring

    @property
    def exists(self) -> bool:
        """Whether the folder already holds a practice."""
        return (self._folder / DATABASE).exists() and (self._folder / KEYS).exists()

    @property
    def sign(self) -> Sign | None:
        """What is written on the door of the practice; None while there is none."""
        if not self.exists:
            return None
        held = self.keyring.file.sign()
        return Sign(held["name"], held["country"], held["demo"], held["locale"], held["proven"])

    def logins(self) -> list[Login]:
        """Return who may unlock, in the order they were added."""
        roles = self.keyring.file.sign().get(ROLES, {})
        found = []
        for slot, label in self.keyring.file.slots().items():
            if slot.startswith("user:"):
                key = slot.removeprefix("user:")
                role, main = roles.get(key, (Role.MANDANT, True))
                found.append(Login(key, label, Role(role), bool(main)))
        return found

    @property
    def knows_cards(self) -> bool:
        """Whether a card stands for somebody at this door."""
        return self.exists and bool(held_cards(self.keyring).get("marks"))

    def bearer_of(self, read: "CardRead") -> str:
        """Return the id of the user a card stands for, "" when the door does not know it.

        Whoever lost his way in is nobody's bearer any more.
        """
        from server.core.cards import mark_of

        held = held_cards(self.keyring)
        marks = held.get("marks", {})
        user = marks.get(mark_of(read, bytes.fromhex(held["salt"])), "") if marks else ""
        return user if slot_of(user) in self.keyring.file.slots() else ""

    def set_proven(self, *, proven: bool) -> None:
        """Note on the sign whether somebody retyped the recovery code."""
        self.keyring.file.set_sign({**self.keyring.file.sign(), "proven": proven})


def held_cards(keyring: Keyring) -> Mapping[str, Any]:
    """Return what the door keeps of cards: `salt` and `marks`; nothing before the first one."""
    found: Mapping[str, Any] = keyring.file.sign().get(CARDS, {})
    return found
