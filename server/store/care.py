"""Coverage, prescriptions, treatment series, agreements, sessions and their acts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import apsw

from server.core.care import Category, Place, Source
from server.core.errors import StateConflict
from server.core.states import SESSION_STEPS, SessionState
from server.store.rows import many, one, value


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """What one source said of a patient's insurability."""

    id: str
    patient: str
    source: Source
    captured_at: datetime
    rights_from: date | None
    rights_to: date | None
    oa: str
    mutuality: str
    ct1: str
    ct2: str
    engagement: str


@dataclass(frozen=True, slots=True)
class PrescriptionRow:
    """What the physician wrote, with who wrote it."""

    id: str
    patient: str
    prescriber: str
    prescriber_nihii: str
    prescriber_name: str
    rx_date: date
    max_sessions: int
    start_by: date | None
    diagnosis: str
    second_session_motivated: bool


@dataclass(frozen=True, slots=True)
class Treatment:
    """A series of sessions for one situation."""

    id: str
    patient: str
    practitioner: str
    prescription: str | None
    category: Category
    situation: str
    place: Place
    start_date: date
    end_date: date | None
    sessions_elsewhere: int
    sessions_declared: int
    state: str


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """The insurer's decision or registration for a series."""

    id: str
    treatment: str
    number: str
    valid_from: date
    valid_to: date | None
    refused: bool
    sessions_granted: int | None
    source: str
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One session of care."""

    id: str
    treatment: str
    patient: str
    practitioner: str
    prescription: str | None
    care_date: date
    place: Place
    institution: str
    card_read: str | None
    second_reason: str
    copay_collected_cents: int
    payment_means: str
    recorded_at: datetime
    state: SessionState


@dataclass(frozen=True, slots=True)
class Block:
    """One reason why a session cannot be billed now."""

    session: str
    reason: str
    code: str
    opens: str
    facts: str = "{}"  # JSON: what fills the sentence


@dataclass(frozen=True, slots=True)
class Act:
    """One nomenclature code of a session."""

    id: str
    session: str
    rank: int
    code: str
    units: int


_COVERAGE = """
    select id, patient, source, captured_at, rights_from, rights_to, oa, mutuality, ct1, ct2,
           engagement
      from coverage
"""
_PRESCRIPTION = """
    select r.id, r.patient, r.prescriber, p.nihii as prescriber_nihii, p.name as prescriber_name,
           r.rx_date, r.max_sessions, r.start_by, r.diagnosis, r.second_session_motivated
      from prescription r join prescriber p on p.id = r.prescriber
"""
_TREATMENT = """
    select id, patient, practitioner, prescription, category, situation, place, start_date,
           end_date, sessions_elsewhere, sessions_declared, state
      from treatment
"""
_AGREEMENT = """
    select id, treatment, number, valid_from, valid_to, refused, sessions_granted, source,
           captured_at
      from agreement
"""
_SESSION = """
    select id, treatment, patient, practitioner, prescription, care_date, place, institution,
           card_read, second_reason, copay_collected_cents, payment_means, recorded_at, state
      from session
"""
_LIVE = " and state not in ('Voided', 'Cancelled', 'Missed', 'Planned')"


def add_coverage(db: apsw.Connection, row: CoverageRow, device: str, seq: int) -> None:
    """Keep what a source said of an insurability; nothing older is changed."""
    db.execute(
        "insert into coverage values (?, ?, ?, ?, 'BE_INSURABILITY', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (row.id, device, seq, row.patient, str(row.source), row.captured_at.isoformat(),
         _iso(row.rights_from), _iso(row.rights_to), row.oa, row.mutuality, row.ct1, row.ct2,
         row.engagement),
    )  # fmt: skip


def coverages(db: apsw.Connection, patient: str) -> list[CoverageRow]:
    """Return everything said of a patient's insurability, newest first."""
    return many(
        db,
        CoverageRow,
        _COVERAGE + " where patient = ? and kind = 'BE_INSURABILITY'"
        " order by captured_at desc, id desc",
        (patient,),
    )


def coverages_of(db: apsw.Connection, patients: Sequence[str]) -> list[CoverageRow]:
    """Return everything said of the insurability of some patients, newest first."""
    return many(
        db,
        CoverageRow,
        _COVERAGE + " where patient in (select value from json_each(?))"
        " and kind = 'BE_INSURABILITY' order by captured_at desc, id desc",
        (json.dumps(patients),),
    )


