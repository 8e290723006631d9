"""The practice file opened for a run: looked at before it is changed, copied before migrated."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import apsw

from server.core.errors import DamagedPractice, OlderPractice, WrongKey
from server.services import reference_files, safety
from server.services.doorstep import DATABASE
from server.store import events, journal, soundness
from server.store import practice as practices
from server.store.connection import connect, fold_log
from server.store.inner_keys import journal_key
from server.store.keys import DatabaseKey
from server.store.migrate import is_behind, migrate
from server.store.watermark import Watermark


@dataclass(frozen=True, slots=True)
class Opened:
    """What was found in a file that is ready to be worked in, and its connection."""

    db: apsw.Connection
    mac_key: bytes
    mark: Watermark | None
    reference: Path
    last_event: datetime | None  # the last instant that can be believed
    idle_minutes: int
    copy: Path | None  # made before it was migrated
    came_from: datetime | None  # of the last act of an older copy the user insisted on


def open_file(
    folder: Path, key: DatabaseKey, disk: str | None, copy: Callable[[Path], Path], *, older: bool
) -> Opened:
    """Look at the file, bring it to the present schema, and tidy it; it stays open.

    `copy` makes a checked copy, given the reference file. Raises `DamagedPractice` and
    `OlderPractice` before anything is changed; with `older` the user insists.
    """
    db = _connected(folder / DATABASE, key, disk)
    try:
        mac_key = journal_key(db, key)
        mark = Watermark(folder, mac_key) if disk is None else None
        practice = practices.get(db)
        behind = soundness.glance(db, mark.read() if mark else None, practice.lineage) == "older"
        if behind and not older:
            raise OlderPractice(known=_known(mark))
        reference = reference_files.accepted(folder, practice.reference_sha256)
        device = practices.first_device(db).id
        tip = journal.tip(db, device)
        copied = copy(reference) if is_behind(db) else None
        migrate(db)
        with db:
            events.prune(db)
        fold_log(db, at_close=True)
        return Opened(
            db, mac_key, mark, reference, journal.last_believed(db, device),
            safety.idle_minutes(db), copied, tip.at if behind and tip else None,
        )  # fmt: skip
    except (apsw.CorruptError, apsw.NotADBError):
        db.close()
        raise DamagedPractice(reason="pages") from None
    except BaseException:
        db.close()
        raise


def _connected(path: Path, key: DatabaseKey, disk: str | None) -> apsw.Connection:
    """Open the file with a key its key file gave, without changing it.

    When it does not open, the file is damaged or the key file is another practice's.
    """
    if disk is None:
        soundness.check_shape(path)
    try:
        return connect(path, key, disk, careful=True)
    except WrongKey:
        raise DamagedPractice(reason="first_page") from None


def _known(mark: Watermark | None) -> str:
    """Say when this practice was last worked in, ISO; "" when nobody knows."""
    at = mark.written_at() if mark else None
    return at.isoformat() if at else ""
