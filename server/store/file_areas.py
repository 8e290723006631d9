"""The areas of a patient's file: notes, alarms, addresses, particulars; rows are only added."""

from dataclasses import dataclass
from datetime import date, datetime

import apsw

from server.store.rows import many, one


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it was written; what corrects it is another."""

    id: str
    patient: str
    at: datetime
    author: str  # id of the user
    care: bool  # of care: for who treats the patient
    body: str
    replaces: str | None  # the note it corrects


@dataclass(frozen=True, slots=True)
class Alarm:
    """A sentence to be seen from a day on."""

    id: str
    patient: str
    at: datetime
    author: str
    care: bool
    body: str
    shown_from: date
    shown_until: date | None
    each_visit: bool  # to be known at each visit, nothing to be done

    def is_over(self, day: date) -> bool:
        """Whether its last day is before a day."""
        return self.shown_until is not None and self.shown_until < day


@dataclass(frozen=True, slots=True)
class Ended:
    """What ended a note or an alarm: who, and when."""

    what: str
    at: datetime
    author: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is cared for, or has letters sent, from a day on."""

    id: str
    patient: str
    at: datetime
    author: str
    kind: str  # CARE, LETTERS
    name: str
    street: str
    postcode: str
    city: str
    access: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class PlaceEnded:
    """A place that somebody ended: its last day."""

    what: str
    at: datetime
    author: str
    last_day: date


@dataclass(frozen=True, slots=True)
class Particular:
    """One thing known of somebody, as it was said; "" when it was said to hold no longer."""

    id: str
    patient: str
    at: datetime
    author: str
    key: str
    value: str


_NOTE = "select id, patient, at, author, care, body, replaces from patient_note"
_ALARM = (
    "select id, patient, at, author, care, body, shown_from, shown_until, each_visit"
    " from patient_alarm"
)
_PLACE = (
    "select id, patient, at, author, kind, name, street, postcode, city, access, valid_from,"
    " valid_until from patient_place"
)


def add_note(db: apsw.Connection, n: Note, device: str, seq: int) -> None:
    """Keep a note."""
    db.execute(
        "insert into patient_note values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (n.id, device, seq, n.patient, n.at.isoformat(), n.author, n.care, n.body, n.replaces),
    )


def note(db: apsw.Connection, key: str) -> Note | None:
    """Return one note."""
    return one(db, Note, _NOTE + " where id = ?", (key,))


def notes(db: apsw.Connection, patient: str) -> list[Note]:
    """Return every note of a patient, the newest first, corrected and struck ones among them."""
    return many(db, Note, _NOTE + " where patient = ? order by at desc, seq desc", (patient,))


def strike_note(db: apsw.Connection, struck: Ended, device: str, seq: int) -> None:
    """Keep that a note was struck."""
    db.execute(
        "insert into patient_note_struck values (?, ?, ?, ?, ?)",
        (struck.what, device, seq, struck.at.isoformat(), struck.author),
    )


def struck_notes(db: apsw.Connection, patient: str) -> dict[str, Ended]:
    """Return what was struck of a patient's notes, by note."""
    rows = many(
        db, Ended,
        "select s.note as what, s.at, s.author from patient_note n"
        " cross join patient_note_struck s on s.note = n.id where n.patient = ?",
        (patient,),
    )  # fmt: skip
    return {row.what: row for row in rows}


def add_alarm(db: apsw.Connection, a: Alarm, device: str, seq: int) -> None:
    """Keep an alarm."""
    db.execute(
        "insert into patient_alarm values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (a.id, device, seq, a.patient, a.at.isoformat(), a.author, a.care, a.body,
         a.shown_from.isoformat(), _iso(a.shown_until), a.each_visit),
    )  # fmt: skip


def alarm(db: apsw.Connection, key: str) -> Alarm | None:
    """Return one alarm."""
    return one(db, Alarm, _ALARM + " where id = ?", (key,))


