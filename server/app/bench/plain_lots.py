"""The yardstick of sealing: the same records from bare templates, the same rows by `executemany`.

Everything is ready beforehand, taken from lots that were sealed: nothing is read, judged or
checked here. It is not slowed either: control digits and digests are made by the quickest means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import apsw

from server.countries.belgium.control import with_check
from server.countries.belgium.efact_layout import DETAIL

_SEGMENTS, _RECORD = 227, 350
_FOOTERS = ("95", "96")

# What a sealing adds, by table; the payload of a message is written anew.
_ADDED: Mapping[str, str] = {
    "lot": "select * from lot where id = ?",
    "lot_line": "select * from lot_line where lot = ? order by record",
    "message": "select * from message where lot = ?",
    "journal": "select * from journal where entity_id = ?",
    "event": "select * from event where ref = ?",
    "step": "select * from step where seq = (select seq from lot where id = ?)",
}
# What a sealing changes, one row of values per row of the table.
_CHANGED: Mapping[str, str] = {
    "update line set state = ?, lot = ? where id = ?":
        "select state, lot, id from line where lot = ?",
    "update session set state = ? where id = ?":
        "select distinct s.state, s.id from session s join line x on x.session = s.id"
        " where x.lot = ?",
}  # fmt: skip
_COUNTERS = "insert or replace into counter values (?, ?, ?)"


@dataclass(frozen=True, slots=True)
class PlainLot:
    """One lot ready to be formatted and inserted."""

    segments: bytes
    records: Sequence[tuple[str, Mapping[str, str]]]  # a template and its zones
    footers: bytes
    rows: Sequence[tuple[str, Sequence[Sequence[Any]]]]  # a statement and its rows
    message: tuple[str, Sequence[Any], int, int]  # the same, and where bytes and digest go

    def payload(self) -> bytes:
        """Format the file."""
        records = [with_check(template % zones) for template, zones in self.records]
        return self.segments + b"".join(records) + self.footers


def plain_lots(db: apsw.Connection) -> list[PlainLot]:
    """Take from a file every lot sealed in it, in the order they were sealed."""
    return [_plain(db, str(key)) for (key,) in db.execute("select id from lot order by seq")]


def write_plainly(db: apsw.Connection, lots: Sequence[PlainLot]) -> None:
    """Format and insert: one transaction per lot."""
    for lot in lots:
        with db:
            payload = lot.payload()
            statement, row, bytes_at, digest_at = lot.message
            filled = list(row)
            filled[bytes_at], filled[digest_at] = payload, sha256(payload).hexdigest()
            for text, rows in lot.rows:
                db.executemany(text, rows)
            db.execute(statement, filled)


def _plain(db: apsw.Connection, lot: str) -> PlainLot:
    added = {name: db.execute(text, (lot,)).fetchall() for name, text in _ADDED.items()}
    payload, bytes_at, digest_at = _message(db, lot)
    ends = len(payload) - _RECORD * _footers(payload)
    texts = [payload[i : i + _RECORD].decode() for i in range(_SEGMENTS, ends, _RECORD)]
    rows = [(_insert(name, found), found) for name, found in added.items() if name != "message"]
    rows += [(text, db.execute(taken, (lot,)).fetchall()) for text, taken in _CHANGED.items()]
    rows.append((_COUNTERS, db.execute("select * from counter").fetchall()))
    return PlainLot(
        payload[:_SEGMENTS],
        [(_TEMPLATES[text[:2]], DETAIL[text[:2]].read(text).zones()) for text in texts],
        payload[ends:],
        rows,
        (_insert("message", added["message"]), added["message"][0], bytes_at, digest_at),
    )


def _message(db: apsw.Connection, lot: str) -> tuple[bytes, int, int]:
    columns = [str(row[1]) for row in db.execute("pragma table_info(message)")]
    payload = db.execute("select payload from message where lot = ?", (lot,)).fetchone()
    if payload is None:
        raise LookupError("a sealed lot without its message")
    return bytes(payload[0]), columns.index("payload"), columns.index("sha256")


def _footers(payload: bytes) -> int:
    heads = [payload[i : i + 2].decode() for i in range(_SEGMENTS, len(payload), _RECORD)]
    return sum(head in _FOOTERS for head in heads)


def _insert(table: str, rows: Sequence[Sequence[Any]]) -> str:
    return f"insert into {table} values ({', '.join('?' * len(rows[0]))})"  # noqa: S608 - our own table names


_TEMPLATES = {
    name: "".join(f"%({zone.name})s" for zone in layout.fields) for name, layout in DETAIL.items()
}
