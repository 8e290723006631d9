"""What keeps a practice safe, as its users change and read it: slots, and how old each is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import apsw

from server.core.errors import InvalidForm
from server.core.rights import Right
from server.services.desk import Desk, needs
from server.services.keyring import Keyring, slot_of
from server.store import practice as practices
from server.store.keys import RECOVERY, DatabaseKey
from server.store.practice import User

IDLE_MINUTES = 5
"""Without anybody, before the practice locks itself, unless it chose otherwise."""

_FEWEST, _MOST = 1, 30  # minutes it may choose
_IDLE = "idle.minutes"
_NUMBERS = "keys.numbers"  # of the slots, as this practice last saw them
_HIGHEST = ""  # among them: the greatest number ever given, also to a slot dropped since
_ENCRYPTED = "keys.encrypted_at"  # under the present key, when that is not the first one


@dataclass(frozen=True, slots=True)
class Kept:
    """One slot, as it is listed: kind "user", "recovery" or "system", whose, since when."""

    kind: str
    name: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Protection:
    """How a practice is protected now."""

    cipher: str
    slots: Sequence[Kept]
    old_keys: bool  # an older key file was put back
    encrypted_at: datetime


def kept(desk: Desk, keyring: Keyring) -> Protection:
    """Tell how the practice is protected: its cipher, its slots, how old each is."""
    file = keyring.file
    made = file.made_at()
    slots = [
        Kept(slot.partition(":")[0], name, made.get(slot)) for slot, name in file.slots().items()
    ]
    since = practices.setting(desk.db, _ENCRYPTED, "")
    first = practices.created_at(desk.db)
    return Protection(
        str(desk.db.pragma("cipher")), slots, holds_old_slots(desk, keyring),
        datetime.fromisoformat(since) if since else first,
    )  # fmt: skip


def put_slot(desk: Desk, keyring: Keyring, key: DatabaseKey, slot: str, secret: str) -> None:
    """Replace a slot of the open practice and journal it; raise `ProofNeeded`, `Forbidden`.

    The key file is written inside the act: what is journalled has happened, and a cut between the
    two leaves a slot that is noticed at the next opening.
    """
    if slot == RECOVERY:
        desk.require(Right.SECURITY)
    desk.require_proof()
    system = slot.startswith("system:")
    action = "keys.recovery" if slot == RECOVERY else "keys.system" if system else "keys.passphrase"
    known = _known(desk)
    with desk.deed(action, "user", desk.user.id):
        label = "" if slot == RECOVERY else desk.user.door_name
        keyring.put(key, slot, secret, label, highest(desk))
        _remember(desk, {**known, slot: keyring.file.numbers()[slot]})


def give_slot(desk: Desk, keyring: Keyring, key: DatabaseKey, user: User, passphrase: str) -> None:
    """Make or replace the slot of any user, inside a deed."""
    keyring.put(key, slot_of(user.id), passphrase, user.door_name, highest(desk))
    _remember(desk, keyring.file.numbers())


def take_slot(desk: Desk, keyring: Keyring, slot: str) -> None:
    """Take a slot away, inside a deed; put back with an older key file, it is noticed."""
    keyring.file.remove(slot)
    _remember(desk, keyring.file.numbers())


def learn(desk: Desk, keyring: Keyring) -> bool:
    """Remember, inside a deed, the slots made since the practice was last open.

    A copy brought back or a recovery code used has made some. False when the key file is an older
    one put back: nothing is learnt from it.
    """
    known, found = _known(desk), keyring.file.numbers()
    if is_old(found, known):
        return False
    if found != {slot: number for slot, number in known.items() if slot != _HIGHEST}:
        _remember(desk, found)
    return True


def holds_old_slots(desk: Desk, keyring: Keyring) -> bool:
    """Say whether the key file is an older one, put back: a passphrase given up opens again."""
    return is_old(keyring.file.numbers(), _known(desk))


def is_old(found: Mapping[str, int], known: Mapping[str, int]) -> bool:
    """Compare the slots of a key file with those a practice remembers.

    A slot is old when the practice knows a later one of its name, or when the practice dropped it:
    its number is then no greater than one already given.
    """
    highest = max(known.values(), default=-1)
    return any(number < known.get(slot, highest + 1) for slot, number in found.items())


def idle_minutes(db: apsw.Connection) -> int:
    """Return the minutes without anybody after which the practice locks itself."""
    return int(practices.setting(db, _IDLE, str(IDLE_MINUTES)))


@needs(Right.SECURITY)
def choose_idle(desk: Desk, minutes: int) -> None:
    """Choose those minutes, 1 to 30; raise `InvalidForm` outside."""
    if not _FEWEST <= minutes <= _MOST:
        raise InvalidForm(faults=(("minutes", "range"),))
    with desk.deed("keys.idle", "practice", desk.practice.id, {"minutes": minutes}):
        practices.set_setting(desk.db, _IDLE, str(minutes), desk.user.id, desk.now)


def highest(desk: Desk) -> int:
    """Return the greatest number this practice knows of a slot."""
    return max(_known(desk).values(), default=0)


def note_reencrypted(desk: Desk, keyring: Keyring) -> None:
    """Journal that the file has a new key, and remember the few slots that open it."""
    with desk.deed("keys.reencrypted", "practice", desk.practice.id):
        now = desk.now.isoformat()
        practices.set_setting(desk.db, _ENCRYPTED, now, desk.user.id, desk.now)
        _remember(desk, keyring.file.numbers())


def _known(desk: Desk) -> dict[str, int]:
    held: dict[str, int] = json.loads(practices.setting(desk.db, _NUMBERS, "{}"))
    return held


def _remember(desk: Desk, numbers: Mapping[str, int]) -> None:
    highest = max(0, *_known(desk).values(), *numbers.values())
    text = json.dumps({**numbers, _HIGHEST: highest})
    practices.set_setting(desk.db, _NUMBERS, text, desk.user.id, desk.now)
