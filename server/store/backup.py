"""A copy of a practice, made while it is used: encrypted under its own key, checked, then named.

One folder per copy, `besace-<instant>-<end of its id>`: the database, the key file whose slots
open it, the reference file in use, and the signed manifest. The folder gets its name last; what
bears a name is whole (`reliability-security.md` §5).
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw

from server.core.errors import DamagedPractice, WrongKey
from server.store import durable, journal, manifest, practice, signing, wholeness
from server.store.connection import connect, copy_target, read_copy
from server.store.keys import RECOVERY, DatabaseKey, KeyFile, new_key, parse_recovery_code
from server.store.keys import sync_folder as sync_names
from server.store.manifest import Manifest

DATABASE, KEYS, REFERENCE = "besace.db", "besace.key", "reference.db"
_FOLDER = re.compile(r"besace-\d{8}-\d{6}-[0-9A-Z]{6}")
_UNFINISHED = ".tmp"
_PAGES = 512  # copied between two looks at whether to go on
_LAST_LOTS = 10

Tell = Callable[[int, int], None]  # pages copied, of how many
Stopped = Callable[[], bool]


class Interrupted(Exception):
    """The copy was told to stop; nothing of it is kept."""


@dataclass(frozen=True, slots=True, repr=False)
class Order:
    """What to copy, and what to write on it."""

    database: Path
    keys: Path
    reference: Path
    key: DatabaseKey
    id: str
    at: datetime
    cause: str
    app: str


def never() -> bool:
    """Go on to the end."""
    return False


def silent(_: int, __: int) -> None:
    """Tell nobody."""


def name_of(at: datetime, key: str) -> str:
    """Name the folder of a copy after its instant (UTC) and the end of its id."""
    return f"besace-{at.astimezone(UTC):%Y%m%d-%H%M%S}-{key[-6:]}"


def listed(place: Path) -> list[Path]:
    """Return the finished copies of a place, the newest first; none when it is not there."""
    try:
        return sorted((x for x in place.iterdir() if _FOLDER.fullmatch(x.name)), reverse=True)
    except OSError:
        return []


def make(order: Order, place: Path, tell: Tell = silent, stopped: Stopped = never) -> Path:
    """Copy a practice into a place and return the folder of the copy, durable and checked.

    Raises `Interrupted`, `DamagedPractice` when the copy does not hold, OSError for the place.
    """
    with _unfinished(place, name_of(order.at, order.id)) as folder:
        key = new_key()
        source = connect(order.database, order.key)
        try:
            facts = _copied(order, source, folder / DATABASE, key, tell, stopped)
        finally:
            source.close()
        durable.put(folder / KEYS, order.keys.read_bytes())
        durable.put(folder / REFERENCE, order.reference.read_bytes())
        written = Manifest(
            **facts, id=order.id, at=order.at, cause=order.cause, app=order.app,
            database=durable.sha256(folder / DATABASE), size=(folder / DATABASE).stat().st_size,
            keys=durable.sha256(folder / KEYS), wrapped=_wrap(order.key, key, order.id),
        )  # fmt: skip
        manifest.write(folder, written.signed(_signer(folder, key, order.key)))
    return place / name_of(order.at, order.id)


def duplicate(copy: Path, place: Path) -> Path:
    """Carry a finished copy to another place; raise `DamagedPractice` when it did not arrive."""
    with _unfinished(place, copy.name) as folder:
        for name in (DATABASE, KEYS, REFERENCE, manifest.NAME):
            shutil.copyfile(copy / name, folder / name)
            (folder / name).chmod(0o600)
            durable.sync(folder / name)
        check_files(folder)
    return place / copy.name


def check_files(copy: Path) -> Manifest:
    """Read the manifest of a copy and compare its files with it; `DamagedPractice` if they differ.

    No secret is needed: this notices every damaged byte, not a copy forged as a whole.
    """
    facts = manifest.read(copy)
    digests = {DATABASE: facts.database, KEYS: facts.keys, REFERENCE: facts.reference}
    for name, sha256 in digests.items():
        try:
            found = durable.sha256(copy / name)
        except OSError:
            raise DamagedPractice(reason="backup_missing") from None
        if found != sha256:
            raise DamagedPractice(reason="backup_changed")
    return facts


def key_behind(keys: KeyFile, secret: str) -> tuple[DatabaseKey, str]:
    """Open a key file with a passphrase of any user or with the recovery code.

    Returns the key and the slot that gave it; raises `WrongKey` when no slot does.
    """
    slots = keys.slots()
    for slot in [s for s in slots if s != RECOVERY]:
        try:
            return keys.open(slot, secret), slot
        except WrongKey:
            continue
    return keys.open(RECOVERY, parse_recovery_code(secret)), RECOVERY


def unwrap(facts: Manifest, key: DatabaseKey) -> DatabaseKey:
    """Return the copy's own key; raise `WrongKey` when the practice's key is not this one."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        nonce, held = (bytes.fromhex(facts.wrapped[part]) for part in ("nonce", "key"))
        return DatabaseKey(AESGCM(key.derive("backup")).decrypt(nonce, held, facts.id.encode()))
    except (InvalidTag, KeyError, ValueError):
        raise WrongKey(slot="backup", reason="wrong") from None


