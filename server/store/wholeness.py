"""Is this practice file whole? Pages, journal chain, and the digest of everything kept as bytes.

Each check walks what is there and yields what does not hold: a kind and where, never a name.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import apsw

from server.store import journal
from server.store.inner_keys import journal_key
from server.store.keys import DatabaseKey
from server.store.rows import value

_BLOBS = (
    ("message", "select id, payload, sha256 from message"),
    ("letter", "select id, content, sha256 from letter"),
    ("answer", "select id, raw, sha256 from exchange"),
    ("document", "select id, bytes, sha256 from document"),
    ("document", "select id, bytes, sha256 from incoming"),
    ("document", "select id, bytes, sha256 from mail_message"),
)
_LOTS = """
    select l.id, l.payload_sha256, m.sha256, m.payload from lot l join message m on m.lot = l.id
     order by l.id desc limit ?
"""
_EVERY_LOT = 1 << 40


@dataclass(frozen=True, slots=True)
class Unsound:
    """One thing that does not hold: "page", "journal", "message" …, and where."""

    kind: str
    where: str


def look(db: apsw.Connection, key: DatabaseKey, *, thorough: bool) -> list[Unsound]:
    """Check a whole practice file; thorough also compares every index with its table."""
    found = list(pages(db, thorough=thorough))
    if found:  # nothing read further can be believed
        return found
    return [*_loose_ends(db), *chain(db, key), *kept_bytes(db), *lots(db, _EVERY_LOT)]


def pages(db: apsw.Connection, *, thorough: bool) -> Iterator[Unsound]:
    """Check the pages, and with `thorough` the indexes too."""
    try:
        check = "pragma main.integrity_check(5)" if thorough else "pragma main.quick_check(5)"
        told = [str(row[0]) for row in db.execute(check)]
    except (apsw.CorruptError, apsw.IOError, apsw.NotADBError):
        told = ["unreadable"]
    yield from (Unsound("page", text.partition("\n")[0][:80]) for text in told if text != "ok")


def chain(db: apsw.Connection, key: DatabaseKey) -> Iterator[Unsound]:
    """Walk the journal of every device: hashes, and marks of the practice's own key."""
    for flaw in journal.flaws(db, journal_key(db, key)):
        yield Unsound("journal", f"{flaw.device}:{flaw.seq} {flaw.reason}")


def kept_bytes(db: apsw.Connection) -> Iterator[Unsound]:
    """Compare what was sent, received and printed with the digest kept beside it."""
    known = tables(db)
    for kind, query in _BLOBS:
        if query.rsplit(" ", 1)[1] in known:
            for row, content, sha256 in db.execute(query):
                if hashlib.sha256(content).hexdigest() != sha256:
                    yield Unsound(kind, str(row))


def lots(db: apsw.Connection, most: int) -> Iterator[Unsound]:
    """Compare the newest lots with the bytes that carry them."""
    if "message" not in tables(db):
        return
    for lot, sealed, frozen, payload in db.execute(_LOTS, (most,)):
        if not sealed == frozen == hashlib.sha256(payload).hexdigest():
            yield Unsound("lot", str(lot))


def tables(db: apsw.Connection) -> list[str]:
    """Return the tables of the file."""
    rows = db.execute(
        "select name from main.sqlite_master where type = 'table' and name not like 'sqlite_%'"
        " order by name"
    )
    return [str(row[0]) for row in rows]


def counts(db: apsw.Connection) -> dict[str, int]:
    """Return how many rows each table holds."""
    return {table: int(value(db, f'select count(*) from main."{table}"')) for table in tables(db)}


def _loose_ends(db: apsw.Connection) -> Iterator[Unsound]:
    for table, row, *_ in db.execute("pragma main.foreign_key_check"):
        yield Unsound("link", f"{table}:{row}")
