"""The secrets of a practice folder: its key file, and the patience shown to wrong tries."""

from pathlib import Path

from server.core.clock import Clock
from server.core.errors import WrongKey
from server.store.keys import RECOVERY, Cost, DatabaseKey, KeyFile, parse_recovery_code
from server.store.tries import Tries

KEYS = "besace.key"


def slot_of(user: str) -> str:
    """Name the slot of a user."""
    return f"user:{user}"


def system_slot_of(user: str) -> str:
    """Name the slot of a user that the system's keyring opens."""
    return f"system:{user}"


class Keyring:
    """Opens and makes slots; counts what does not open, on the disk."""

    def __init__(self, folder: Path, clock: Clock, cost: Cost) -> None:
        self.file = KeyFile(folder / KEYS)
        self.tries = Tries(folder, clock)
        self._clock = clock
        self.cost = cost

    def open(self, slot: str, secret: str) -> DatabaseKey:
        """Unwrap the key with one secret; raise `WrongKey` when it does not open.

        Its fact `wait` is the seconds before the next try is taken. Its reason is "wait" when this
        one came too early and was not even looked at, else "wrong" or "wrong_wait".
        """
        if slot not in self.file.slots():
            raise WrongKey(slot=slot, reason="no_slot")
        wait = self.tries.wait(slot)
        if wait:
            raise WrongKey(slot=slot, reason="wait", wait=wait)
        self.tries.add(slot)
        try:
            key = self.file.open(slot, secret)
        except WrongKey:
            wait = self.tries.wait(slot)
            reason = "wrong_wait" if wait else "wrong"
            raise WrongKey(slot=slot, reason=reason, wait=wait) from None
        except BaseException:
            self.tries.take_back(slot)
            raise
        self.tries.take_back(slot)
        return key

    def open_with_code(self, code: str) -> DatabaseKey:
        """Unwrap the key with the recovery code; a slip of the pen is told and not counted."""
        return self.open(RECOVERY, parse_recovery_code(code))

    def put(
        self, key: DatabaseKey, slot: str, secret: str, label: str = "", above: int = 0
    ) -> None:
        """Make or replace a slot, numbered above all others and above `above`."""
        at = self._clock.now().isoformat()
        self.file.add(key, slot, secret, self.cost, label, at, above)

    def prepare(self, key: DatabaseKey, slots: dict[str, tuple[str, str]], above: int) -> None:
        """Make the slots of a key that comes next, beside those of the present one."""
        self.file.prepare(key, slots, self.cost, self._clock.now().isoformat(), above)

    def create(
        self, key: DatabaseKey, slots: dict[str, tuple[str, str]], sign: dict[str, object]
    ) -> None:
        """Make the key file of a new practice: secret and label of each slot."""
        self.file.create(key, slots, self.cost, sign, self._clock.now().isoformat())
