"""Rehearsing a return: a copy is brought back into a scratch file, looked through, and dropped.

The scratch file has a key that is known nowhere else: what a cut leaves of it can never be read.
"""

from pathlib import Path

import apsw

from server.core.errors import DamagedPractice, NewerPractice, WrongKey
from server.store import backup, manifest, wholeness
from server.store.backup import Stopped, Tell, never, silent
from server.store.connection import connect
from server.store.keys import DatabaseKey, new_key
from server.store.manifest import Manifest
from server.store.migrate import migrate

OTHER_KEY = "other_key"
"""The copy is older than the present key of the practice: only a passphrase of then opens it."""


def drill(
    copy: Path, key: DatabaseKey, scratch: Path, *, thorough: bool = False,
    tell: Tell = silent, stopped: Stopped = never,
) -> str:  # fmt: skip
    """Bring a copy back into a scratch file and check it; "" when a practice could be opened on it.

    Otherwise a reason code: of `DamagedPractice`, a kind of `store.wholeness`, or `OTHER_KEY`.
    """
    try:
        facts = backup.check_files(copy)
        backup.unwrap(facts, key)
        return _brought_back(copy, facts, key, scratch, thorough, tell, stopped)
    except WrongKey:
        return OTHER_KEY
    except (DamagedPractice, NewerPractice) as error:
        return str(error.facts.get("reason", "newer"))
    except apsw.CorruptError:
        return "pages"


def sweep(scratch: Path) -> None:
    """Remove what is left of a scratch file."""
    for leftover in scratch.parent.glob(f"{scratch.name}*"):
        leftover.unlink()


def newest_manifest(place: Path, practice: str) -> Manifest | None:
    """Return the manifest of the newest readable copy of a practice in a place."""
    for copy in backup.listed(place):
        try:
            facts = manifest.read(copy)
        except DamagedPractice:
            continue
        if facts.practice == practice:
            return facts
    return None


def _brought_back(
    copy: Path, facts: Manifest, key: DatabaseKey, scratch: Path, thorough: bool, tell: Tell,
    stopped: Stopped,
) -> str:  # fmt: skip
    sweep(scratch)
    fresh = new_key()
    try:
        backup.restore(copy, facts, key, scratch, fresh, tell, stopped)
        db = connect(scratch, fresh)
        try:
            migrate(db)
            found = wholeness.look(db, key, thorough=thorough)
        finally:
            db.close()
    finally:
        sweep(scratch)
    return found[0].kind if found else ""
