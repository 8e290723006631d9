"""A slot of the practice that the system's own keyring opens, when a user wants it (optional).

The secret is 32 random bytes that only the keyring of his session on this machine holds. Whoever
opens that session opens the practice: it is offered with that warning, it never stands for the
passphrase where that is asked again, and it ends when its user goes. Source:
`reliability-security.md` §2.2.
"""

import secrets
from typing import Protocol

from server.services import safety
from server.services.desk import Desk
from server.services.keyring import Keyring, system_slot_of
from server.store.keys import DatabaseKey


class Store(Protocol):
    """The keyring of the session on this machine; every call may fail and then tells nothing."""

    @property
    def available(self) -> bool:
        """Whether there is one."""
        ...

    def get(self, user: str) -> str:
        """Return the secret of a user, "" when it is not there or not given."""
        ...

    def put(self, user: str, secret: str) -> bool:
        """Keep the secret of a user; say whether it is kept."""
        ...

    def drop(self, user: str) -> None:
        """Forget it; harmless when it is not there."""
        ...


def keep(desk: Desk, keyring: Keyring, key: DatabaseKey, store: Store) -> bool:
    """Let the keyring of this session open the practice for the user; raise `ProofNeeded`.

    The secret is in the keyring before a slot is made for it. False when the keyring refused it.
    """
    desk.require_proof()
    secret = secrets.token_hex(32)
    if not store.put(desk.user.id, secret):
        return False
    safety.put_slot(desk, keyring, key, system_slot_of(desk.user.id), secret)
    return True


def give_up(desk: Desk, keyring: Keyring, store: Store) -> None:
    """Let it open nothing more; harmless when it did not."""
    slot = system_slot_of(desk.user.id)
    if slot in keyring.file.slots():
        with desk.deed("keys.no_system", "user", desk.user.id):
            safety.take_slot(desk, keyring, slot)
    store.drop(desk.user.id)


def has_one(desk: Desk, keyring: Keyring) -> bool:
    """Say whether the user has such a slot."""
    return system_slot_of(desk.user.id) in keyring.file.slots()
