"""A big fabricated practice: years of history in bulk, then one day of work by the services.

History comes in two sizes; the day, the lots under way and the refusals are the same in both, so
that what differs between two measures is the weight of the past alone.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw

from server.app import reference
from server.app.bench.big_history import MUTUALITIES, VISITS, Ground, History, tables
from server.app.demo_practice import CARD, FORM
from server.core.identifiers import AgreementNumber
from server.services import checkups, patients, practices, sessions, treatments
from server.services.cabinet import Cabinet
from server.services.desk import Desk
from server.services.doorstep import REFERENCE
from server.settings import BUILT_ON
from server.store import journal, totals
from server.store import patients as people_store
from server.store.keys import Cost
from server.store.soundness import Check

FULL, HUNDREDTH = 50_000, 500
"""How many patients, with twenty sessions each."""

MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DAY = 56  # sessions recorded on the morning, of as many patients
HELD = 14  # others, of patients without an agreement: they are blocked
_SEED = 2026
CHEAP = Cost(19 * 1024, 2, 1)

_HEAVY = (
    "session", "act", "line", "lot_line", "step", "patient", "reconciliation", "letter", "journal",
)  # fmt: skip
_A_STEP = """
    insert into step (device, seq, entity, entity_id, at, from_state, to_state)
    select device, seq, '{0}', id, {1}, {2}, {3} from {0} where {4}
"""
_ON = "care_date || 'T{}:00:00+00:00'".format
_LIVES = (
    ("session", "recorded_at", "'Done'", "'Ready'", "true"),
    ("session", "recorded_at", "'Ready'", "'Claimed'", "true"),
    ("session", "recorded_at", "'Claimed'", "'Settled'", "state = 'Settled'"),
    ("line", _ON(12), "'Priced'", "'Locked'", "true"),
    ("line", _ON(13), "'Locked'", "'Sent'", "state <> 'Locked'"),
    ("line", _ON(14), "'Sent'", "'Accepted'", "state not in ('Locked', 'Rejected')"),
    ("line", _ON(15), "'Accepted'", "state", "state in ('Paid', 'WrittenOff')"),
    ("lot", "sealed_at", "'Draft'", "'Sealed'", "true"),
    ("lot", "sealed_at", "'Sealed'", "'Queued'", "true"),
    ("lot", "sealed_at", "'Queued'", "'Sent'", "state <> 'Queued'"),
    ("lot", "sealed_at", "'Sent'", "state", "state <> 'Queued'"),
)
"""Steps of history: whose, when, from and to which state, of which rows."""


@dataclass(slots=True)
class StillClock:
    """A clock that stands on one morning."""

    at: datetime = MORNING

    def now(self) -> datetime:
        """Return that instant."""
        return self.at

    def monotonic(self) -> float:
        """Return seconds that move with it."""
        return self.at.timestamp()

    def next_day(self) -> None:
        """Let a day pass."""
        self.at += timedelta(days=1)


def found(folder: Path, people: int) -> None:
    """Make a practice in an empty folder, with so many patients of the past and one day's work."""
    reference.build(folder / REFERENCE, demo=True)
    clock = StillClock(MORNING - timedelta(hours=1))
    cabinet = cabinet_in(folder, clock)
    cabinet.create(FORM)
    cabinet.prove()
    cabinet.unlock(cabinet.logins()[0].id, FORM.passphrase)
    practices.amend(cabinet.desk(), CARD)
    with _scratch(cabinet.desk().db) as db:
        _remember(cabinet.desk(), db, people)
    clock.at = MORNING
    for rank in range(DAY + HELD):
        give(cabinet.desk(), admit(cabinet, rank))
    read_whole(cabinet)
    cabinet.lock()


def read_whole(cabinet: Cabinet) -> None:
    """Read the file thoroughly, as is done each week: it is then not due during a measure."""
    sound = cabinet.examine(Check.FULL, lambda: False)
    if not sound:
        raise RuntimeError("the fabricated practice is not whole")
    checkups.keep(cabinet.desk(), cabinet.folder, Check.FULL, sound=sound)


def cabinet_in(folder: Path, clock: StillClock) -> Cabinet:
    """Give the cabinet of a folder."""
    return Cabinet(folder, clock, secrets.token_bytes, BUILT_ON, CHEAP)


def open_work(desk: Desk) -> list[str]:
    """Return the series of the patients of the day that may be billed."""
    rows = desk.db.execute(
        "select t.id from treatment t join agreement a on a.treatment = t.id"
        " where t.start_date = ? order by t.id",
        (MORNING.date().isoformat(),),
    )
    return [str(row[0]) for row in rows]