def alarms(db: apsw.Connection, patient: str) -> list[Alarm]:
    """Return every alarm of a patient, the newest first."""
    return many(db, Alarm, _ALARM + " where patient = ? order by at desc, seq desc", (patient,))


def open_alarms(db: apsw.Connection, day: date) -> list[Alarm]:
    """Return the alarms nobody ended that are due on a day, by their first day.

    Those of files put away, and those to be known at each visit, are left out.
    """
    return many(
        db, Alarm,
        "select a.id, a.patient, a.at, a.author, a.care, a.body, a.shown_from, a.shown_until,"
        " a.each_visit from patient_alarm_open o cross join patient_alarm a on a.id = o.alarm"
        " cross join patient p on p.id = a.patient where o.until >= ?1 and a.shown_from <= ?1"
        " and a.each_visit = 0 and p.archived = 0 order by a.shown_from, a.at, a.seq",
        (day.isoformat(),),
    )  # fmt: skip


def end_alarm(db: apsw.Connection, ended: Ended, device: str, seq: int) -> None:
    """Keep that an alarm was ended."""
    db.execute(
        "insert into patient_alarm_ended values (?, ?, ?, ?, ?)",
        (ended.what, device, seq, ended.at.isoformat(), ended.author),
    )


def ended_alarms(db: apsw.Connection, patient: str) -> dict[str, Ended]:
    """Return what was ended of a patient's alarms, by alarm."""
    rows = many(
        db, Ended,
        "select e.alarm as what, e.at, e.author from patient_alarm a"
        " cross join patient_alarm_ended e on e.alarm = a.id where a.patient = ?",
        (patient,),
    )  # fmt: skip
    return {row.what: row for row in rows}


def add_place(db: apsw.Connection, p: Place, device: str, seq: int) -> None:
    """Keep an address besides the home."""
    db.execute(
        "insert into patient_place values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (p.id, device, seq, p.patient, p.at.isoformat(), p.author, p.kind, p.name, p.street,
         p.postcode, p.city, p.access, p.valid_from.isoformat(), _iso(p.valid_until)),
    )  # fmt: skip


def place(db: apsw.Connection, key: str) -> Place | None:
    """Return one address."""
    return one(db, Place, _PLACE + " where id = ?", (key,))


def places(db: apsw.Connection, patient: str) -> list[Place]:
    """Return every address of a patient besides the home, the one that began last first."""
    return many(
        db,
        Place,
        _PLACE + " where patient = ? order by valid_from desc, at desc, seq desc",
        (patient,),
    )


def end_place(db: apsw.Connection, ended: PlaceEnded, device: str, seq: int) -> None:
    """Keep the last day of an address."""
    db.execute(
        "insert into patient_place_ended values (?, ?, ?, ?, ?, ?)",
        (ended.what, device, seq, ended.at.isoformat(), ended.author, ended.last_day.isoformat()),
    )


def ended_places(db: apsw.Connection, patient: str) -> dict[str, PlaceEnded]:
    """Return what was ended of a patient's addresses, by address."""
    rows = many(
        db, PlaceEnded,
        "select e.place as what, e.at, e.author, e.last_day from patient_place p"
        " cross join patient_place_ended e on e.place = p.id where p.patient = ?",
        (patient,),
    )  # fmt: skip
    return {row.what: row for row in rows}


def add_particular(db: apsw.Connection, p: Particular, device: str, seq: int) -> None:
    """Keep one thing known of somebody."""
    db.execute(
        "insert into patient_particular values (?, ?, ?, ?, ?, ?, ?, ?)",
        (p.id, device, seq, p.patient, p.at.isoformat(), p.author, p.key, p.value),
    )


def particulars(db: apsw.Connection, patient: str) -> list[Particular]:
    """Return everything known of a patient, the newest first."""
    return many(
        db, Particular,
        "select id, patient, at, author, key, value from patient_particular where patient = ?"
        " order by at desc, seq desc, id desc",
        (patient,),
    )  # fmt: skip


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
