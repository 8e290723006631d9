"""What a kiné found of a treatment in France (bilan-diagnostic), and the reports sent of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import apsw

from server.store.rows import many, one


@dataclass(frozen=True, slots=True)
class Assessment:
    """One assessment as it was written, and when its report was sent last."""

    id: str
    treatment: str
    kind: str  # INITIAL, RENEWAL, FINAL
    done_on: date
    given: int  # sessions given up to that day
    physician: str  # whom its report is for; "" while nobody said
    pain: int | None  # 0 to 10, as the patient says
    findings: str
    diagnosis: str
    goals: str
    plan: str
    sent_on: date | None = None
    means: str | None = None


_ASSESSMENT = """
    select a.id, a.treatment, a.kind, a.done_on, a.given, a.physician, a.pain, a.findings,
           a.diagnosis, a.goals, a.plan, r.sent_on, r.means
      from french_assessment a left join french_report r on r.id =
           (select max(id) from french_report where assessment = a.id)
"""


def add(db: apsw.Connection, a: Assessment, device: str, seq: int) -> None:
    """Keep an assessment; its report is another row."""
    db.execute(
        "insert into french_assessment values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (a.id, device, seq, a.treatment, a.kind, a.done_on.isoformat(), a.given, a.physician,
         a.pain, a.findings, a.diagnosis, a.goals, a.plan),
    )  # fmt: skip


def get(db: apsw.Connection, key: str) -> Assessment | None:
    """Return one assessment."""
    return one(db, Assessment, _ASSESSMENT + " where a.id = ?", (key,))


def of_treatment(db: apsw.Connection, treatment: str) -> Sequence[Assessment]:
    """Return the assessments of a treatment, the newest first."""
    newest = " where a.treatment = ? order by a.done_on desc, a.id desc"
    return many(db, Assessment, _ASSESSMENT + newest, (treatment,))


def of_patient(db: apsw.Connection, patient: str) -> Sequence[Assessment]:
    """Return the assessments of every treatment of a patient, the newest first."""
    mine = " where a.treatment in (select id from treatment where patient = ?)"
    newest = " order by a.done_on desc, a.id desc"
    return many(db, Assessment, _ASSESSMENT + mine + newest, (patient,))


def add_report(
    db: apsw.Connection, key: str, told: tuple[str, date, str], device: str, seq: int
) -> None:
    """Keep that a report was sent; `told`: of which assessment, on which day, by which means."""
    assessment, sent_on, means = told
    db.execute(
        "insert into french_report values (?, ?, ?, ?, ?, ?)",
        (key, device, seq, assessment, sent_on.isoformat(), means),
    )
