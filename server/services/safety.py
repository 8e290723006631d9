"""What keeps a practice safe, as its users change and read it: slots, and how old each is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.core.rights import Right
from server.services.desk import Desk
from server.services.keyring import Keyring, slot_of
from server.store import practice as practices
from server.store.keys import RECOVERY, DatabaseKey
from server.store.practice import User

_NUMBERS = "keys.numbers"  # of the slots, as this practice last saw them
_GONE = ""  # among them: the highest number of the slots that are no more
_ENCRYPTED = "keys.encrypted_at"  # under the present key, when that is not the first one


@dataclass(frozen=True, slots=True)
class Kept:
    """One slot, as it is listed: kind "user" or "recovery", whose, since when."""

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
    desk.require_proof()
    action = "keys.recovery" if slot == RECOVERY else "keys.passphrase"
    if slot == RECOVERY:
        desk.require(Right.SECURITY)
    known = _known(desk)
    with desk.deed(action, "user", desk.user.id):
        label = keyring.file.slots().get(slot, "")
        keyring.put(key, slot, secret, label, max(known.values(), default=0))
        _remember(desk, {**known, slot: keyring.file.numbers()[slot]})


def give_slot(desk: Desk, keyring: Keyring, key: DatabaseKey, user: User, passphrase: str) -> None:
    """Make or replace the slot of any user, inside a deed."""
    slot, known = slot_of(user.id), _known(desk)
    keyring.put(key, slot, passphrase, user.door_name, max(known.values(), default=0))
    _remember(desk, _after(known, keyring.file.numbers()))


def take_slot(desk: Desk, keyring: Keyring, slot: str) -> None:
    """Take a slot away, inside a deed; put back with an older key file, it is noticed."""
    known = _known(desk)
    keyring.file.remove(slot)
    _remember(desk, _after(known, keyring.file.numbers()))


def learn(desk: Desk, keyring: Keyring) -> bool:
    """Remember, inside a deed, the slots made since the practice was last open.

    A copy brought back or a recovery code used has made some. False when the key file is an older
    one put back: nothing is learnt from it.
    """
    known, found = _known(desk), keyring.file.numbers()
    if is_old(found, known):
        return False
    learnt = _after(known, found)
    if learnt != known:
        _remember(desk, learnt)
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


def _after(known: Mapping[str, int], found: Mapping[str, int]) -> dict[str, int]:
    """Give what to remember of a key file: its slots, and the highest number of those gone."""
    gone = max((number for slot, number in known.items() if slot not in found), default=0)
    return {**found, _GONE: gone} if gone else dict(found)


def _known(desk: Desk) -> dict[str, int]:
    held: dict[str, int] = json.loads(practices.setting(desk.db, _NUMBERS, "{}"))
    return held


def _remember(desk: Desk, numbers: Mapping[str, int]) -> None:
    practices.set_setting(desk.db, _NUMBERS, json.dumps(numbers), desk.user.id, desk.now)
