"""The chained journal: one row per act, hashed onto the row before it, one chain per device.

Fields: AuditEvent of `domain.md` §1.1; hash and mac: `reliability-security.md` §7. The hash is
public (a tool without our code verifies it); the mac needs the practice's key, so that a chain
rebuilt without the key shows. A row's `seq` is also the sequence number of the facts it brought.
An action that ends in `.seen` is a reading: somebody looked, nothing changed.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import apsw

from server.core.clock import ClockTrust
from server.store.rows import one, value

START = "0" * 64
SEEN = ".seen"
DOOR = "door."
"""How the names of comings and goings begin: like what was seen, they change nothing."""

COLUMNS = (
    "device", "seq", "at", "boot", "user", "entity", "entity_id", "action", "before_hash",
    "after_hash", "reason", "trust", "prev_hash", "right",
)  # fmt: skip
"""What is hashed of a row, in this order; a row older than its `right` is hashed without it."""

_NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
_INSERT = f"insert into journal ({_NAMES}, hash, mac) values ({', '.join('?' * 16)})"
_WALK = f"select {_NAMES}, hash, mac from journal order by device, seq"
_READINGS, _ENTRIES = f"%{SEEN}", f"{DOOR}%"


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
    right: str = ""  # the right it was done under; "" when the program itself acts


@dataclass(frozen=True, slots=True)
class Tip:
    """The last row of a device's chain."""

    seq: int
    hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with a chain: the device, the row, and the code of what is wrong.

    `missing`: rows are not there · `link`: the row does not follow the one before · `content`: the
    row is not what was hashed · `mac`: hashed again by somebody without the key · `cut`: the chain
    goes on elsewhere but ends here · `head`, `signature`: a signed head does not hold.
    """

    device: str
    seq: int
    reason: str


def append(db: apsw.Connection, stamp: Stamp, deed: Deed) -> int:
    """Add one row inside the caller's transaction and return its sequence number."""
    last = tip(db, stamp.device)
    seq, previous = (last.seq + 1, last.hash) if last else (1, START)
    row = (
        stamp.device, seq, stamp.now.isoformat(), stamp.boot, stamp.user,
        deed.entity, deed.entity_id, deed.action,
        digest(deed.before), digest(deed.after), deed.reason, str(stamp.trust), previous,
        deed.right,
    )  # fmt: skip
    hashed = chain(row)
    mac = hmac.new(stamp.mac_key, hashed.encode(), hashlib.sha256).hexdigest()
    db.execute(_INSERT, (*row, hashed, mac))
    return int(seq)


def backwards(db: apsw.Connection, device: str) -> Iterator[tuple[datetime, str]]:
    """Give when and what each act of a device was, the last first, for as long as one reads."""
    asked = "select at, action from journal where device = ? order by seq desc"
    for at, action in db.execute(asked, (device,)):
        yield datetime.fromisoformat(at), str(action)


def tip(db: apsw.Connection, device: str) -> Tip | None:
    """Return the end of a device's chain; None before its first act."""
    return one(
        db, Tip, "select seq, hash, at from journal where device = ? order by seq desc limit 1",
        (device,),
    )  # fmt: skip


def heads(db: apsw.Connection) -> dict[str, tuple[int, str]]:
    """Return the last row of each device's chain: its number and its hash."""
    found = {}
    for (device,) in db.execute("select id from device").fetchall():
        last = tip(db, str(device))
        if last is not None:
            found[str(device)] = (last.seq, last.hash)
    return found


def head_is_whole(db: apsw.Connection, device: str) -> bool:
    """Say whether the last row of a device's chain has the hash of what it says.

    Also in a file from before acts had a right: it is copied before it is migrated.
    """
    held = {str(row[0]) for row in db.execute("select name from pragma_table_info('journal')")}
    names = ", ".join(f'"{name}"' for name in COLUMNS if name in held)
    row = db.execute(
        f"select {names}, hash from journal where device = ? order by seq desc limit 1", (device,)
    ).fetchone()
    if row is None:
        return False
    facts = tuple(row[:-1])
    return chain(canonical(facts) if "right" in held else facts) == str(row[-1])


def last_at(db: apsw.Connection, device: str) -> datetime | None:
    """Return the instant something last changed here: readings and openings change nothing."""
    found = value(
        db,
        "select at from journal where device = ? and action not like ? and action not like ?"
        " order by seq desc limit 1",
        (device, _READINGS, _ENTRIES),
    )
    return datetime.fromisoformat(found) if found else None


@contextmanager
def held_still(db: apsw.Connection) -> Iterator[None]:
    """Read one and the same state of the file, whatever others write meanwhile; they may write."""
    db.execute("begin deferred").fetchall()
    try:
        yield
    finally:
        db.execute("commit").fetchall()