def prescriber_id(db: apsw.Connection, nihii: str) -> str | None:
    """Return the id of a known prescriber."""
    found = value(db, "select id from prescriber where nihii = ?", (nihii,))
    return None if found is None else str(found)


def add_prescriber(
    db: apsw.Connection, key: str, nihii: str, name: str, device: str, seq: int
) -> None:
    """Keep a prescriber met for the first time."""
    db.execute("insert into prescriber values (?, ?, ?, ?, ?)", (key, device, seq, nihii, name))


def prescribers(db: apsw.Connection, most: int = 50) -> list[tuple[str, str]]:
    """Return (nihii, name) of the prescribers met last, by name."""
    rows = db.execute(
        "select nihii, name from (select nihii, name from prescriber where id < '~'"
        " order by id desc limit ?) order by name, nihii",
        (most,),
    ).fetchall()
    return [(str(nihii), str(name)) for nihii, name in rows]


def prescriber_name(db: apsw.Connection, nihii: str) -> str:
    """Return the name of a known prescriber, "" for one never met."""
    return str(value(db, "select name from prescriber where nihii = ?", (nihii,)) or "")


def add_prescription(db: apsw.Connection, row: PrescriptionRow, device: str, seq: int) -> None:
    """Keep a prescription."""
    db.execute(
        "insert into prescription values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (row.id, device, seq, row.patient, row.prescriber, row.rx_date.isoformat(),
         row.max_sessions, _iso(row.start_by), row.diagnosis, row.second_session_motivated),
    )  # fmt: skip


def prescription(db: apsw.Connection, key: str) -> PrescriptionRow | None:
    """Return one prescription."""
    return one(db, PrescriptionRow, _PRESCRIPTION + " where r.id = ?", (key,))


def prescriptions_of(db: apsw.Connection, patients: Sequence[str]) -> list[PrescriptionRow]:
    """Return the prescriptions of some patients."""
    return many(
        db,
        PrescriptionRow,
        _PRESCRIPTION + " where r.patient in (select value from json_each(?))",
        (json.dumps(patients),),
    )


def add_treatment(db: apsw.Connection, t: Treatment, device: str, seq: int) -> None:
    """Open a series."""
    db.execute(
        "insert into treatment values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (t.id, device, seq, t.patient, t.practitioner, t.prescription, str(t.category),
         t.situation, str(t.place), t.start_date.isoformat(), _iso(t.end_date),
         t.sessions_elsewhere, t.sessions_declared, t.state),
    )  # fmt: skip


def update_treatment(db: apsw.Connection, t: Treatment) -> None:
    """Write what may change of a series."""
    db.execute(
        "update treatment set prescription = ?, category = ?, situation = ?, place = ?,"
        " end_date = ?, sessions_elsewhere = ?, sessions_declared = ?, state = ? where id = ?",
        (t.prescription, str(t.category), t.situation, str(t.place), _iso(t.end_date),
         t.sessions_elsewhere, t.sessions_declared, t.state, t.id),
    )  # fmt: skip


def treatment(db: apsw.Connection, key: str) -> Treatment | None:
    """Return one series."""
    return one(db, Treatment, _TREATMENT + " where id = ?", (key,))


def may_be_of(db: apsw.Connection, patient: str, practitioner: str) -> bool:
    """Say whether a kiné treats a patient, or nobody does: no series is another's alone."""
    return bool(
        value(
            db,
            "select not exists (select 1 from treatment where patient = ?1)"
            " or exists (select 1 from treatment where patient = ?1 and practitioner = ?2)"
            " or exists (select 1 from session where patient = ?1 and practitioner = ?2)",
            (patient, practitioner),
        )
    )


def treatments(db: apsw.Connection, patient: str) -> list[Treatment]:
    """Return the series of a patient, newest first."""
    return many(
        db, Treatment, _TREATMENT + " where patient = ? order by start_date desc, id desc",
        (patient,),
    )  # fmt: skip


def treatments_of(db: apsw.Connection, patients: Sequence[str]) -> list[Treatment]:
    """Return the series of some patients."""
    return many(
        db, Treatment, _TREATMENT + " where patient in (select value from json_each(?))",
        (json.dumps(patients),),
    )  # fmt: skip


