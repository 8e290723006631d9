"""The way back: a copy becomes a practice again, in an empty folder, and nothing is sent twice.

`reliability-security.md` §5. Any user's passphrase opens a copy, and so does the recovery code
alone; the practice gets its file last, whole, already on its new lineage.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import apsw

from server.core.clock import Clock, ClockFacts, judge
from server.core.errors import DamagedPractice, InvalidForm, StateConflict
from server.core.ulid import Entropy, new_ulid
from server.services import backups, homecomings, places
from server.services.desk import Desk
from server.services.doorstep import DATABASE
from server.services.founding import BESIDE, SHORTEST
from server.services.keyring import KEYS
from server.store import backup, durable
from server.store import practice as practices
from server.store.backup import Stopped, Tell, never, silent
from server.store.connection import connect
from server.store.inner_keys import journal_key
from server.store.journal import Stamp
from server.store.keys import RECOVERY, Cost, DatabaseKey, KeyFile, sync_folder
from server.store.manifest import Manifest
from server.store.manifest import read as read_manifest
from server.store.migrate import migrate
from server.store.watermark import Watermark

_LOCK = "besace.lock"  # what the program itself holds in an empty folder


@dataclass(frozen=True, slots=True)
class Offer:
    """A copy that could be brought back, as seen without any secret."""

    path: Path
    at: datetime
    bytes: int


@dataclass(frozen=True, slots=True)
class Ground:
    """What a return stands on: the time, randomness and the day of this release."""

    clock: Clock
    entropy: Entropy
    built_on: date


@dataclass(frozen=True, slots=True)
class Restored:
    """A practice that came back."""

    user: str  # who may unlock with what was typed
    at: datetime  # of the copy
    by_code: bool  # the recovery code opened it: the new passphrase opens it from now on
    doubtful: int  # messages that are asked about before anything leaves


def offers(folder: Path) -> list[Offer]:
    """Return the readable copies that lie where those of this folder are kept, newest first."""
    found = []
    for path in backup.listed(places.beside(folder)):
        try:
            facts = read_manifest(path)
        except DamagedPractice:
            continue
        found.append(Offer(path, facts.at, facts.size))
    return found


def is_empty(folder: Path) -> bool:
    """Say whether a practice may be brought back here: only the program's own lock lies there."""
    return not folder.exists() or all(each.name == _LOCK for each in folder.iterdir())


def folder_of(typed: str) -> Path:
    """Find the folder of a copy from a path typed: the folder, or any file inside it."""
    path = Path(typed.strip()).expanduser()
    return path.parent if path.is_file() else path


def restore(
    copy: Path, folder: Path, secret: str, ground: Ground, *, passphrase: str = "",
    cost: Cost | None = None, tell: Tell = silent, stopped: Stopped = never,
) -> Restored:  # fmt: skip
    """Bring a copy back into an empty folder; raise before anything is written there.

    `secret` is a passphrase of any user or the recovery code; the latter needs a new `passphrase`
    for the first user. Raises `StateConflict` when the folder is not empty, `WrongKey`,
    `DamagedPractice` when the copy is not whole, `InvalidForm`, `BackupFailed` for the disk.
    """
    if not is_empty(folder):
        raise StateConflict(
            kind="restore", state="held", wanted="empty", reason="not_empty", folder=str(folder)
        )
    facts = backup.check_files(copy)
    keys = KeyFile(copy / backup.KEYS)
    key, slot = backup.key_behind(keys, secret)
    if slot == RECOVERY and len(passphrase) < SHORTEST:
        raise InvalidForm(faults=(("new_passphrase", "too_short"),))
    with backups.failing(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        try:
            return _brought_back(copy, facts, key, slot, folder, ground, passphrase, cost, tell,
                                 stopped)  # fmt: skip
        except BaseException:
            _sweep(folder)
            raise


def _brought_back(
    copy: Path, facts: Manifest, key: DatabaseKey, slot: str, folder: Path, ground: Ground,
    passphrase: str, cost: Cost | None, tell: Tell, stopped: Stopped,
) -> Restored:  # fmt: skip
    backup.restore(copy, facts, key, folder / BESIDE, key, tell, stopped)
    _put_reference(copy, facts, folder)
    durable.put(folder / KEYS, (copy / backup.KEYS).read_bytes())
    user = _who(folder, slot)
    if slot == RECOVERY:
        held = KeyFile(folder / KEYS)
        label = held.slots()[f"user:{user}"]
        held.add(key, f"user:{user}", passphrase, cost or Cost(), label)
    doubtful = _begin(folder, facts, key, user, ground)
    (folder / BESIDE).replace(folder / DATABASE)
    sync_folder(folder)
    return Restored(user, facts.at, slot == RECOVERY, doubtful)


def _put_reference(copy: Path, facts: Manifest, folder: Path) -> None:
    """Bring the reference file along under the name of its digest, as a practice keeps it."""
    name = f"reference-{facts.reference[:16]}.db"
    durable.put(folder / name, (copy / backup.REFERENCE).read_bytes())


def _begin(folder: Path, facts: Manifest, key: DatabaseKey, user: str, ground: Ground) -> int:
    """Migrate the file, start its new lineage, and leave it alone on the disk."""
    db = connect(folder / BESIDE, key)
    try:
        migrate(db)
        doubtful = homecomings.begin(
            _desk(folder, db, key, user, ground), "RESTORED", facts.id, facts.at
        )  # fmt: skip
        db.pragma("journal_mode", "delete")
    finally:
        db.close()
    durable.sync(folder / BESIDE)
    return doubtful


def _desk(folder: Path, db: apsw.Connection, key: DatabaseKey, user: str, ground: Ground) -> Desk:
    now, mono = ground.clock.now(), ground.clock.monotonic()
    who = practices.user(db, user)
    if who is None:
        raise DamagedPractice(reason="backup_differs")
    device = practices.first_device(db)
    trust = judge(now, mono, ClockFacts(ground.built_on, None, now, mono))
    mac_key = journal_key(db, key)
    stamp = Stamp(now, device.id, who.id, new_ulid(now, ground.entropy), trust, mac_key)
    mark = Watermark(folder, mac_key)
    return Desk(db, practices.get(db), device, who, stamp, ground.entropy, mark=mark)


def _who(folder: Path, slot: str) -> str:
    """Say who comes in: whose passphrase it was, or the first user for the recovery code."""
    slots = KeyFile(folder / KEYS).slots()
    users = [each.removeprefix("user:") for each in slots if each.startswith("user:")]
    named = slot.removeprefix("user:")
    return named if named in users else users[0]


def _sweep(folder: Path) -> None:
    """Take away what a return cut short has put into the folder, which was empty before."""
    for each in folder.iterdir():
        if each.name != _LOCK:
            each.unlink()
