"""A practice encrypted again under a new key, after a leak; killed at any moment, it opens.

The key file holds the slots of both keys from before the file is rewritten until after it took its
place, and the next opening sees which of them the file has. The slots of other users cannot be
made without their passphrases: they come back by one the main user gives them. Copies made before
stay under the key they were made with.
"""

from contextlib import closing
from pathlib import Path

from server.core.errors import WrongKey
from server.services.founding import BESIDE
from server.services.keyring import Keyring
from server.services.vault import Vault
from server.store import rekey, soundness
from server.store.backup import Tell
from server.store.connection import connect
from server.store.keys import (
    RECOVERY,
    DatabaseKey,
    new_key,
    new_recovery_code,
    parse_recovery_code,
)


def carry_out(
    vault: Vault, keyring: Keyring, slot: str, secret: str, above: int, tell: Tell
) -> tuple[DatabaseKey, str]:
    """Rewrite a closed practice under a new key; return the key and the new recovery code.

    `secret` opens `slot` before and after; slots are numbered above `above`. Raises
    `apsw.BusyError` when somebody has the file open, `DamagedPractice`, and what the disk does:
    whichever key the file then has, `settled` finds it.
    """
    fresh, code = new_key(), new_recovery_code()
    label = keyring.file.slots()[slot]
    slots = {slot: (secret, label), RECOVERY: (parse_recovery_code(code), "")}
    keyring.prepare(fresh, slots, above)
    beside, now = vault.folder / BESIDE, vault.clock.now()
    rekey.rewrite(vault.database, vault.key, fresh, beside, now, tell)
    keyring.file.settle()
    return fresh, code


def settled(
    folder: Path, database: Path, keyring: Keyring, key: DatabaseKey, slot: str, secret: str
) -> DatabaseKey:
    """End a change of the key that was cut short, and return the key the file has.

    `key` is what the slot gave of the old one. Raises `WrongKey` (reason "rekeyed") when the file
    has the new key already and this slot is not among those that open it.
    """
    soundness.check_shape(database)
    if _opens(database, key):
        rekey.sweep(folder / BESIDE)
        keyring.file.abandon()
        return key
    fresh = keyring.file.open_next(slot, secret)
    if not _opens(database, fresh):
        return key  # neither: the file is damaged, and whoever opens it says so
    keyring.file.settle()
    return fresh


def _opens(database: Path, key: DatabaseKey) -> bool:
    try:
        with closing(connect(database, key, careful=True)):
            return True
    except WrongKey:
        return False