def restore(
    copy: Path, facts: Manifest, key: DatabaseKey, into: Path, fresh: DatabaseKey,
    tell: Tell = silent, stopped: Stopped = never,
) -> None:  # fmt: skip
    """Write the database of a copy as a new file under another key; it is durable, not named.

    `key` is the practice's. Raises `DamagedPractice` when what comes out is not what went in, or
    was not signed by the practice inside.
    """
    try:
        source = read_copy(copy / DATABASE, unwrap(facts, key))
    except WrongKey:
        raise DamagedPractice(reason="backup_key") from None
    try:
        db = copy_target(into, fresh)
        try:
            copy_pages(source, db, tell, stopped)
            _compare(db, facts, key)
        finally:
            db.close()
    finally:
        source.close()
    durable.sync(into)


def _compare(db: apsw.Connection, facts: Manifest, key: DatabaseKey) -> None:
    if any(wholeness.pages(db, thorough=False)):
        raise DamagedPractice(reason="pages")
    known = {signing.signer(db, key).public.hex(), signing.derived(key).public.hex()}
    if facts.public not in known:
        raise DamagedPractice(reason="backup_signature")
    same = wholeness.counts(db) == dict(facts.rows) and journal.heads(db) == dict(facts.heads)
    if not same:
        raise DamagedPractice(reason="backup_differs")


def _copied(
    order: Order, source: apsw.Connection, into: Path, key: DatabaseKey, tell: Tell,
    stopped: Stopped,
) -> dict[str, Any]:  # fmt: skip
    """Copy one moment of the practice, check the copy, and return what it holds."""
    db = copy_target(into, key)
    try:
        copy_pages(source, db, tell, stopped)
        if any(wholeness.pages(db, thorough=False)) or any(wholeness.lots(db, _LAST_LOTS)):
            raise DamagedPractice(reason="pages")
        held, heads = practice.get(db), journal.heads(db)
        if not heads or not all(journal.head_is_whole(db, device) for device in heads):
            raise DamagedPractice(reason="journal")
        facts: dict[str, Any] = {
            "practice": held.id, "lineage": held.lineage, "reference": held.reference_sha256,
            "schema": int(db.pragma("user_version")), "rows": wholeness.counts(db), "heads": heads,
        }  # fmt: skip
    finally:
        db.close()
    durable.sync(into)
    return facts


def copy_pages(
    source: apsw.Connection, target: apsw.Connection, tell: Tell, stopped: Stopped
) -> None:
    """Copy every page as it stands now; others go on writing meanwhile, and are not waited for."""
    source.execute("begin deferred")
    try:
        source.execute("select count(*) from sqlite_master").fetchall()  # pins this moment
        with target.backup("main", source, "main") as work:
            while not work.done:
                if stopped():
                    raise Interrupted
                work.step(_PAGES)
                if not work.done:
                    tell(work.page_count - work.remaining, work.page_count)
    finally:
        source.execute("rollback")
    target.pragma("journal_mode", "delete")  # the file alone is the copy


def _signer(folder: Path, key: DatabaseKey, practice_key: DatabaseKey) -> signing.Signer:
    db = read_copy(folder / DATABASE, key)
    try:
        return signing.signer(db, practice_key)
    finally:
        db.close()


def _wrap(practice_key: DatabaseKey, key: DatabaseKey, copy: str) -> dict[str, str]:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(12)
    held = AESGCM(practice_key.derive("backup")).encrypt(nonce, key.raw, copy.encode())
    return {"nonce": nonce.hex(), "key": held.hex()}


@contextmanager
def _unfinished(place: Path, name: str) -> Iterator[Path]:
    """Give a folder to fill; it takes its name when all went well, and is gone when not."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    for leftover in place.glob(f"besace-*{_UNFINISHED}"):
        shutil.rmtree(leftover, ignore_errors=True)
    folder = place / f"{name}{_UNFINISHED}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
        sync_names(folder)
        folder.rename(place / name)
        sync_names(place)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
