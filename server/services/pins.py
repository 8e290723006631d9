"""The PIN of a user: a short way back into a practice that locked itself, for some hours at most.

It never opens a program just started, and never stands for the passphrase where that is asked
again. Five wrong ones, or too long a time, and only the passphrase is left.
"""

from datetime import datetime, timedelta
from itertools import pairwise

from server.core.clock import Clock
from server.core.errors import InvalidForm, WrongKey
from server.services.desk import Desk
from server.store import pins
from server.store.keys import Cost, DatabaseKey
from server.store.pins import Sleeve

TRIES = 5
SERVES = timedelta(hours=4)
_DIGITS = range(4, 9)


def choose(desk: Desk, pin: str, cost: Cost) -> None:
    """Keep a PIN of four to eight digits for the user; raise `InvalidForm`, `ProofNeeded`."""
    desk.require_proof()
    reason = _why_not(pin)
    if reason:
        raise InvalidForm(faults=(("pin", reason),))
    kept = pins.made(pin, cost)
    with desk.deed("keys.pin", "user", desk.user.id):
        pins.put(desk.db, desk.user.id, kept, desk.now)


def give_up(desk: Desk) -> None:
    """Forget the user's PIN; harmless when he has none."""
    if not has_one(desk):
        return
    with desk.deed("keys.no_pin", "user", desk.user.id):
        pins.drop(desk.db, desk.user.id)


def has_one(desk: Desk) -> bool:
    """Say whether the user has a PIN."""
    return pins.get(desk.db, desk.user.id) is not None


class Latch:
    """A practice locked with a PIN: whose it is, and the key in its sleeve."""

    def __init__(self, user: str, sleeve: Sleeve, clock: Clock) -> None:
        self.user = user
        self._sleeve = sleeve
        self._clock = clock
        self._since: tuple[datetime, float] = (clock.now(), clock.monotonic())
        self.left = TRIES

    @property
    def serves(self) -> bool:
        """Whether the PIN may still be tried: by both clocks, for a machine may have slept."""
        wall, mono = self._since
        passed = abs(self._clock.now() - wall), self._clock.monotonic() - mono
        return self.left > 0 and passed[0] < SERVES and passed[1] < SERVES.total_seconds()

    def open(self, pin: str) -> DatabaseKey:
        """Return the key; raise `WrongKey`, its fact `left` the tries that remain."""
        self.left -= 1  # spent before it is made
        key = self._sleeve.open(pin)
        if key is None:
            raise WrongKey(slot="pin", reason="pin" if self.left else "pin_gone", tries=self.left)
        self.left = TRIES
        return key


def latch(desk: Desk, key: DatabaseKey, clock: Clock, cost: Cost) -> Latch | None:
    """Put the key of the practice about to be locked under its user's PIN; None without one."""
    kept = pins.get(desk.db, desk.user.id)
    return None if kept is None else Latch(desk.user.id, Sleeve(key, kept, cost), clock)


def _why_not(pin: str) -> str:
    if not (pin.isascii() and pin.isdigit() and len(pin) in _DIGITS):
        return "digits"
    steps = {int(b) - int(a) for a, b in pairwise(pin)}
    return "simple" if len(steps) == 1 and steps <= {-1, 0, 1} else ""
