"""Who came in and when the practice was closed again: rows of the journal, and nothing else.

Their names begin with `journal.DOOR`: they are no reason for another copy.

A disk that takes no row keeps nobody out: patients must be readable, and the row is owed no more
than the day it would have told of.
"""

from contextlib import suppress

import apsw

from server.core.errors import KineError
from server.services import safety
from server.services.desk import Desk
from server.services.keyring import Keyring


def came_in(desk: Desk, keyring: Keyring, slot: str, by: str, wrong_pins: int = 0) -> None:
    """Journal the wrong tries since the last opening, then this one.

    `by` is "passphrase", "recovery", "pin" or "system". The wrong tries are forgotten once the
    journal has them; slots made meanwhile are remembered, and an older key file put back is noted.
    """
    if desk.damaged:
        return
    with suppress(apsw.Error, OSError):
        _note_wrong_tries(desk, keyring, slot)
        if wrong_pins:
            with desk.deed("door.refused_pin", "user", desk.user.id, reason=str(wrong_pins)):
                """The journal's own row is all there is to write."""
        with desk.deed("door.unlocked", "user", desk.user.id, {"by": by}):
            old = not safety.learn(desk, keyring)
        if old:
            with desk.deed("keys.old_file", "practice", desk.practice.id):
                """As above."""


def proved(desk: Desk, keyring: Keyring, slot: str) -> None:
    """Journal that the user typed his passphrase again, and the wrong tries before it."""
    if desk.damaged:
        return
    with suppress(apsw.Error, OSError):
        _note_wrong_tries(desk, keyring, slot)
        with desk.deed("door.proved", "user", desk.user.id):
            """As above."""


def left(desk: Desk, keyring: Keyring, why: str) -> None:
    """Journal that the practice was closed: "asked", "idle", "asleep", "screen" or "ended".

    The slots given or taken meanwhile are remembered.
    """
    if desk.damaged:
        return
    with (
        suppress(apsw.Error, OSError, KineError),
        desk.deed("door.locked", "user", desk.user.id, {"why": why}),
    ):
        safety.learn(desk, keyring)


def _note_wrong_tries(desk: Desk, keyring: Keyring, slot: str) -> None:
    """Journal how many wrong tries came before this slot was opened, and begin again from none."""
    for tried, times in keyring.tries.untold().items():
        who = tried.removeprefix("user:").removeprefix("system:")
        with desk.deed("door.refused", "user", who, reason=str(times)):
            """As above."""
    keyring.tries.settle(slot)
