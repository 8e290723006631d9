"""What surrounds care: coverage, prescriptions, treatment series, agreements."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import apsw

from server.core.care import Category, Place, Source
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
    max_sessions: int | None  # None: the physician set none (France)
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


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
