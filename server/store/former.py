"""The past: which rows an act had already brought, and how those since changed stood then.

A row that is only added tells its birth by the number of its act (`device`, `seq`). One that is
changed or removed leaves what it was in `former`, with the act that ended it; `step` keeps the
states of sessions and lines, `former_block` the reasons of blocked sessions. The triggers that
write the first and the last are in the step `history`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, TypeVar

import apsw

from server.store.care import PrescriptionRow
from server.store.claims import Lot
from server.store.journal import SEEN, tip
from server.store.rows import columns, many, value
from server.store.visits import Block

T = TypeVar("T")
_BORN = " seq <= coalesce((select value from json_each(:cut) where key = device), 0)"
_KNOWN = (
    "patient", "patient_identity", "patient_address", "coverage", "treatment", "agreement",
    "session", "act", "line", "french_right", "french_cover", "french_billing", "french_reject",
    "patient_note", "patient_alarm",
)  # fmt: skip
_MOMENTS = """
    with mine (device, seq) as (
        select device, seq from patient where id = :patient
        union select device, seq from patient_identity where patient = :patient
        union select device, seq from patient_address where patient = :patient
        union select device, seq from coverage where patient = :patient
        union select device, seq from prescription where patient = :patient
        union select device, seq from treatment where patient = :patient
        union select a.device, a.seq from agreement a join treatment t on t.id = a.treatment
         where t.patient = :patient
        union select device, seq from session where patient = :patient
        union select device, seq from former where patient = :patient
        union select p.device, p.seq from session s
          cross join step p on p.entity = 'session' and p.entity_id = s.id
         where s.patient = :patient
        union select device, seq from french_right where patient = :patient
        union select device, seq from french_cover where patient = :patient
        union select w.device, w.seq from french_right r
          cross join french_withdrawn w on w.what = r.id where r.patient = :patient
        union select w.device, w.seq from french_cover c
          cross join french_withdrawn w on w.what = c.id where c.patient = :patient
        union select b.device, b.seq from session s
          cross join french_billing b on b.session = s.id where s.patient = :patient
        union select device, seq from french_reject where patient = :patient
        union select w.device, w.seq from french_reject x
          cross join french_withdrawn w on w.what = x.id where x.patient = :patient
        union select device, seq from patient_note where patient = :patient
        union select e.device, e.seq from patient_note n
          cross join patient_note_struck e on e.note = n.id where n.patient = :patient
        union select device, seq from patient_alarm where patient = :patient
        union select e.device, e.seq from patient_alarm a
          cross join patient_alarm_ended e on e.alarm = a.id where a.patient = :patient
    )
    select j.at from mine join journal j on j.device = mine.device and j.seq = mine.seq
     where j.action not like :seen order by j.at desc
