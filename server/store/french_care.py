"""Care in a practice of France: what is beside its treatments and sessions, requests, access."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import apsw

from server.store.rows import columns, many, one


@dataclass(frozen=True, slots=True)
class Treated:
    """What a treatment is for, and what its home visits are."""

    treatment: str
    territory: str
    operated: bool
    ald: bool
    maternity: bool
    work: bool
    diagnosed: bool  # a physician did, before: direct access is then not counted
    metres: int  # one way, from the practice or the nearest colleague
    outside_town: bool
    discharge: bool


@dataclass(frozen=True, slots=True)
class Visited:
    """What decides the price of one session beside its acts."""

    session: str
    metres: int
    outside_town: bool
    first_here: bool  # of the patients seen at this address on this trip
    discharge: bool
    hour: int | None
    called: bool  # an emergency, or prescribed daily care
    overrun_cents: int
    overrun_reason: str


@dataclass(frozen=True, slots=True)
class AgreementRequest:
    """A request for a prior agreement, and its newest answer."""

    id: str
    patient: str
    situation: str
    sent_on: date
    sessions_asked: int
    argument: str
    answer: str | None  # ACCEPTED, REFUSED; None: nobody said
    answered_on: date | None
    sessions_granted: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a request."""

    id: str
    request: str
    answer: str
    answered_on: date
    sessions_granted: int | None


@dataclass(frozen=True, slots=True)
class Access:
    """What lets a kiné treat without a prescription."""

    id: str
    practitioner: str
    ground: str
    since: date
    until: date | None
    substitute: bool


_REQUEST = """
    select r.id, r.patient, r.situation, r.sent_on, r.sessions_asked, r.argument, a.answer,
           a.answered_on, a.sessions_granted
      from french_request r left join french_answer a on a.id =
           (select max(id) from french_answer where request = r.id)
"""


def add_treated(db: apsw.Connection, t: Treated, device: str, seq: int) -> None:
    """Keep what a treatment is for."""
    db.execute(
        "insert into french_treatment values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (t.treatment, device, seq, t.territory, t.operated, t.ald, t.maternity, t.work,
         t.diagnosed, t.metres, t.outside_town, t.discharge),
    )  # fmt: skip


def treated(db: apsw.Connection, treatment: str) -> Treated | None:
    """Return what a treatment is for."""
    return one(
        db, Treated, f"select {columns(Treated)} from french_treatment where treatment = ?",
        (treatment,),
    )  # fmt: skip


def treated_of(db: apsw.Connection, patient: str) -> list[Treated]:
    """Return what every treatment of a patient is for."""
    names = ", ".join(f"f.{name}" for name in columns(Treated).split(", "))
    return many(
        db, Treated,
        f"select {names} from treatment t join french_treatment f on f.treatment = t.id"
        " where t.patient = ?",
        (patient,),
    )  # fmt: skip


def add_visited(db: apsw.Connection, v: Visited, device: str, seq: int) -> None:
    """Keep what decides the price of a session."""
    db.execute(
        "insert into french_session values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (v.session, device, seq, v.metres, v.outside_town, v.first_here, v.discharge, v.hour,
         v.called, v.overrun_cents, v.overrun_reason),
    )  # fmt: skip


def visited_of(db: apsw.Connection, sessions: Sequence[str]) -> dict[str, Visited]:
    """Return what decides the price of some sessions, by session."""
    rows = many(
        db, Visited,
        f"select {columns(Visited)} from french_session"
        " where session in (select value from json_each(?))",
        (json.dumps(sessions),),
    )  # fmt: skip
    return {row.session: row for row in rows}


def add_request(db: apsw.Connection, r: AgreementRequest, device: str, seq: int) -> None:
    """Keep a request that was sent."""
    db.execute(
        "insert into french_request values (?, ?, ?, ?, ?, ?, ?, ?)",
        (r.id, device, seq, r.patient, r.situation, r.sent_on.isoformat(), r.sessions_asked,
         r.argument),
    )  # fmt: skip


def request(db: apsw.Connection, key: str) -> AgreementRequest | None:
    """Return one request with its newest answer."""
    return one(db, AgreementRequest, _REQUEST + " where r.id = ?", (key,))


def requests_of(db: apsw.Connection, patient: str) -> list[AgreementRequest]:
    """Return the requests made for a patient, the newest first."""
    return many(
        db, AgreementRequest, _REQUEST + " where r.patient = ? order by r.sent_on desc, r.id desc",
        (patient,),
    )  # fmt: skip


def add_answer(db: apsw.Connection, a: Answer, device: str, seq: int) -> None:
    """Keep an answer to a request."""
    db.execute(
        "insert into french_answer values (?, ?, ?, ?, ?, ?, ?)",
        (a.id, device, seq, a.request, a.answer, a.answered_on.isoformat(), a.sessions_granted),
    )


def add_access(db: apsw.Connection, a: Access, device: str, seq: int) -> None:
    """Keep what lets a kiné treat without a prescription."""
    db.execute(
        "insert into french_access values (?, ?, ?, ?, ?, ?, ?, ?)",
        (a.id, device, seq, a.practitioner, a.ground, a.since.isoformat(),
         a.until.isoformat() if a.until else None, a.substitute),
    )  # fmt: skip


def access_of(db: apsw.Connection, practitioner: str) -> Access | None:
    """Return what a kiné holds, as said last."""
    return one(
        db, Access,
        f"select {columns(Access)} from french_access where practitioner = ?"
        " order by id desc limit 1",
        (practitioner,),
    )  # fmt: skip
