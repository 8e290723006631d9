"""Signed heads: where each chain of the journal stood, under the practice's Ed25519 key.

`reliability-security.md` §7: the end of a day, each sealed lot and each export. What is signed is
one JSON line without spaces, so that a tool without our code can check it (`signed_text`).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import apsw

from server.core.ulid import Entropy, new_ulid
from server.store.journal import Flaw
from server.store.rows import many, value

DAY, LOT, EXPORT = "DAY", "LOT", "EXPORT"
_MARK = "besace-journal-head"


@dataclass(frozen=True, slots=True)
class Head:
    """One signed end of a chain; `id` counts without gap over the whole file."""

    id: int
    device: str
    seq: int
    hash: str
    at: datetime
    why: str
    lot: str | None
    signature: str  # 128 hexadecimal digits


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a chain to sign: the row, the instant, and what asks for it."""

    device: str
    seq: int
    hash: str
    at: datetime
    why: str
    lot: str | None = None


_HEAD = "select id, device, seq, hash, at, why, lot, signature from journal_head"


def sign(db: apsw.Connection, tail: Tail, practice: str, entropy: Entropy) -> Head:
    """Sign the end of a chain, inside the caller's transaction; the key is made at first need."""
    number = 1 + _given(db)
    head = Head(number, tail.device, tail.seq, tail.hash, tail.at, tail.why, tail.lot, "")
    signature = sign_text(db, signed_text(practice, head), tail.at, entropy)
    db.execute(
        "insert into journal_head values (?, ?, ?, ?, ?, ?, ?, ?)",
        (number, tail.device, tail.seq, tail.hash, tail.at.isoformat(), tail.why, tail.lot,
         signature),
    )  # fmt: skip
    return Head(number, tail.device, tail.seq, tail.hash, tail.at, tail.why, tail.lot, signature)


def sign_text(db: apsw.Connection, text: bytes, now: datetime, entropy: Entropy) -> str:
    """Sign some bytes with the practice's key; return 128 hexadecimal digits."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    held = value(db, "select private from signing_key where purpose = 'journal'")
    if held is None:
        held = _make_key(db, now, entropy)
    return Ed25519PrivateKey.from_private_bytes(held).sign(text).hex()


def public_key(db: apsw.Connection) -> bytes | None:
    """Return the public half of the key; None while nothing was signed."""
    found = value(db, "select public from signing_key where purpose = 'journal'")
    return None if found is None else bytes(found)


def signed_text(practice: str, head: Head) -> bytes:
    """Write what the signature of a head covers."""
    facts = (
        _MARK, practice, head.id, head.device, head.seq, head.hash, head.at.isoformat(), head.why,
        head.lot,
    )  # fmt: skip
    return json.dumps(facts, separators=(",", ":"), ensure_ascii=False).encode()


def all_heads(db: apsw.Connection) -> list[Head]:
    """Return every signed head, the first first."""
    return many(db, Head, _HEAD + " order by id")


def latest(db: apsw.Connection, most: int) -> list[Head]:
    """Return the newest signed heads, the newest first."""
    return many(db, Head, _HEAD + " order by id desc limit ?", (most,))


def flaws(db: apsw.Connection, practice: str) -> Iterator[Flaw]:
    """Yield each head that is gone, is not signed by our key, or is no row of its chain any more.

    For a head that is gone the flaw's `seq` is the number of that head, its device "".
    """
    public = public_key(db)
    heads = all_heads(db)
    wanted = 1
    for head in heads:
        if head.id != wanted:
            yield Flaw("", wanted, "head_missing")
        wanted = head.id + 1
        if public is None or not _holds(public, signed_text(practice, head), head.signature):
            yield Flaw(head.device, head.seq, "signature")
            continue
        found = value(
            db, "select hash from journal where device = ? and seq = ?", (head.device, head.seq)
        )
        if found is None:
            yield Flaw(head.device, head.seq, "cut")
        elif found != head.hash:
            yield Flaw(head.device, head.seq, "head")
    if _given(db) >= wanted:
        yield Flaw("", wanted, "head_missing")
    for lot in _lots_without_head(db):
        yield Flaw(lot[0], lot[1], "lot_head_missing")


def _given(db: apsw.Connection) -> int:
    """Return the last number given to a head, were it deleted since."""
    return int(value(db, "select seq from sqlite_sequence where name = 'journal_head'") or 0)


def _lots_without_head(db: apsw.Connection) -> list[tuple[str, int]]:
    """Find the lots sealed since heads are signed whose seal carries none."""
    rows = db.execute(
        "select l.device, l.seq from lot l where not exists"
        " (select 1 from journal_head h where h.lot = l.id)"
        " and l.seq > coalesce((select seq from history_start where device = l.device), 0)"
    )
    return [(str(device), int(str(seq))) for device, seq in rows]


def _holds(public: bytes, text: bytes, signature: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(signature), text)
    except (InvalidSignature, ValueError):
        return False
    return True


def _make_key(db: apsw.Connection, now: datetime, entropy: Entropy) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = entropy(32)
    public = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    db.execute(
        "insert into signing_key values (?, 'journal', ?, ?, ?)",
        (new_ulid(now, entropy), private, public, now.isoformat()),
    )
    return private