"""


@dataclass(frozen=True, slots=True)
class Cut:
    """A moment of the past: of each device, the number of its last act before it."""

    last: Mapping[str, int]

    def after(self, device: str, seq: int) -> bool:
        """Say whether an act came later."""
        return seq > self.last.get(device, 0)

    @property
    def json(self) -> str:
        """The same, as a value to bind."""
        return json.dumps(dict(self.last))


@dataclass(frozen=True, slots=True)
class Former:
    """A row as it stood until an act."""

    entity: str
    entity_id: str
    device: str
    seq: int
    facts: str

    @property
    def cells(self) -> dict[str, Any]:
        """Its columns."""
        found: dict[str, Any] = json.loads(self.facts)
        return found


@dataclass(frozen=True, slots=True)
class PassedStep:
    """One step of the life of a session or a line, with the act that brought it."""

    entity_id: str
    device: str
    seq: int
    from_state: str
    to_state: str


def cut_before(db: apsw.Connection, instant: datetime) -> Cut:
    """Find the last act of each device before an instant; a clock set back hides nothing."""
    devices = [str(row[0]) for row in db.execute("select id from device").fetchall()]
    return Cut({device: _last_before(db, device, instant.isoformat()) for device in devices})


def exact_from(db: apsw.Connection) -> datetime | None:
    """Return when this file began to keep its past; None when it always did."""
    found = value(
        db,
        "select max(j.at) from history_start h cross join journal j"
        " on j.device = h.device and j.seq = h.seq",
    )
    return datetime.fromisoformat(found) if found else None


def born(
    db: apsw.Connection, kind: type[T], table: str, where: tuple[str, Sequence[str]], cut: Cut
) -> list[T]:
    """Return the rows of a table a moment already had, by one of its columns, oldest first."""
    if table not in _KNOWN:
        raise ValueError(f"{table} keeps no past")
    column, keys = where
    return many(
        db, kind,
        f"select {columns(kind)} from {table} where {column} in"
        f" (select value from json_each(:keys)) and{_BORN} order by id",
        {"keys": json.dumps(list(keys)), "cut": cut.json},
    )  # fmt: skip


def withdrawn(db: apsw.Connection, keys: Sequence[str], cut: Cut) -> set[str]:
    """Return which French rights, covers and rejects a moment already held as withdrawn."""
    rows = db.execute(
        "select what from french_withdrawn where what in (select value from json_each(:keys))"
        f" and{_BORN}",
        {"keys": json.dumps(list(keys)), "cut": cut.json},
    )
    return {str(what) for (what,) in rows}


def invoice_numbers(db: apsw.Connection, sessions: Sequence[str], cut: Cut) -> dict[str, int]:
    """Return the number of the French invoice of each session that counted at a moment."""
    rows = db.execute(
        "select session, number, corrects from french_invoice"
        f" where session in (select value from json_each(:keys)) and{_BORN}",
        {"keys": json.dumps(list(sessions)), "cut": cut.json},
    ).fetchall()
    replaced = {corrects for _, _, corrects in rows}
    return {str(key): int(str(number)) for key, number, _ in rows if number not in replaced}


def ended(db: apsw.Connection, keys: Sequence[str], cut: Cut) -> set[str]:
    """Return which notes and alarms a moment already held as struck or ended."""
    rows = db.execute(
        "select what from (select note as what, device, seq from patient_note_struck"
        " union all select alarm, device, seq from patient_alarm_ended)"
        f" where what in (select value from json_each(:keys)) and{_BORN}",
        {"keys": json.dumps(list(keys)), "cut": cut.json},
    )
    return {str(what) for (what,) in rows}


def prescriptions(db: apsw.Connection, patient: str, cut: Cut) -> list[PrescriptionRow]:
    """Return the prescriptions of a patient a moment already had."""
    return many(
        db, PrescriptionRow,
        "select r.id, r.patient, r.prescriber, p.nihii as prescriber_nihii,"
        " p.name as prescriber_name, r.rx_date, r.max_sessions, r.start_by, r.diagnosis,"
        " r.second_session_motivated from (select * from prescription where patient = :patient"
        f" and{_BORN}) r join prescriber p on p.id = r.prescriber",
        {"patient": patient, "cut": cut.json},
    )  # fmt: skip


def since(db: apsw.Connection, patient: str, cut: Cut) -> dict[tuple[str, str], Former]:
    """Return how each row changed since stood at a moment, by (entity, id)."""
    rows = many(
        db, Former,
        "select entity, entity_id, device, seq, facts from former where patient = ? order by id",
        (patient,),
    )  # fmt: skip
    found: dict[tuple[str, str], Former] = {}
    for row in rows:
        if cut.after(row.device, row.seq):
            found.setdefault((row.entity, row.entity_id), row)
    return found


def states(db: apsw.Connection, entity: str, keys: Sequence[str], cut: Cut) -> dict[str, str]:
    """Return the state of each thing at a moment; nothing for one that never took a step."""
    rows = many(
        db, PassedStep,
        "select entity_id, device, seq, from_state, to_state from step where entity = ?"
        " and entity_id in (select value from json_each(?)) order by id",
        (entity, json.dumps(list(keys))),
    )  # fmt: skip
    found: dict[str, str] = {}
    for row in rows:
        if cut.after(row.device, row.seq):
            found.setdefault(row.entity_id, row.from_state)
        else:
            found[row.entity_id] = row.to_state
    return found


def blocks(db: apsw.Connection, sessions: Sequence[str], cut: Cut) -> list[Block]:
    """Return what kept sessions from being billed at a moment."""
    rows = db.execute(
        "select session, reason, code, opens, facts, device, seq, ended_device, ended_seq"
        " from former_block where session in (select value from json_each(?))"
        " order by session, reason, code",
        (json.dumps(list(sessions)),),
    )
    return [
        Block(*(str(cell) for cell in row[:5]))
        for row in rows
        if not cut.after(str(row[5]), int(str(row[6])))
        and (row[8] is None or cut.after(str(row[7]), int(str(row[8]))))
    ]


def lots_of_lines(db: apsw.Connection, keys: Sequence[str], cut: Cut) -> dict[str, Lot]:
    """Return the newest lot each line had left in at a moment."""
    wanted = {"keys": json.dumps(list(keys)), "cut": cut.json}
    lots = many(
        db, Lot,
        f"select {columns(Lot)} from lot where id in (select lot from lot_line where line in"
        f" (select value from json_each(:keys))) and{_BORN}",
        wanted,
    )  # fmt: skip
    by_id = {lot.id: lot for lot in lots}
    rows = db.execute(
        "select line, lot from lot_line where line in (select value from json_each(?))"
        " order by lot",
        (wanted["keys"],),
    )
    return {str(line): by_id[str(lot)] for line, lot in rows if str(lot) in by_id}


def moments(db: apsw.Connection, patient: str) -> list[datetime]:
    """Return the instants at which something of a patient's file changed, the newest first."""
    rows = db.execute(_MOMENTS, {"patient": patient, "seen": f"%{SEEN}"})
    return [datetime.fromisoformat(str(row[0])) for row in rows]


def _last_before(db: apsw.Connection, device: str, at: str) -> int:
    """Search each stretch of the chain in which the clock never went back."""
    end = tip(db, device)
    if end is None:
        return 0
    backs = db.execute("select seq from clock_back where device = ? order by seq", (device,))
    starts = [1, *(int(str(row[0])) for row in backs), end.seq + 1]
    return max(_last_in(db, device, first, after - 1, at) for first, after in pairwise(starts))


def _last_in(db: apsw.Connection, device: str, first: int, last: int, at: str) -> int:
    """Give the last row before an instant among some, whose clocks never go back; 0 for none."""
    low, high = first - 1, last
    while low < high:
        middle = (low + high + 1) // 2
        held = value(db, "select at from journal where device = ? and seq = ?", (device, middle))
        low, high = (middle, high) if held is not None and held < at else (low, middle - 1)
    return low if low >= first else 0
