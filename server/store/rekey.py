"""The whole practice file written again under another key, beside its place.

Not `PRAGMA rekey` on the file itself: the pages are copied into a new file, which is checked and
made durable, and takes the place of the old one by a single rename. A cut at any moment leaves
either the whole old file or the whole new one (`reliability-security.md` §2.2).
"""

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from time import sleep

import apsw

from server.core.errors import DamagedPractice
from server.store import durable, inner_keys, wholeness
from server.store.backup import Tell, copy_pages, never
from server.store.connection import connect, copy_target
from server.store.keys import DatabaseKey, sync_folder

_TRIES, _PAUSE = 50, 0.1  # seconds


def rewrite(
    database: Path, key: DatabaseKey, fresh: DatabaseKey, beside: Path, now: datetime, tell: Tell
) -> None:
    """Write `beside`, the same practice under the key `fresh`, and put it in place of `database`.

    Nobody else may have the file open: raises `apsw.BusyError`. Raises `DamagedPractice` when
    either file does not hold; the old one is then untouched.
    """
    sweep(beside)
    source = connect(database, key)
    try:
        _leave_the_log(source)
        _copy(source, key, fresh, beside, now, tell)
    finally:
        source.close()
    durable.sync(beside)
    beside.replace(database)
    sync_folder(database.parent)


def sweep(beside: Path) -> None:
    """Remove what is left of a file that never took its place."""
    for leftover in beside.parent.glob(f"{beside.name}*"):
        leftover.unlink()


def _leave_the_log(db: apsw.Connection) -> None:
    """Fold the log in and do without: one left beside would be taken for the new file's."""
    db.pragma("locking_mode", "exclusive")
    for _ in range(_TRIES):
        with suppress(apsw.BusyError, apsw.LockedError):
            if db.pragma("journal_mode", "delete") == "delete":
                return
        sleep(_PAUSE)  # a thread that was at work ends its own connection
    raise apsw.BusyError("the practice file is open elsewhere")


def _copy(
    source: apsw.Connection, key: DatabaseKey, fresh: DatabaseKey, beside: Path, now: datetime,
    tell: Tell,
) -> None:  # fmt: skip
    db = copy_target(beside, fresh)
    try:
        copy_pages(source, db, tell, never)
        inner_keys.keep_journal_key(db, key, now)
        found = [*wholeness.pages(db, thorough=True), *wholeness.chain(db, fresh)]
        same = {**wholeness.counts(source), "inner_key": 1} == wholeness.counts(db)
        if found or not same:
            raise DamagedPractice(reason="pages")
    finally:
        db.close()