def add_agreement(db: apsw.Connection, row: AgreementRow, device: str, seq: int) -> None:
    """Keep an agreement; nothing older is changed."""
    db.execute(
        "insert into agreement values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (row.id, device, seq, row.treatment, row.number, row.valid_from.isoformat(),
         _iso(row.valid_to), row.refused, row.sessions_granted, row.source,
         row.captured_at.isoformat()),
    )  # fmt: skip


def agreements(db: apsw.Connection, treatment_id: str) -> list[AgreementRow]:
    """Return the agreements of a series, newest first."""
    return many(
        db, AgreementRow, _AGREEMENT + " where treatment = ? order by captured_at desc, id desc",
        (treatment_id,),
    )  # fmt: skip


def agreements_of(db: apsw.Connection, patients: Sequence[str]) -> list[AgreementRow]:
    """Return the agreements of every series of some patients, newest first."""
    return many(
        db,
        AgreementRow,
        _AGREEMENT + " where treatment in (select id from treatment"
        " where patient in (select value from json_each(?)))"
        " order by captured_at desc, id desc",
        (json.dumps(patients),),
    )


def add_session(db: apsw.Connection, s: Session, device: str, seq: int) -> None:
    """Write a session."""
    db.execute(
        "insert into session values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (s.id, device, seq, s.treatment, s.patient, s.practitioner, s.prescription,
         s.care_date.isoformat(), str(s.place), s.institution, s.card_read, s.second_reason,
         s.copay_collected_cents,
         s.payment_means, s.recorded_at.isoformat(), str(s.state)),
    )  # fmt: skip


def session(db: apsw.Connection, key: str) -> Session | None:
    """Return one session."""
    return one(db, Session, _SESSION + " where id = ?", (key,))


def sessions_of_series(db: apsw.Connection, treatment_id: str) -> list[Session]:
    """Return the sessions given in a series, in order of care."""
    return many(
        db, Session, _SESSION + " where treatment = ?" + _LIVE + " order by care_date, id",
        (treatment_id,),
    )  # fmt: skip


def count_in_series(db: apsw.Connection, treatment_id: str) -> int:
    """Count the sessions given in a series."""
    found = "select count(*) from session where treatment = ?" + _LIVE
    return int(value(db, found, (treatment_id,)))


def last_recorded(db: apsw.Connection, patient: str, most: int) -> list[Session]:
    """Return the sessions given to a patient that were recorded last, the newest first."""
    return many(
        db, Session,
        _SESSION + " where patient = ?" + _LIVE + " order by recorded_at desc, id desc limit ?",
        (patient, most),
    )  # fmt: skip


def sessions_of_patient(db: apsw.Connection, patient: str, since: date) -> list[Session]:
    """Return the sessions given to a patient since a day, in order of care."""
    return many(
        db,
        Session,
        _SESSION + " where patient = ? and care_date >= ?" + _LIVE + " order by care_date, id",
        (patient, since.isoformat()),
    )


def sessions_of(db: apsw.Connection, patients: Sequence[str]) -> list[Session]:
    """Return the sessions given to some patients, in order of care."""
    return many(
        db,
        Session,
        _SESSION
        + " where patient in (select value from json_each(?))"
        + _LIVE
        + " order by care_date, id",
        (json.dumps(patients),),
    )


def sessions_on(db: apsw.Connection, day: date, after: str = "", most: int = -1) -> list[Session]:
    """Return the sessions of one day, in the order they were recorded, after one of them.

    At most so many, all when negative.
    """
    return many(
        db, Session,
        _SESSION + " where care_date = ? and id > ?" + _LIVE + " order by id limit ?",
        (day.isoformat(), after, most),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DaySum:
    """One day in figures; cents."""

    sessions: int
    fee_cents: int
    oa_cents: int
    collected_cents: int


def sum_of_day(db: apsw.Connection, day: date) -> DaySum:
    """Return the sessions of one day in figures: what they cost and what was collected."""
    found = one(
        db,
        DaySum,
        "select count(*) as sessions, coalesce(sum(copay_collected_cents), 0) as collected_cents,"
        " coalesce(sum((select sum(fee_cents) from line where session = s.id)), 0) as fee_cents,"
        " coalesce(sum((select sum(oa_cents) from line where session = s.id)), 0) as oa_cents"
        " from session s where care_date = ?" + _LIVE,
        (day.isoformat(),),
    )
    if found is None:
        raise LookupError("an aggregate without a row")
    return found


def sessions_in(db: apsw.Connection, state: SessionState, most: int = -1) -> list[Session]:
    """Return the sessions in one state, in order of care; at most so many, all when negative."""
    return many(
        db, Session, _SESSION + " where state = ? order by care_date, id limit ?",
        (str(state), most),
    )  # fmt: skip


def move_session(db: apsw.Connection, key: str, old: SessionState, new: SessionState) -> None:
    """Take one allowed step; raise `StateConflict` when the session is elsewhere."""
    if (
        new not in SESSION_STEPS[old]
        or not db.execute(
            "update session set state = ? where id = ? and state = ? returning id",
            (str(new), key, str(old)),
        ).fetchall()
    ):
        raise StateConflict(kind="session", state=str(old), wanted=str(new))


def claim_sessions(db: apsw.Connection, keys: Sequence[str]) -> None:
    """Claim ready sessions, all of them; raise `StateConflict` when one is elsewhere."""
    db.execute(
        "update session set state = 'Claimed'"
        " where id in (select value from json_each(?)) and state = 'Ready'",
        (json.dumps(keys),),
    )
    if db.changes() != len(keys):  # what triggers change is not counted
        raise StateConflict(kind="session", state="", wanted=str(SessionState.CLAIMED))


def prescribe_session(db: apsw.Connection, key: str, prescription: str) -> None:
    """Put a session that is not claimed under another prescription."""
    db.execute(
        "update session set prescription = ? where id = ? and state in ('Done', 'Blocked')",
        (prescription, key),
    )


def set_collected(db: apsw.Connection, key: str, cents: int, means: str) -> None:
    """Write what the patient paid for a session, and how."""
    db.execute(
        "update session set copay_collected_cents = ?, payment_means = ? where id = ?",
        (cents, means, key),
    )


def set_second_reason(db: apsw.Connection, key: str, reason: str) -> None:
    """Write why a session is a second one of its day."""
    db.execute("update session set second_reason = ? where id = ?", (reason, key))


def set_blocks(db: apsw.Connection, session_id: str, blocks: list[Block]) -> None:
    """Rewrite the reasons of one session."""
    db.execute("delete from session_block where session = ?", (session_id,))
    for b in blocks:
        db.execute(
            "insert into session_block values (?, ?, ?, ?, ?)",
            (b.session, b.reason, b.code, b.opens, b.facts),
        )


def blocks(db: apsw.Connection, session_id: str) -> list[Block]:
    """Return the reasons of one session."""
    return many(
        db,
        Block,
        "select session, reason, code, opens, facts from session_block where session = ?",
        (session_id,),
    )  # fmt: skip


def blocks_of(db: apsw.Connection, sessions: Sequence[str]) -> list[Block]:
    """Return the reasons of some sessions."""
    return many(
        db,
        Block,
        "select session, reason, code, opens, facts from session_block"
        " where session in (select value from json_each(?))",
        (json.dumps(sessions),),
    )


def add_act(db: apsw.Connection, act: Act, device: str, seq: int) -> None:
    """Write one act of a session."""
    db.execute(
        "insert into act values (?, ?, ?, ?, ?, ?, ?)",
        (act.id, device, seq, act.session, act.rank, act.code, act.units),
    )


def acts(db: apsw.Connection, session_id: str) -> list[Act]:
    """Return the acts of a session, in order."""
    return many(
        db, Act, "select id, session, rank, code, units from act where session = ? order by rank",
        (session_id,),
    )  # fmt: skip


def acts_of_sessions(db: apsw.Connection, sessions: Sequence[str]) -> list[Act]:
    """Return the acts of some sessions, in order within each."""
    return many(
        db,
        Act,
        "select id, session, rank, code, units from act"
        " where session in (select value from json_each(?)) order by session, rank",
        (json.dumps(sessions),),
    )


def sessions(db: apsw.Connection, keys: Sequence[str]) -> dict[str, Session]:
    """Return some sessions by id."""
    rows = many(
        db, Session, _SESSION + " where id in (select value from json_each(?))",
        (json.dumps(keys),),
    )  # fmt: skip
    return {row.id: row for row in rows}


def acts_of(db: apsw.Connection, patients: Sequence[str]) -> list[Act]:
    """Return the acts of every session of some patients, in order within each."""
    return many(
        db,
        Act,
        "select a.id, a.session, a.rank, a.code, a.units from session s"
        " join act a on a.session = s.id"
        " where s.patient in (select value from json_each(?)) order by a.session, a.rank",
        (json.dumps(patients),),
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