def count(db: apsw.Connection) -> int:
    """Count the rows of every chain."""
    return int(value(db, "select count(*) from journal"))


def rows(db: apsw.Connection, device: str, last: int) -> Iterator[tuple[Any, ...]]:
    """Walk one chain up to a row: the hashed columns in order, then the hash."""
    yield from db.execute(
        f"select {_NAMES}, hash from journal where device = ? and seq <= ? order by seq",
        (device, last),
    )


def holds(db: apsw.Connection, action: str, entity_id: str) -> bool:
    """Say whether this was ever done to this thing, by anybody."""
    found = db.execute(
        "select 1 from journal where entity_id = ? and action = ? limit 1", (entity_id, action)
    )
    return found.fetchone() is not None


def acts_on(
    db: apsw.Connection, entity: str, entity_id: str, actions: Sequence[str]
) -> list[tuple[datetime, str, str]]:
    """Return some acts on one thing, the newest first: when, which, and its words."""
    rows = db.execute(
        "select at, action, reason from journal indexed by journal_of where entity_id = ?"
        " and entity = ? and action in (select value from json_each(?)) order by at desc, seq desc",
        (entity_id, entity, json.dumps(list(actions))),
    )
    return [
        (datetime.fromisoformat(str(at)), str(action), str(words or ""))
        for at, action, words in rows
    ]


def noted_since(
    db: apsw.Connection, stamp: Stamp, action: str, entity_id: str, since: datetime
) -> bool:
    """Say whether this user already did this to this thing, in this run, since an instant."""
    rows = db.execute(
        "select at, action, user, boot from journal indexed by journal_of"  # else by device: all
        " where entity_id = ? and device = ? order by seq desc",
        (entity_id, stamp.device),
    )
    for at, done, user, boot in rows:
        if str(at) < since.isoformat():
            return False
        if (done, user, boot) == (action, stamp.user, stamp.boot):
            return True
    return False


def last_believed(db: apsw.Connection, device: str) -> datetime | None:
    """Return when a device's last act was done whose clock was believed; None when there is none.

    The last in the order of the journal: a date typed wrong years ahead must not weigh for ever.
    """
    row = db.execute(
        "select at from journal where device = ? and trust <> 'SUSPECT' order by seq desc limit 1",
        (device,),
    ).fetchone()
    return datetime.fromisoformat(row[0]) if row else None


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


def canonical(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Give what is hashed of the columns of a row: its right only when it has one."""
    return row if row[-1] is not None else row[:-1]


def flaws(db: apsw.Connection, mac_key: bytes | None) -> Iterator[Flaw]:
    """Walk every chain and yield each row that does not hold; macs only when the key is given."""
    device, seq, previous = "", 0, START
    for *row, hashed, mac in db.execute(_WALK):
        if row[0] != device:
            device, seq, previous = str(row[0]), 0, START
        for reason in _reasons(tuple(row), str(hashed), str(mac), (seq, previous), mac_key):
            yield Flaw(device, seq + 1 if reason == "missing" else int(row[1]), reason)
        seq, previous = int(row[1]), str(hashed)


def _reasons(
    row: tuple[Any, ...], hashed: str, mac: str, before: tuple[int, str], mac_key: bytes | None
) -> Iterator[str]:
    """Compare a row with its own hash and mac and with the row before it."""
    follows = row[1] == before[0] + 1
    if not follows:
        yield "missing"
    if hashed != chain(canonical(row)):
        yield "content"
    elif follows and row[COLUMNS.index("prev_hash")] != before[1]:
        yield "link"
    elif mac_key and not hmac.compare_digest(
        mac.encode(), hmac.new(mac_key, hashed.encode(), hashlib.sha256).hexdigest().encode()
    ):
        yield "mac"


def cut_short(db: apsw.Connection) -> Iterator[Flaw]:
    """Yield each chain that ends before facts of the file it brought: its last rows are gone."""
    ends = {str(d): int(str(s)) for d, s in db.execute(
        "select device, max(seq) from journal group by device"
    )}  # fmt: skip
    known: dict[str, int] = {}
    for table in _numbered_tables(db):
        for device, seq in db.execute(f'select device, max(seq) from "{table}" group by device'):
            known[str(device)] = max(known.get(str(device), 0), int(str(seq)))
    for device, seq in sorted(known.items()):
        if seq > ends.get(device, 0):
            yield Flaw(device, ends.get(device, 0) + 1, "cut")


def _numbered_tables(db: apsw.Connection) -> list[str]:
    """Name the tables whose rows carry the number of the act that brought them."""
    rows = db.execute(
        "select m.name from sqlite_schema m, pragma_table_info(m.name) c"
        " where m.type = 'table' and m.name <> 'journal' and c.name in ('device', 'seq')"
        " group by m.name having count(*) = 2"
    )
    return [str(row[0]) for row in rows]
