"""What travels: messages to send, attempts, raw answers, letters received, their verdicts."""

from dataclasses import dataclass
from datetime import datetime

import apsw

from server.core.errors import StateConflict
from server.core.outbox import TRANSITIONS, Letter, MessageState
from server.store.rows import many, one, value


@dataclass(frozen=True, slots=True)
class Row:
    """One outbox row, without its bytes."""

    id: str
    stream: str
    lane: str
    target: str
    reference: str
    lot: str | None
    sha256: str
    priority: int
    deadline: datetime | None
    not_before: datetime | None
    expires_at: datetime | None
    depends_on: str | None
    created_at: datetime
    state: MessageState
    reason: str
    next_try: datetime | None
    attempts: int
    first_try: datetime | None
    leased_boot: str
    leased_until: float | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of one message, or one question about it."""

    id: int
    message: str
    n: int
    kind: str
    at: datetime
    verdict: str
    reason: str
    ended_at: datetime | None
    boot: str
    mono: float


@dataclass(frozen=True, slots=True)
class LetterRow:
    """One piece of mail kept, without its bytes."""

    id: str
    at: datetime
    kind: str
    name: str
    hash: str
    sha256: str
    reference: str
    input_reference: str
    format: str
    lot: str | None
    state: str
    reason: str
    applied_at: datetime | None
    confirmed_at: datetime | None
    released_at: datetime | None


_ROW = """
    select id, stream, lane, target, reference, lot, sha256, priority, deadline, not_before,
           expires_at, depends_on, created_at, state, reason, next_try, attempts, first_try,
           leased_boot, leased_until
      from message
"""
_LETTER = """
    select id, at, kind, name, hash, sha256, reference, input_reference, format, lot, state,
           reason, applied_at, confirmed_at, released_at
      from letter
