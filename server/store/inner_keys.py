"""The key of the journal's marks, which outlives the key of the file.

It derives from the first key a practice had. A file encrypted again under another key keeps it
inside, so that rows marked before still hold, and rows marked later are marked alike.
"""

from datetime import datetime

import apsw

from server.store.keys import DatabaseKey

_JOURNAL = "journal"


def journal_key(db: apsw.Connection, key: DatabaseKey) -> bytes:
    """Return the 32 bytes that mark the journal of an open file; `key` is the file's own."""
    if _has_table(db):
        row = db.execute("select key from inner_key where purpose = ?", (_JOURNAL,)).fetchone()
        if row is not None:
            return bytes(row[0])
    return key.derive(_JOURNAL)


def keep_journal_key(db: apsw.Connection, key: DatabaseKey, now: datetime) -> None:
    """Keep inside the file the key of its journal, once: `key` is about to be no more the file's.

    A file migrated up to date only.
    """
    db.execute(
        "insert into inner_key values (?, ?, ?) on conflict (purpose) do nothing",
        (_JOURNAL, journal_key(db, key), now.isoformat()),
    ).fetchall()


def _has_table(db: apsw.Connection) -> bool:
    found = db.execute("select 1 from sqlite_master where type = 'table' and name = 'inner_key'")
    return found.fetchone() is not None
