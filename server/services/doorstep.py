"""The doorstep: what is known of a practice folder before anything in it is decrypted.

The first page stands here: nothing that opens a practice file is loaded with it.
"""

from dataclasses import dataclass
from pathlib import Path

from server.core.rights import Role
from server.services.keyring import KEYS, Keyring

DATABASE = "besace.db"
REFERENCE = "reference.db"  # as built; the practice keeps it under the name of its digest
ROLES = "roles"  # on the sign: user id → role, and whether he is a main user


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

    def set_proven(self, *, proven: bool) -> None:
        """Note on the sign whether somebody retyped the recovery code."""
        self.keyring.file.set_sign({**self.keyring.file.sign(), "proven": proven})