def give(desk: Desk, series: str) -> str:
    """Record a session of today."""
    return sessions.record(desk, series, {"codes": "567011"})


def admit(cabinet: Cabinet, rank: int) -> str:
    """Put in one patient of the day with his series; the last ones lack an agreement."""
    start = MORNING.date().isoformat()
    payer = MUTUALITIES[rank % len(MUTUALITIES)]
    patient = patients.create(
        cabinet.desk(),
        {"last_name": f"Aujourd'hui{rank:03d}", "first_name": "Camille", "niss": _niss(rank)},
    )
    treatments.insure(cabinet.desk(), patient, {"mutuality": payer, "ct1": "110", "ct2": "110"})
    series = treatments.open_series(
        cabinet.desk(), patient,
        {
            "category": "COMMON_1", "place": "CABINET", "start_date": start, "rx_date": start,
            "prescriber": "19990116004", "prescriber_name": "Dr Anne Willems",
            "max_sessions": "60",
        },
    )  # fmt: skip
    if rank < DAY:
        number = {"number": _agreement(payer, rank), "valid_from": start}
        treatments.agree(cabinet.desk(), series, number)
    return series


@contextmanager
def _scratch(db: apsw.Connection) -> Iterator[apsw.Connection]:
    """Write fast into a file nobody else knows yet: a power cut would only cost the measure."""
    was = {name: db.pragma(name) for name in ("foreign_keys", "synchronous", "cache_size")}
    for name, quick in (("foreign_keys", "off"), ("synchronous", "off"), ("cache_size", -400_000)):
        db.pragma(name, quick)
    yield db
    db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    for name, held in was.items():
        db.pragma(name, held)


def _remember(desk: Desk, db: apsw.Connection, people: int) -> None:
    """Write the past: rows first, their indexes, triggers and sums after."""
    found = db.execute("select max(seq) from journal").fetchall()
    kine = desk.user.practitioner or ""
    ground = Ground(desk.device.id, kine, desk.user.id)
    history = History(ground, people, _SEED, 1 + int(str(found[0][0])))
    beside = db.execute(
        "select type, name, sql from sqlite_schema where type = 'trigger' or type = 'index'"
        " and sql is not null and tbl_name in (select value from json_each(?))",
        (json.dumps(_HEAVY),),
    ).fetchall()
    with db:
        for kind, name, _ in beside:
            db.execute(f'drop {kind} "{name}"')
        for table, rows in tables(history):
            db.executemany(_insert(db, table), rows)
        for words in _LIVES:
            db.execute(_A_STEP.format(*words))
        db.executemany(_insert(db, "journal"), _journal(desk, history))
        totals.recount(db)
        people_store.list_words(db)
        for _, _, sql in beside:
            db.execute(str(sql))


def _insert(db: apsw.Connection, table: str) -> str:
    """Write the insertion of whole rows; an id the file gives itself is left out."""
    columns = db.execute("select name, type from pragma_table_info(?)", (table,)).fetchall()
    names = [str(name) for name, kind in columns if (name, kind) != ("id", "INTEGER")]
    words = (table, ", ".join(names), ", ".join("?" * len(names)))
    return "insert into {} ({}) values ({})".format(*words)  # noqa: S608 - names of the schema


def _journal(desk: Desk, history: History) -> Iterator[tuple[object, ...]]:
    """Give one chained row for each session recorded."""
    stamp = desk.stamp
    last = desk.db.execute("select hash from journal order by seq desc limit 1").fetchall()
    previous = str(last[0][0])
    for n, visit in enumerate(history.visits()):
        row = (
            stamp.device, history.seq + n, visit[14], stamp.boot, stamp.user, "session", visit[0],
            "session.recorded", None, None, None, str(stamp.trust), previous, "clinical",
        )  # fmt: skip
        previous = journal.chain(row)
        mac = hmac.new(stamp.mac_key, previous.encode(), hashlib.sha256).hexdigest()
        yield *row[:-1], previous, mac, row[-1]


def _niss(rank: int) -> str:
    body = f"600102{2 * rank + 501:03d}"
    return f"{body}{97 - int(body) % 97:02d}"


def _agreement(payer: str, rank: int) -> str:
    body = f"{payer[0]}00{rank + 1:015d}"
    return AgreementNumber.parse(f"{body}{int(body) % 97:02d}").digits


def sessions_of(people: int) -> int:
    """Tell how many sessions of the past so many patients had."""
    return people * VISITS
