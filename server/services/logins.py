"""The logins of a practice on its key file: who has a slot, and what its door says of each.

A slot opens the key of the whole practice; what its user may then do is written in the practice
itself, which is encrypted. The door shows names and roles before anything is opened.
"""

from collections.abc import Iterable

from server.store.keys import Cost, DatabaseKey, KeyFile
from server.store.practice import User

ROLES = "roles"  # on the sign: user id → role, and whether he is a main user


def slot_of(user: str) -> str:
    """Name the slot of a user."""
    return f"user:{user}"


def name_of(user: User) -> str:
    """Give the name the door shows."""
    return f"{user.first_name} {user.last_name.upper()}"


class Logins:
    """Gives and takes slots while the practice is open."""

    def __init__(self, keys: KeyFile, key: DatabaseKey, cost: Cost) -> None:
        self._keys = keys
        self._key = key
        self._cost = cost

    def holders(self) -> frozenset[str]:
        """Return the ids of the users who have a slot: they alone can unlock."""
        slots = self._keys.slots()
        return frozenset(s.removeprefix("user:") for s in slots if s.startswith("user:"))

    def give(self, user: User, passphrase: str) -> None:
        """Let a passphrase open the practice for a user; the one he had opens nothing more."""
        self._keys.add(self._key, slot_of(user.id), passphrase, self._cost, name_of(user))

    def take(self, user: str) -> None:
        """Let a user open nothing more; harmless when he could not."""
        self._keys.remove(slot_of(user))

    def show(self, users: Iterable[User]) -> None:
        """Write on the door what there is to know of who may unlock."""
        known = {user.id: user for user in users}
        for holder in self.holders() & known.keys():
            self._keys.relabel(slot_of(holder), name_of(known[holder]))
        roles = {key: [str(user.role), user.is_main] for key, user in known.items() if user.active}
        self._keys.set_sign({**self._keys.sign(), ROLES: roles})
