"""What was asked of the online services of France, and what their answers were understood to say.

Rows are only added. The state of a question is that of its message; an answer has a row of its own.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import apsw

from server.core.online import OnlineService
from server.core.outbox import MessageState
from server.store.rows import many, one


class Understood(StrEnum):
    """What an answer was understood to be."""

    GIVEN = "GIVEN"
    REFUSED = "REFUSED"  # the service says no, and why
    CONTRADICTED = "CONTRADICTED"  # it says yes to something that cannot go with what is known
    UNREADABLE = "UNREADABLE"  # it came, and made no sense


@dataclass(frozen=True, slots=True)
class Question:
    """One question: whose, about what, where its message stands, and its answer once there is one.

    `number` is that of a signatory or of a commitment; `cents` a share or what is promised.
    """

    message: str
    patient: str
    service: OnlineService
    care_date: date
    asked_at: datetime
    run: str | None
    state: MessageState
    trouble: str  # why the message is where it is: a reason code of the network
    next_try: datetime | None
    answered_at: datetime | None
    outcome: Understood | None
    reason: str | None
    number: str | None
    label: str | None
    detail: str | None
    begins: date | None
    ends: date | None
    cents: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer says, to be written; see `Question`."""

    outcome: Understood
    reason: str = ""
    number: str = ""
    label: str = ""
    detail: str = ""
    begins: date | None = None
    ends: date | None = None
    cents: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One go at third-party payment of a session's complementary part."""

    id: str
    session: str
    cover: str
    at: datetime


_QUESTION = """
    select q.message, q.patient, q.service, q.care_date, q.at as asked_at, q.run, m.state,
           m.reason as trouble, m.next_try, a.at as answered_at, a.outcome, a.reason, a.number,
           a.label, a.detail, a.begins, a.ends, a.cents
      from online_request q join message m on m.id = q.message
      left join online_answer a on a.message = q.message
"""

_RUN = "select id, session, cover, at from tp_run"


def add(
    db: apsw.Connection, message: str, patient: str, service: OnlineService, day: date,
    run: str | None, now: datetime, device: str, seq: int,
) -> None:  # fmt: skip
    """Write what a message asks."""
    db.execute(
        "insert into online_request values (?, ?, ?, ?, ?, ?, ?, ?)",
        (message, device, seq, patient, str(service), day.isoformat(), now.isoformat(), run),
    )


def add_answer(
    db: apsw.Connection, message: str, a: Answer, now: datetime, device: str, seq: int
) -> None:
    """Write what the answer to a message says; harmless when it was written before."""
    db.execute(
        "insert or ignore into online_answer values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (message, device, seq, now.isoformat(), str(a.outcome), a.reason, a.number, a.label,
         a.detail, _iso(a.begins), _iso(a.ends), a.cents),
    )  # fmt: skip


def question(db: apsw.Connection, message: str) -> Question | None:
    """Return what a message asks."""
    return one(db, Question, _QUESTION + " where q.message = ?", (message,))


def last(db: apsw.Connection, patient: str, service: OnlineService) -> Question | None:
    """Return what was asked last of a service about a patient."""
    return one(
        db, Question,
        _QUESTION + " where q.patient = ? and q.service = ? order by q.message desc limit 1",
        (patient, str(service)),
    )  # fmt: skip


def questions_of(db: apsw.Connection, run: str) -> list[Question]:
    """Return what was asked for a run, the newest first."""
    return many(db, Question, _QUESTION + " where q.run = ? order by q.message desc", (run,))


def add_run(db: apsw.Connection, run: Run, device: str, seq: int) -> None:
    """Begin a go at a session."""
    db.execute(
        "insert into tp_run values (?, ?, ?, ?, ?, ?)",
        (run.id, device, seq, run.session, run.cover, run.at.isoformat()),
    )


def run_of(db: apsw.Connection, session: str) -> Run | None:
    """Return the go at a session that counts: the newest, but for one of a corrected invoice."""
    return one(
        db, Run,
        _RUN + " where session = ? and not exists (select 1 from tp_end"
        " where run = tp_run.id and why = 'CORRECTED') order by id desc limit 1",
        (session,),
    )  # fmt: skip


def run(db: apsw.Connection, key: str) -> Run | None:
    """Return one go."""
    return one(db, Run, _RUN + " where id = ?", (key,))


def end_run(db: apsw.Connection, key: str, why: str, now: datetime, device: str, seq: int) -> None:
    """Write how a go was ended: PATIENT_PAYS or CORRECTED; harmless twice."""
    db.execute(
        "insert or ignore into tp_end values (?, ?, ?, ?, ?)",
        (key, device, seq, why, now.isoformat()),
    )


def is_ended(db: apsw.Connection, key: str) -> bool:
    """Say whether a person ended a go."""
    return db.execute("select 1 from tp_end where run = ?", (key,)).fetchone() is not None


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
