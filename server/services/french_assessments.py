"""Assessments of a treatment in France (bilan-diagnostic): written, due again, told to a physician.

`product.md` P5, F23 and W11; FR-03 asks for a report to the treating physician in direct access.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.core.errors import InvalidForm, NotFound
from server.core.rights import Right
from server.countries.france.acts import Territory
from server.countries.france.assessment import next_due
from server.services import patients, treating
from server.services.desk import Desk, Repeated, needs
from server.services.forms import Form
from server.services.french_rules import rulebook
from server.services.french_series import FrenchSeries, series
from server.store import assessments, care, visits
from server.store import practice as practices
from server.store.assessments import Assessment
from server.store.patients import Address, Patient
from server.store.practice import Practice, Practitioner


class Kind(StrEnum):
    """When in the treatment it is made."""

    INITIAL = "INITIAL"
    RENEWAL = "RENEWAL"
    FINAL = "FINAL"


class Means(StrEnum):
    """How a report reaches the physician."""

    POST = "POST"
    MAILBOX = "MAILBOX"  # a secure mailbox
    BY_HAND = "BY_HAND"  # by the patient's own hand


@dataclass(frozen=True, slots=True)
class Assessed:
    """A treatment with its assessments, and when the next one is due."""

    series: FrenchSeries
    found: Sequence[Assessment]  # the newest first
    due_at: int  # sessions given at which the next is due; 0: before any
    report_from: int  # sessions from which the prescriber is told

    @property
    def due(self) -> bool:
        """Whether it is time to assess."""
        return self.series.given >= self.due_at

    @property
    def direct(self) -> bool:
        """Whether no physician prescribed: the treating one is to be told (FR-03)."""
        return self.series.prescription is None

    @property
    def report_due(self) -> bool:
        """Whether a physician waits for a report: nobody was told yet, and somebody should be."""
        told = any(each.sent_on for each in self.found)
        return not told and (self.direct or self.series.given >= self.report_from)


@dataclass(frozen=True, slots=True)
class AssessmentPaper:
    """Everything the sheet of an assessment says, and the report made of it."""

    assessment: Assessment
    series: FrenchSeries
    practice: Practice
    kine: Practitioner
    patient: Patient
    address: Address | None


@needs(Right.CLINICAL)
def of_series(desk: Desk, treatment_id: str) -> Assessed:
    """Return what was found of a treatment, and when to look again; raise `NotFound`."""
    held = series(desk, treatment_id)
    found = assessments.of_treatment(desk.db, treatment_id)
    rules = rulebook(desk).assessments(desk.today)
    steps = rules.steps(Territory(held.treated.territory))
    return Assessed(held, found, next_due((each.given for each in found), steps), rules.report_from)


@needs(Right.CLINICAL)
def write(desk: Desk, treatment_id: str, typed: Mapping[str, str]) -> str:
    """Keep an assessment; return its id. The same form sent again keeps nothing more.

    Fields: kind, done_on, physician, pain, findings, diagnosis, goals, plan.
    """
    held = series(desk, treatment_id).treatment
    form = Form(typed)
    kind = form.choice("kind", Kind)
    done_on = form.day("done_on", needed=True)
    if done_on and done_on > desk.today:
        form.faults.append(("done_on", "future"))
    physician, pain = form.text("physician", most=60), form.number("pain", high=10)
    findings, diagnosis = form.prose("findings", needed=True), form.prose("diagnosis", needed=True)
    goals, plan = form.prose("goals", needed=True), form.prose("plan", needed=True)
    form.end()
    if kind is None or done_on is None:
        raise InvalidForm(faults=())
    row = Assessment(
        desk.key_for(typed, held.id), held.id, str(kind), done_on,
        _given(desk, held.id, done_on), physician, pain, findings, diagnosis, goals, plan,
    )  # fmt: skip
    deed = desk.deed(
        "treatment.assessed", "treatment", held.id, {"kind": row.kind, "assessment": row.id}
    )
    with suppress(Repeated), deed as seq:
        if assessments.get(desk.db, row.id) is not None:
            raise Repeated()
        assessments.add(desk.db, row, desk.device.id, seq)
    return row.id


@needs(Right.CLINICAL)
def sent(desk: Desk, assessment_id: str, typed: Mapping[str, str]) -> None:
    """Keep that the report of an assessment was sent. Fields: sent_on, means."""
    found = _one(desk, assessment_id)
    form = Form(typed)
    means, sent_on = form.choice("means", Means), form.day("sent_on", needed=True)
    if sent_on and not found.done_on <= sent_on <= desk.today:
        form.faults.append(("sent_on", "future" if sent_on > desk.today else "before_assessment"))
    form.end()
    told = (found.id, sent_on or desk.today, str(means))
    facts = {"assessment": found.id, "sent_on": told[1], "means": told[2]}
    with desk.deed("treatment.reported", "treatment", found.treatment, facts) as seq:
        assessments.add_report(desk.db, desk.new_id(), told, desk.device.id, seq)


@needs(Right.CLINICAL)
def paper(desk: Desk, assessment_id: str) -> AssessmentPaper:
    """Gather what the sheet of an assessment says, and its report; raise `NotFound`."""
    found = _one(desk, assessment_id)
    held = series(desk, found.treatment)
    file = patients.open_file(desk, held.treatment.patient)
    kine = practices.practitioner(desk.db, held.treatment.practitioner)
    if kine is None:
        raise NotFound(kind="practitioner")
    return AssessmentPaper(found, held, desk.practice, kine, file.patient, file.address)


def _one(desk: Desk, assessment_id: str) -> Assessment:
    found = assessments.get(desk.db, assessment_id)
    held = care.treatment(desk.db, found.treatment) if found else None
    if found is None or held is None:
        raise NotFound(kind="assessment")
    treating.require(desk, held.patient)
    return found


def _given(desk: Desk, treatment: str, day: date) -> int:
    """Count the sessions of a treatment up to a day."""
    held = visits.sessions_of_series(desk.db, treatment)
    return sum(session.care_date <= day for session in held)
