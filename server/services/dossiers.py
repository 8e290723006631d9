"""Dossiers: everything known of some patients that judging or billing their sessions asks for.

Read in a few queries however many patients there are, inside the caller's transaction; whatever is
judged on a dossier is judged on one and the same state of the file.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from server.core.care import Coverage, Prescription
from server.services.desk import Desk
from server.services.facts import as_coverage, as_prescription
from server.store import care, visits
from server.store import practice as practices
from server.store.care import AgreementRow, PrescriptionRow, Treatment
from server.store.practice import Practitioner
from server.store.visits import Act, Session

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Dossier:
    """One patient: what insurers said, what was prescribed and agreed, what was given."""

    coverages: Sequence[Coverage]
    engagement: str  # the newest written by an insurer, "" when none is known
    treatments: Mapping[str, Treatment]
    prescriptions: Mapping[str, PrescriptionRow]
    agreements: Mapping[str, Sequence[AgreementRow]]  # by series, newest first
    sessions: Sequence[Session]  # neither voided nor cancelled, in order of care
    acts: Mapping[str, Sequence[Act]]  # by session, in order
    by_code: Mapping[str, Sequence[Session]]  # the sessions in which a code was given
    practitioners: Mapping[str, Practitioner]  # those of the practice

    def codes(self, session: str) -> tuple[str, ...]:
        """Give the codes of one session, in order."""
        return tuple(act.code for act in self.acts.get(session, ()))

    def prescribed(self, session: Session) -> Prescription | None:
        """Give the prescription of a session as the value the rules read."""
        return as_prescription(self.prescriptions.get(session.prescription or ""))

    def of_year(self, codes: Iterable[str], session: Session) -> list[Session]:
        """List the other sessions of its calendar year in which one of some codes was given."""
        found = {
            other.id: other
            for code in codes
            for other in self.by_code.get(code, ())
            if other.care_date.year == session.care_date.year and other.id != session.id
        }
        return list(found.values())

    def earlier_in_series(self, session: Session) -> list[Session]:
        """List the sessions of its series given before one, in order of care."""
        mark = (session.care_date, session.id)
        return [
            s
            for s in self.sessions
            if s.treatment == session.treatment and (s.care_date, s.id) < mark
        ]

    def same_day(self, session: Session) -> list[Session]:
        """List the other sessions of the same day."""
        day = session.care_date
        return [s for s in self.sessions if s.care_date == day and s.id != session.id]


def of_patient(desk: Desk, patient: str) -> Dossier:
    """Read the dossier of one patient."""
    return desk.once(lambda: of_patients(desk, [patient])[patient], "dossier", patient)


def of_patients(desk: Desk, patients: Iterable[str]) -> Mapping[str, Dossier]:
    """Read the dossiers of some patients, by patient."""
    db, keys = desk.db, list(dict.fromkeys(patients))
    coverages = grouped(care.coverages_of(db, keys), lambda row: row.patient)
    treatments = grouped(care.treatments_of(db, keys), lambda row: row.patient)
    prescriptions = grouped(care.prescriptions_of(db, keys), lambda row: row.patient)
    agreements = grouped(care.agreements_of(db, keys), lambda row: row.treatment)
    sessions = grouped(visits.sessions_of(db, keys), lambda row: row.patient)
    acts = grouped(visits.acts_of(db, keys), lambda row: row.session)
    kines = {kine.id: kine for kine in practices.practitioners(db)}
    return {
        key: Dossier(
            coverages=[as_coverage(desk, row) for row in coverages[key]],
            engagement=next((row.engagement for row in coverages[key] if row.engagement), ""),
            treatments={row.id: row for row in treatments[key]},
            prescriptions={row.id: row for row in prescriptions[key]},
            agreements=agreements,
            sessions=sessions[key],
            acts=acts,
            by_code=_by_code(sessions[key], acts),
            practitioners=kines,
        )
        for key in keys
    }


def _by_code(
    sessions: Iterable[Session], acts: Mapping[str, Sequence[Act]]
) -> Mapping[str, list[Session]]:
    given: defaultdict[str, list[Session]] = defaultdict(list)
    for session in sessions:
        for act in acts.get(session.id, ()):
            given[act.code].append(session)
    return given


def grouped(rows: Iterable[Row], key: Callable[[Row], str]) -> defaultdict[str, list[Row]]:
    """Put rows together by one of their keys; a key nobody has gives an empty list."""
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups
