"""Sessions given, their acts, and what blocks them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import apsw

from server.core.care import Place
from server.core.errors import StateConflict
from server.core.states import SESSION_STEPS, SessionState
from server.store.rows import many, one, value


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


_SESSION = """
    select id, treatment, patient, practitioner, prescription, care_date, place, institution,
           card_read, second_reason, copay_collected_cents, payment_means, recorded_at, state
      from session
"""
_LIVE = " and state not in ('Voided', 'Cancelled', 'Missed', 'Planned')"


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


def sessions_by_id(db: apsw.Connection, keys: Sequence[str]) -> list[Session]:
    """Return some sessions, struck out or not."""
    return many(
        db, Session, _SESSION + " where id in (select value from json_each(?))",
        (json.dumps(keys),),
    )  # fmt: skip


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
