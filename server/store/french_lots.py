"""Lots of a practice of France: as the component signed them, what they hold, how each stands."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import apsw

from server.core.errors import StateConflict
from server.core.teletransmission import DocumentKind, Family, Recipient
from server.store.rows import columns, many, one, value


class LotStanding(StrEnum):
    """Where a lot stands."""

    IN_LOT = "InLot"  # made, its message has not arrived
    SENT = "Sent"
    ACK_POSITIVE = "AckPositive"
    ACK_NEGATIVE = "AckNegative"
    RECYCLED = "Recycled"  # no receipt came: its documents were put into another


_L = LotStanding
STEPS = {
    _L.IN_LOT: {_L.SENT, _L.ACK_POSITIVE, _L.ACK_NEGATIVE, _L.RECYCLED},
    _L.SENT: {_L.ACK_POSITIVE, _L.ACK_NEGATIVE, _L.RECYCLED},
    _L.RECYCLED: {_L.ACK_POSITIVE, _L.ACK_NEGATIVE},  # the receipt came late all the same (K5)
    _L.ACK_POSITIVE: set(),
    _L.ACK_NEGATIVE: set(),
}


LATE = "late"
"""Reason of a lot whose receipt came once its documents were in another."""


@dataclass(frozen=True, slots=True)
class LotRow:
    """One lot, without its bytes."""

    id: str
    kind: DocumentKind
    family: Family
    number: int
    sender: str
    recipient: str
    made_at: datetime
    by: str
    documents: int
    total_cents: int
    message: str | None
    state: LotStanding
    sent_on: date | None
    answered_at: datetime | None
    letter: str | None
    reason: str

    @property
    def receiver(self) -> Recipient:
        """Who receives it."""
        return Recipient.parse(self.recipient)


_ROW = f"select {columns(LotRow)} from french_lot"


def add(
    db: apsw.Connection, lot: LotRow, content: bytes, documents: Sequence[str], device: str,
    seq: int,
) -> None:  # fmt: skip
    """Keep a lot and what it holds."""
    x = lot
    db.execute(
        "insert into french_lot values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (x.id, device, seq, x.kind, x.family, x.number, x.sender, x.recipient,
         x.made_at.isoformat(), x.by, content, x.documents, x.total_cents, x.message, x.state,
         None, None, None, x.reason),
    )  # fmt: skip
    for document in documents:
        db.execute("insert into french_lot_document values (?, ?)", (x.id, document))


def move(
    db: apsw.Connection, row: LotRow, state: LotStanding, *, reason: str = "",
    answered_at: datetime | None = None, letter: str | None = None, sent_on: date | None = None,
) -> None:  # fmt: skip
    """Take one allowed step; what is not told stays as it was. Raises `StateConflict`."""
    if (
        state not in STEPS[row.state]
        or not db.execute(
            "update french_lot set state = ?, reason = coalesce(nullif(?, ''), reason),"
            " answered_at = coalesce(?, answered_at), letter = coalesce(?, letter),"
            " sent_on = coalesce(?, sent_on) where id = ? and state = ? returning id",
            (state, reason, answered_at and answered_at.isoformat(), letter,
             sent_on and sent_on.isoformat(), row.id, row.state),
        ).fetchall()
    ):  # fmt: skip
        raise StateConflict(kind="french_lot", state=str(row.state), wanted=str(state))


def get(db: apsw.Connection, key: str) -> LotRow | None:
    """Return one lot."""
    return one(db, LotRow, f"{_ROW} where id = ?", (key,))


def newest(db: apsw.Connection, most: int) -> list[LotRow]:
    """Return the last lots, the newest first."""
    return many(
        db, LotRow,
        f"{_ROW} where rowid > (select max(rowid) from french_lot) - ? order by rowid desc",
        (most,),
    )  # fmt: skip


def in_state(db: apsw.Connection, state: LotStanding) -> list[LotRow]:
    """Return the lots in a state, the one sent first at the head."""
    return many(db, LotRow, f"{_ROW} where state = ? order by sent_on, rowid", (state,))


def late(db: apsw.Connection) -> list[LotRow]:
    """Return the lots whose receipt came after their documents were put into others (K5)."""
    return many(db, LotRow, f"{_ROW} where reason = 'late' and id > '' order by id desc")


def of_message(db: apsw.Connection, message: str) -> list[LotRow]:
    """Return the lots of the file a message carries."""
    return many(db, LotRow, f"{_ROW} where message = ? order by rowid", (message,))


def of_document(db: apsw.Connection, document: str) -> list[LotRow]:
    """Return the lots a document went in, the newest first."""
    return many(
        db, LotRow,
        f"{_ROW} where id in (select lot from french_lot_document where document = ?)"
        " order by rowid desc",
        (document,),
    )  # fmt: skip


def numbered(db: apsw.Connection, kind: DocumentKind, sender: str, number: int) -> LotRow | None:
    """Return the newest lot of a number: numbers come round again."""
    return one(
        db, LotRow,
        f"{_ROW} where kind = ? and sender = ? and number = ? order by rowid desc limit 1",
        (kind, sender, number),
    )  # fmt: skip


def documents_of(db: apsw.Connection, lot: str) -> list[str]:
    """Return what a lot holds."""
    rows = db.execute(
        "select document from french_lot_document where lot = ? order by document", (lot,)
    )
    return [str(row[0]) for row in rows]


def add_after(db: apsw.Connection, message: str, before: Sequence[str]) -> None:
    """Write that a message leaves only once others have arrived."""
    db.execute(
        "insert into french_message_after select ?, value from json_each(?)",
        (message, json.dumps(sorted(set(before)))),
    )


def waits_for(db: apsw.Connection, message: str) -> bool:
    """Say whether a message that must leave first has not arrived yet."""
    return bool(
        value(
            db,
            "select exists(select 1 from french_message_after a join message m on m.id = a.before"
            " where a.message = ? and m.state <> 'Done')",
            (message,),
        )
    )
