"""The logins of a practice on its key file: who has a slot, and what its door says of each.

A slot opens the key of the whole practice; what its user may then do is written in the practice
itself, which is encrypted. The door shows names and roles before anything is opened.
"""

from collections.abc import Iterable, Mapping

from server.core.ulid import Entropy
from server.services import safety
from server.services.desk import Desk
from server.services.doorstep import CARDS, ROLES, held_cards
from server.services.keyring import Keyring, slot_of, system_slot_of
from server.store.keys import DatabaseKey
from server.store.practice import User

_SALT_BYTES = 16


class Logins:
    """Gives and takes slots while the practice is open."""

    def __init__(self, keyring: Keyring, key: DatabaseKey) -> None:
        self._keyring = keyring
        self._key = key

    def holders(self) -> frozenset[str]:
        """Return the ids of the users who have a slot: they alone can unlock."""
        slots = self._keyring.file.slots()
        return frozenset(s.removeprefix("user:") for s in slots if s.startswith("user:"))

    def is_provisional(self, user: str) -> bool:
        """Whether somebody else chose the passphrase of a user, and he has not changed it yet."""
        return slot_of(user) in self._keyring.file.provisional()

    def give(self, desk: Desk, user: User, passphrase: str) -> None:
        """Let a passphrase open the practice for a user, inside a deed; an earlier one does not."""
        safety.give_slot(desk, self._keyring, self._key, user, passphrase)
        self._keyring.file.mark_provisional(slot_of(user.id))

    def take(self, desk: Desk, user: User) -> None:
        """Let a user open nothing more, inside a deed; harmless when he could not."""
        for slot in (slot_of(user.id), system_slot_of(user.id)):
            safety.take_slot(desk, self._keyring, slot)

    def show(self, users: Iterable[User]) -> None:
        """Write on the door what there is to know of who may unlock."""
        known = {user.id: user for user in users}
        for holder in self.holders() & known.keys():
            self._keyring.file.relabel(slot_of(holder), known[holder].door_name)
        roles = {key: [str(user.role), user.is_main] for key, user in known.items() if user.active}
        self._keyring.file.set_sign({**self._keyring.file.sign(), ROLES: roles})

    def card_salt(self, entropy: Entropy) -> bytes:
        """Return what this door mixes into the marks of cards; made with the first card."""
        salt = str(held_cards(self._keyring).get("salt", ""))
        return bytes.fromhex(salt) if salt else self._keep_cards(entropy(_SALT_BYTES), {})

    def show_cards(self, marks: Mapping[str, str]) -> None:
        """Let the door know the cards that stand for users now: mark → user id."""
        salt = str(held_cards(self._keyring).get("salt", ""))
        self._keep_cards(bytes.fromhex(salt), marks)

    def _keep_cards(self, salt: bytes, marks: Mapping[str, str]) -> bytes:
        cards = {"salt": salt.hex(), "marks": dict(marks)}
        self._keyring.file.set_sign({**self._keyring.file.sign(), CARDS: cards})
        return salt