"""


def add(db: apsw.Connection, row: Row, payload: bytes, device: str, seq: int) -> None:
    """Write a message with its frozen bytes."""
    r = row
    db.execute(
        "insert into message (id, device, seq, stream, lane, target, reference, lot, payload,"
        " sha256, priority, deadline, not_before, expires_at, depends_on, created_at, state)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (r.id, device, seq, r.stream, r.lane, r.target, r.reference, r.lot, payload, r.sha256,
         r.priority, _iso(r.deadline), _iso(r.not_before), _iso(r.expires_at), r.depends_on,
         r.created_at.isoformat(), str(r.state)),
    )  # fmt: skip


def get(db: apsw.Connection, key: str) -> Row | None:
    """Return one message."""
    return one(db, Row, _ROW + " where id = ?", (key,))


def of_lot(db: apsw.Connection, lot: str) -> Row | None:
    """Return the message that carries a lot."""
    return one(db, Row, _ROW + " where lot = ? order by id desc limit 1", (lot,))


def by_reference(db: apsw.Connection, reference: str) -> Row | None:
    """Return the message of one reference."""
    return one(db, Row, _ROW + " where reference = ?", (reference,))


def payload(db: apsw.Connection, key: str) -> bytes:
    """Return the frozen bytes of a message."""
    return bytes(value(db, "select payload from message where id = ?", (key,)) or b"")


def open_rows(db: apsw.Connection) -> list[Row]:
    """Return every message that is not final, the most urgent first (H-14)."""
    return many(
        db,
        Row,
        _ROW + " where state in ('New', 'Ready', 'Leased', 'RetryWait', 'Unknown', 'Failed')"
        " order by coalesce(deadline, '9999'), priority, coalesce(not_before, ''), id",
    )


def page_of_open_rows(db: apsw.Connection, after: str = "", most: int = 50) -> list[Row]:
    """Return a page of the messages that are not final, the most urgent first.

    `after` is the id of the last one shown.
    """
    return many(
        db,
        Row,
        _ROW + " where state in ('New', 'Ready', 'Leased', 'RetryWait', 'Unknown', 'Failed')"
        " and (?1 = '' or (coalesce(deadline, '9999'), priority, coalesce(not_before, ''), id) >"
        " (select coalesce(deadline, '9999'), priority, coalesce(not_before, ''), id"
        " from message where id = ?1))"
        " order by coalesce(deadline, '9999'), priority, coalesce(not_before, ''), id limit ?2",
        (after, most),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """The messages that are not final, in figures."""

    waiting: int
    doubtful: int
    failed: int
    cents: int  # what their lots ask of insurers
    oldest: datetime | None


def standing(db: apsw.Connection) -> Standing:
    """Return the messages that are not final in figures; their bytes are not touched."""
    found = one(
        db,
        Standing,
        "select count(*) filter (where m.state not in ('Unknown', 'Failed')) as waiting,"
        " count(*) filter (where m.state = 'Unknown') as doubtful,"
        " count(*) filter (where m.state = 'Failed') as failed,"
        " coalesce(sum((select oa_cents from lot where id = m.lot)), 0) as cents,"
        " min(m.created_at) as oldest from message m"
        " where m.state in ('New', 'Ready', 'Leased', 'RetryWait', 'Unknown', 'Failed')",
    )
    if found is None:
        raise LookupError("an aggregate without a row")
    return found


def move(db: apsw.Connection, row: Row, new: MessageState, reason: str = "") -> None:
    """Take one allowed step; raise `StateConflict` when the row is elsewhere."""
    if (
        new not in TRANSITIONS[row.state]
        or not db.execute(
            "update message set state = ?, reason = ? where id = ? and state = ? returning id",
            (str(new), reason, row.id, str(row.state)),
        ).fetchall()
    ):
        raise StateConflict(kind="message", state=str(row.state), wanted=str(new))


def lease(db: apsw.Connection, key: str, boot: str, until: float, now: datetime) -> None:
    """Mark who holds a message, until which monotonic second, and count the attempt."""
    db.execute(
        "update message set leased_boot = ?, leased_until = ?, attempts = attempts + 1,"
        " first_try = coalesce(first_try, ?) where id = ?",
        (boot, until, now.isoformat(), key),
    )


def hold(db: apsw.Connection, key: str, boot: str, until: float) -> None:
    """Mark who asks about a message in doubt; a question is not an attempt."""
    db.execute(
        "update message set leased_boot = ?, leased_until = ? where id = ?", (boot, until, key)
    )


def plan(db: apsw.Connection, key: str, next_try: datetime | None) -> None:
    """Write when a message may be tried (or asked about) next."""
    db.execute(
        "update message set next_try = ?, leased_boot = '', leased_until = null where id = ?",
        (_iso(next_try), key),
    )


def explain(db: apsw.Connection, key: str, reason: str) -> None:
    """Write why a message is where it is, when it does not move."""
    db.execute("update message set reason = ? where id = ?", (reason, key))


def add_attempt(
    db: apsw.Connection, row: Row, kind: str, boot: str, now: datetime, mono: float
) -> int:
    """Write an attempt before anything leaves; return its id."""
    db.execute(
        "insert into attempt (message, n, kind, boot, at, mono, sha256)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (row.id, row.attempts + 1, kind, boot, now.isoformat(), mono, row.sha256),
    )
    return int(db.last_insert_rowid())


def end_attempt(db: apsw.Connection, key: int, verdict: str, reason: str, now: datetime) -> None:
    """Write what an attempt brought."""
    db.execute(
        "update attempt set verdict = ?, reason = ?, ended_at = ? where id = ?",
        (verdict, reason, now.isoformat(), key),
    )


def open_attempt(db: apsw.Connection, message: str) -> int | None:
    """Return the attempt of a message that has no end yet."""
    found = value(
        db,
        "select id from attempt where message = ? and ended_at is null order by id desc limit 1",
        (message,),
    )
    return None if found is None else int(found)


def attempts(db: apsw.Connection, message: str) -> list[Attempt]:
    """Return the attempts of a message, oldest first."""
    return many(
        db,
        Attempt,
        "select id, message, n, kind, at, verdict, reason, ended_at, boot, mono from attempt"
        " where message = ? order by id",
        (message,),
    )


def sent_in_lane(db: apsw.Connection, lane: str, since: datetime, until: datetime) -> list[str]:
    """Return the messages of a lane whose bytes left (or may have) between two instants.

    What was noted under a clock far ahead counts for no day of ours.
    """
    rows = db.execute(
        "select message from attempt where at >= ? and at < ? and kind = 'send'"
        " and verdict in ('', 'done', 'unknown')"
        " and (select lane from message where id = attempt.message) = ?",
        (since.isoformat(), until.isoformat(), lane),
    )
    return list(dict.fromkeys(str(row[0]) for row in rows))


def keep_raw(
    db: apsw.Connection, attempt: int | None, raw: bytes, sha256: str, now: datetime
) -> int:
    """Store a raw answer as received."""
    db.execute(
        "insert into exchange (at, attempt, sha256, raw) values (?, ?, ?, ?)",
        (now.isoformat(), attempt, sha256, raw),
    )
    return int(db.last_insert_rowid())


def add_letter(
    db: apsw.Connection, key: str, x: Letter, sha256: str, at: datetime, device: str, seq: int
) -> None:
    """Store a piece of mail before understanding it."""
    db.execute(
        "insert into letter (id, device, seq, at, kind, name, hash, sha256, content, reference,"
        " input_reference, result_major, applies_to, state)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'Received')",
        (key, device, seq, at.isoformat(), str(x.kind), x.name, x.hash, sha256, x.content,
         x.reference, x.input_reference, x.result_major, x.applies_to),
    )  # fmt: skip


def letter_by_hash(db: apsw.Connection, kind: str, hashed: str, sha256: str) -> LetterRow | None:
    """Return a letter already stored: the same post comes again until it is confirmed."""
    return one(
        db, LetterRow, _LETTER + " where kind = ? and hash = ? and sha256 = ?",
        (kind, hashed, sha256),
    )  # fmt: skip


def letter(db: apsw.Connection, key: str) -> LetterRow | None:
    """Return one letter."""
    return one(db, LetterRow, _LETTER + " where id = ?", (key,))


def letters_of_lot(db: apsw.Connection, lot: str) -> list[LetterRow]:
    """Return the answers matched to a lot, in the order they came."""
    return many(db, LetterRow, _LETTER + " where lot = ? order by at, id", (lot,))


def letters_in(db: apsw.Connection, state: str, most: int = -1) -> list[LetterRow]:
    """Return the letters in one state, oldest first; at most so many, all when negative."""
    return many(db, LetterRow, _LETTER + " where state = ? order by at, id limit ?", (state, most))


def count_letters(db: apsw.Connection, state: str) -> int:
    """Return how many letters in one state still wait for a person: never many."""
    return int(
        value(
            db,
            "select count(*) from letter where state = ? and confirmed_at is null",
            (state,),
        )
    )


def letter_bytes(db: apsw.Connection, key: str) -> bytes:
    """Return the bytes of a letter, as received."""
    return bytes(value(db, "select content from letter where id = ?", (key,)) or b"")


def file_letter(
    db: apsw.Connection, key: str, state: str, form: str, lot: str | None, reason: str, at: datetime
) -> None:
    """Write what a letter was understood to be."""
    db.execute(
        "update letter set state = ?, format = ?, lot = ?, reason = ?, applied_at = ? where id = ?",
        (state, form, lot, reason, at.isoformat(), key),
    )


def release_letter(db: apsw.Connection, key: str, at: datetime) -> None:
    """Write that a person lets a letter set aside be deleted from its mailbox."""
    db.execute("update letter set released_at = ? where id = ?", (at.isoformat(), key))


def confirm_letter(db: apsw.Connection, hashed: str, at: datetime) -> None:
    """Write that the mailbox was told to forget a letter."""
    db.execute(
        "update letter set confirmed_at = ? where hash = ? and confirmed_at is null",
        (at.isoformat(), hashed),
    )


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
