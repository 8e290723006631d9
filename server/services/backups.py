"""Copies of the practice: made, checked by coming back, carried to a second place, thinned out.

When and how: `reliability-security.md` §5. A copy that fails says why and changes nothing.
"""

import errno
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import apsw

from server.core import keeping
from server.core.errors import BackupFailed, DamagedPractice
from server.core.keeping import Copy
from server.core.rights import Right
from server.core.ulid import new_ulid
from server.services import places
from server.services.desk import Desk, needs
from server.services.places import Places
from server.services.vault import Vault
from server.store import backup, copies, journal, keeps, manifest, signing
from server.store import practice as practices
from server.store.backup import Order, Stopped, Tell, never, silent
from server.store.copies import Copied
from server.store.drill import OTHER_KEY, drill
from server.store.keeps import Kept
from server.store.manifest import Manifest

SCRATCH = "besace-drill.db"
_DRILLED = "backup.drilled_at"
_BEFORE = ("MIGRATION", "UPDATE", "REKEY")  # the last way back to what was is always kept
_OWN = ("backup.", journal.DOOR)  # acts that are no reason for another copy


@dataclass(frozen=True, slots=True)
class Made:
    """A copy just made and what its check found."""

    id: str
    path: Path
    bytes: int
    reason: str  # "" when a return to it was rehearsed with success
    seconds: float
    second: str  # reason code of the second place: "", "none", "absent", "full" …

    @property
    def is_good(self) -> bool:
        """Whether the practice could be opened on it."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class Notice:
    """Something wrong with the copies, to be told: `notice.<code>` and where."""

    code: str  # "absent", "old", "bad"
    second: bool
    since: datetime | None = None


def back_up(
    vault: Vault, cause: str, tell: Tell = silent, stopped: Stopped = never,
    to: Path | None = None,
) -> Made:  # fmt: skip
    """Copy the practice, rehearse a return, carry the copy to the second place, thin both out.

    `to` takes the local place's part. Raises `BackupFailed`, its reason journalled;
    `Interrupted` when told to stop.
    """
    with vault.desk() as desk:
        where = places.of(desk, vault.folder)
        local = to or where.local
        with _journalled(desk):
            _own_signing_key(desk)
            made = _made(vault, desk, local, cause, tell, stopped)
            second = _carry(desk, made, where.second) if made.is_good and not to else "none"
            if not to:
                _thin_out(desk, where)
                note_kept(desk, vault.folder)
        return Made(made.id, made.path, made.bytes, made.reason, made.seconds, second)


def copy_now(
    vault: Vault, place: Path, cause: str, tell: Tell = silent, stopped: Stopped = never
) -> Path:
    """Only make the copy, before anything of the practice is touched; `BackupFailed`."""
    at = vault.clock.now()
    order = Order(
        vault.database, vault.keys, vault.reference, vault.key, new_ulid(at, vault.entropy), at,
        cause, version("besace"),
    )  # fmt: skip
    try:
        with failing(place):
            return backup.make(order, place, tell, stopped)
    except DamagedPractice as error:
        raise BackupFailed(reason=error.facts["reason"], place=str(place)) from None


def copy_before(vault: Vault, cause: str) -> Path:
    """Make a copy before the file is rewritten and rehearse its return; raise `BackupFailed`."""
    copy = copy_now(vault, places.beside(vault.folder), cause)
    reason = drill(copy, vault.key, vault.folder / SCRATCH)
    if reason:
        raise BackupFailed(reason=reason, place=str(copy.parent))
    return copy


def remember(desk: Desk, copy: Path, reason: str, seconds: float) -> Manifest:
    """Write a copy made and checked into the practice it is of."""
    facts = manifest.read(copy)
    verdict = "" if reason == OTHER_KEY else ("BAD" if reason else "GOOD")
    with desk.deed("backup.made", "backup", facts.id, {"sha256": facts.database}):
        copies.add(desk.db, _row(facts, copy))
    action = "backup.bad" if reason else "backup.verified"
    with desk.deed(action, "backup", facts.id, reason=reason or None):
        copies.judge(
            desk.db, facts.id, str(copy.parent), verdict, reason, desk.now, seconds
        )  # fmt: skip
    return facts


def rehearse(vault: Vault, tell: Tell = silent, stopped: Stopped = never) -> list[Copied]:
    """Rehearse a return to the newest copy of each place that is there, and journal what came.

    Returns what is now known of each copy tried; empty when there is none.
    """
    tried: list[Copied] = []
    with vault.desk() as desk, _journalled(desk):
        _find_again(desk, places.of(desk, vault.folder))
        for place in places.of(desk, vault.folder).all:
            tried += _rehearsed(vault, desk, place, tell, stopped)
        with desk.deed("backup.drill", "practice", desk.practice.id):
            practices.set_setting(desk.db, _DRILLED, desk.now.isoformat(), desk.user.id, desk.now)
        note_kept(desk, vault.folder)
    return tried


@needs(Right.SETTINGS)
def listed(desk: Desk, folder: Path) -> list[Copied]:
    """Return the copies of every place, the newest first."""
    found = [x for p in places.of(desk, folder).all for x in copies.in_place(desk.db, str(p))]
    return sorted(found, key=lambda each: (each.made_at, each.place), reverse=True)


@needs(Right.SETTINGS)
def drilled_at(desk: Desk) -> datetime | None:
    """Return when a return was last rehearsed apart from the check of a new copy."""
    return _drilled(desk)


def _drilled(desk: Desk) -> datetime | None:
    held = practices.setting(desk.db, _DRILLED, "")
    return datetime.fromisoformat(held) if held else None


def notices(desk: Desk, folder: Path) -> list[Notice]:
    """Return what is wrong with the copies: absent, old or bad, in either place."""
    where = places.of(desk, folder)
    ages = ((where.local, keeping.LOCAL_AGE), (where.second, keeping.SECOND_AGE))
    found: list[Notice] = []
    for place, age in ages:
        if place is not None:
            found += _notices(desk, place, age, second=place != where.local)
    return found


def is_due(desk: Desk) -> bool:
    """Say whether the practice has been used for four hours, or at all since its first copy."""
    last = copies.newest(desk.db)
    if last is not None and timedelta(0) <= desk.now - last < keeping.EVERY:
        return False
    return changed_since(desk, last)


def newest(desk: Desk) -> datetime | None:
    """Return when the last copy was made, whatever became of it."""
    return copies.newest(desk.db)


def changed_since(desk: Desk, last: datetime | None) -> bool:
    """Say whether something was done since an instant, apart from copying itself."""
    for at, action in journal.backwards(desk.db, desk.device.id):
        if last is not None and at <= last:
            return False
        if not action.startswith(_OWN):
            return True
    return False


def drill_is_due(desk: Desk) -> bool:
    """Say whether a week has passed since a return was last rehearsed."""
    last = _drilled(desk)
    since = last or copies.oldest(desk.db)
    return since is not None and desk.now - since >= keeping.DRILL_EVERY


def note_kept(desk: Desk, folder: Path) -> None:
    """Note beside the practice how its copies stand, for whoever looks without opening it."""
    kept = []
    for place in places.of(desk, folder).all:
        rows = copies.in_place(desk.db, str(place))
        good = next((row.made_at.isoformat() for row in rows if row.verdict == "GOOD"), "")
        troubled = rows[0].reason if rows and rows[0].verdict == "BAD" else ""
        kept.append(Kept(str(place), good, troubled))
    keeps.note(folder, tuple(kept))


def _made(vault: Vault, desk: Desk, local: Path, cause: str, tell: Tell, stopped: Stopped) -> Made:
    copy = copy_now(vault, local, cause, tell, stopped)
    start = vault.clock.monotonic()
    with failing(vault.folder):
        reason = drill(copy, vault.key, vault.folder / SCRATCH, tell=tell, stopped=stopped)
    seconds = vault.clock.monotonic() - start
    facts = remember(desk, copy, reason, seconds)
    return Made(facts.id, copy, facts.size, reason, seconds, "")


def _carry(desk: Desk, made: Made, second: Path | None) -> str:
    """Carry a good copy to the second place; a stick that is not there is told by its age."""
    if second is None:
        return "none"
    if not second.is_dir():
        return "absent"
    try:
        with failing(second):
            there = backup.duplicate(made.path, second)
    except (BackupFailed, DamagedPractice) as error:
        reason = str(error.facts["reason"])
        with desk.deed("backup.failed", "backup", made.id, reason=reason):
            return reason
    facts = manifest.read(there)
    with desk.deed("backup.carried", "backup", facts.id):
        copies.add(desk.db, _row(facts, there))
        copies.judge(desk.db, facts.id, str(second), "GOOD", "", desk.now, made.seconds)
    return ""


def _rehearsed(
    vault: Vault, desk: Desk, place: Path, tell: Tell, stopped: Stopped
) -> Iterator[Copied]:
    rows = copies.in_place(desk.db, str(place)) if place.is_dir() else []
    for row in rows[:1]:
        start = vault.clock.monotonic()
        with failing(vault.folder):
            reason = drill(
                place / row.name, vault.key, vault.folder / SCRATCH, thorough=True, tell=tell,
                stopped=stopped,
            )  # fmt: skip
        seconds = vault.clock.monotonic() - start
        verdict = "" if reason == OTHER_KEY else ("BAD" if reason else "GOOD")
        action = "backup.bad" if reason else "backup.verified"
        with desk.deed(action, "backup", row.id, reason=reason or None):
            copies.judge(desk.db, row.id, str(place), verdict, reason, vault.clock.now(), seconds)
        yield copies.in_place(desk.db, str(place))[0]


def _notices(desk: Desk, place: Path, age: timedelta, *, second: bool) -> Iterator[Notice]:
    rows = copies.in_place(desk.db, str(place))
    good = next((row.made_at for row in rows if row.verdict == "GOOD"), None)
    if rows and rows[0].verdict == "BAD":
        yield Notice("bad", second, rows[0].made_at)
    if good is None:
        once = copies.newest(desk.db) is not None  # the first of a new practice is still to come
        if second or once or desk.now - practices.created_at(desk.db) > age:
            yield Notice("absent", second)
    elif desk.now - good > age:
        yield Notice("old", second, good)


def _thin_out(desk: Desk, where: Places) -> None:
    """Drop the copies the rule does not keep; only those of this practice, in places that exist."""
    _find_again(desk, where)
    for place in where.all:
        bad = {row.name for row in copies.in_place(desk.db, str(place)) if row.verdict == "BAD"}
        ours = {
            Copy(facts.at, path.name, path.name in bad): facts
            for path, facts in _of_practice(desk, place)
        }
        wanted = keeping.kept(ours.keys(), desk.practice.country)
        before = max((copy for copy in ours if ours[copy].cause in _BEFORE), default=None)
        for copy in ours.keys() - wanted - {before}:
            _drop(place / copy.name)
            with desk.deed("backup.dropped", "backup", ours[copy].id):
                copies.lose(desk.db, ours[copy].id, str(place))


def _find_again(desk: Desk, where: Places) -> None:
    """Note the copies that somebody took away; a stick that is out keeps its own."""
    for place in where.all:
        if place == where.local or place.is_dir():
            for row in copies.in_place(desk.db, str(place)):
                if not (place / row.name).is_dir():
                    with desk.deed("backup.gone", "backup", row.id):
                        copies.lose(desk.db, row.id, str(place))


def _of_practice(desk: Desk, place: Path) -> Iterator[tuple[Path, Manifest]]:
    for path in backup.listed(place):
        try:
            facts = manifest.read(path)
        except DamagedPractice:
            continue  # not ours to judge: a stick may hold anything
        if facts.practice == desk.practice.id:
            yield path, facts


def _drop(copy: Path) -> None:
    """Remove a copy: it loses its name first, so that half a copy never bears one."""
    unnamed = copy.with_name(f"{copy.name}.tmp")
    try:
        copy.rename(unnamed)
    except OSError:
        return  # a locked stick keeps what it has
    shutil.rmtree(unnamed, ignore_errors=True)


def _row(facts: Manifest, copy: Path) -> Copied:
    return Copied(
        facts.id, str(copy.parent), copy.name, facts.at, facts.cause, facts.size, "", "", None,
        None,
    )  # fmt: skip


def _own_signing_key(desk: Desk) -> None:
    if not signing.has_key(desk.db):
        with desk.deed("practice.signing_key", "practice", desk.practice.id):
            signing.make_key(desk.db, secrets.token_bytes(32), desk.now)


@contextmanager
def _journalled(desk: Desk) -> Iterator[None]:
    """Keep in the journal why a copy could not be made."""
    try:
        yield
    except BackupFailed as error:
        with desk.deed(
            "backup.failed", "practice", desk.practice.id, reason=str(error.facts["reason"])
        ):
            pass
        raise


@contextmanager
def failing(place: Path) -> Iterator[None]:
    """Turn what a disk does into `BackupFailed` with its reason; other refusals pass."""
    try:
        yield
    except apsw.FullError:
        raise BackupFailed(reason="full", place=str(place)) from None
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise BackupFailed(reason="full" if full else "place", place=str(place)) from None
    except apsw.Error:
        raise BackupFailed(reason="disk", place=str(place)) from None
