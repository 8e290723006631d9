"""The chained journal: one row per act, hashed onto the row before it, one chain per device.

Fields: AuditEvent of `domain.md` §1.1; hash and mac: `reliability-security.md` §7. The hash is
public (a tool without our code verifies it); the mac needs the practice's key, so that a chain
rebuilt without the key shows. A row's `seq` is also the sequence number of the facts it brought.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import apsw

from server.core.clock import ClockTrust

_START = "0" * 64
_INSERT = "insert into journal values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ROWS = """
    select device, seq, at, boot, user, entity, entity_id, action, before_hash, after_hash,
           reason, trust, prev_hash, hash, mac
      from journal
"""
_WALK = _ROWS + " order by device, seq"


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who acts, on which device, when, and how far that clock is trusted."""

    now: datetime
    device: str  # id of the device row
    user: str  # id of the user row
    boot: str  # id of this run of the program
    trust: ClockTrust
    mac_key: bytes


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done: a verb, the thing, and digests of its facts before and after."""

    action: str
    entity: str
    entity_id: str
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None
    reason: str | None = None


def append(db: apsw.Connection, stamp: Stamp, deed: Deed) -> int:
    """Add one row inside the caller's transaction and return its sequence number."""
    last = db.execute(
        "select seq, hash from journal where device = ? order by seq desc limit 1", (stamp.device,)
    ).fetchone()
    seq, previous = (last[0] + 1, last[1]) if last else (1, _START)
    row = (
        stamp.device, seq, stamp.now.isoformat(), stamp.boot, stamp.user,
        deed.entity, deed.entity_id, deed.action,
        digest(deed.before), digest(deed.after), deed.reason, str(stamp.trust), previous,
    )  # fmt: skip
    hashed = chain(row)
    mac = hmac.new(stamp.mac_key, hashed.encode(), hashlib.sha256).hexdigest()
    db.execute(_INSERT, (*row, hashed, mac))
    return int(seq)


def last_at(db: apsw.Connection, device: str) -> datetime | None:
    """Return the instant of a device's last act; None before the first."""
    row = db.execute(
        "select at from journal where device = ? order by seq desc limit 1", (device,)
    ).fetchone()
    return datetime.fromisoformat(row[0]) if row else None


def heads(db: apsw.Connection) -> dict[str, tuple[int, str]]:
    """Return the last row of each device's chain: its number and its hash."""
    last = "select seq, hash from journal where device = ? order by seq desc limit 1"
    found = {}
    for (device,) in db.execute("select id from device").fetchall():
        row = db.execute(last, (device,)).fetchone()
        if row is not None:
            found[str(device)] = (int(row[0]), str(row[1]))
    return found


def head_is_whole(db: apsw.Connection, device: str) -> bool:
    """Say whether the last row of a device's chain has the hash of what it says."""
    row = db.execute(_ROWS + " where device = ? order by seq desc limit 1", (device,)).fetchone()
    return row is not None and chain(tuple(row[:-2])) == row[-2]


def holds(db: apsw.Connection, device: str, seq: int, hashed: str) -> bool:
    """Say whether a chain holds a row once seen at its end."""
    row = db.execute(
        "select 1 from journal where device = ? and seq = ? and hash = ?", (device, seq, hashed)
    ).fetchone()
    return row is not None


def digest(facts: Mapping[str, object] | None) -> str | None:
    """Hash facts in one canonical form: sorted keys, no spaces, UTF-8."""
    if facts is None:
        return None
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def chain(row: tuple[Any, ...]) -> str:
    """Hash one row, its link to the previous row included (last column)."""
    text = json.dumps(row, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def broken_rows(db: apsw.Connection, mac_key: bytes | None) -> Iterator[tuple[str, int, str]]:
    """Walk every chain and yield (device, seq, reason) of each row that does not hold."""
    expected: dict[str, tuple[int, str]] = {}
    for *row, hashed, mac in db.execute(_WALK):
        device, seq, previous = str(row[0]), int(row[1]), str(row[12])
        wanted_seq, wanted_previous = expected.get(device, (1, _START))
        expected[device] = (seq + 1, hashed)
        if seq != wanted_seq:
            yield device, seq, "gap"
        elif previous != wanted_previous or hashed != chain(tuple(row)):
            yield device, seq, "hash"
        elif mac_key and not hmac.compare_digest(
            mac, hmac.new(mac_key, hashed.encode(), hashlib.sha256).hexdigest()
        ):
            yield device, seq, "mac"
