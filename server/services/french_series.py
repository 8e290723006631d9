"""Treatments in a practice of France: what is treated, prescribed or not, and prior agreements.

`fr-ngap-kine.md` §6 and §7; FR-01 to FR-03. Every French treatment has the category NGAP: its
territory, and whether it was operated, propose the letter of each session.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from server.core.care import Category, Place
from server.core.errors import InvalidForm, NotFound, StateConflict
from server.core.rights import Right
from server.core.states import SessionState
from server.countries.france import agreement
from server.countries.france.acts import Territory
from server.countries.france.agreement import Answer, DapCount, Threshold
from server.countries.france.direct_access import Ground
from server.countries.france.registers import Rpps
from server.countries.france.travel import parse_metres
from server.services import dossiers, evaluation, patients, prescribing, treating
from server.services.desk import Desk, Repeated, needs
from server.services.forms import Form
from server.services.french_cases import FrenchJudge, as_request
from server.services.french_rules import rulebook
from server.store import care, french_care, visits
from server.store import practice as practices
from server.store.care import PrescriptionRow, Treatment
from server.store.french_care import Access, AgreementRequest, Treated
from server.store.visits import Session

TERRITORIES = tuple(str(each) for each in Territory)
"""What a treatment may be of, in the order a kiné looks for it."""

_OPEN = ("Ready", "Active")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for an agreement as it stands today."""

    row: AgreementRequest
    answer: Answer
    due: date  # from this day silence is an answer


@dataclass(frozen=True, slots=True)
class FrenchSeries:
    """One treatment with what surrounds it, for the screens."""

    treatment: Treatment
    treated: Treated
    prescription: PrescriptionRow | None
    given: int
    situation: Threshold | None  # the reference situation, when it has one
    count: DapCount | None  # before the next session
    requests: Sequence[Asked]

    @property
    def wants_request(self) -> bool:
        """Whether a request for an agreement is to be written: soon, now, or sent already."""
        count = self.count
        return count is not None and (count.needed or count.warns or count.waiting is not None)


@needs(Right.CLINICAL)
def series(desk: Desk, treatment_id: str) -> FrenchSeries:
    """Return a treatment with its counter and its requests; raise `NotFound`."""
    held = care.treatment(desk.db, treatment_id)
    treated = french_care.treated(desk.db, treatment_id)
    if held is None or treated is None:
        raise NotFound(kind="treatment")
    treating.require(desk, held.patient)
    rules = rulebook(desk).dap(desk.today)
    named = agreement.situations(desk.today, rules)
    return FrenchSeries(
        held,
        treated,
        care.prescription(desk.db, held.prescription) if held.prescription else None,
        visits.count_in_series(desk.db, held.id),
        next((row for row in named if row.situation == held.situation), None),
        _count(desk, held),
        [
            Asked(row, agreement.answer_of(request, desk.today, rules),
                  agreement.answer_due(request, rules))
            for row in french_care.requests_of(desk.db, held.patient)
            if (request := as_request(row)).situation == held.situation
        ],
    )  # fmt: skip


@needs(Right.CLINICAL)
def of_patient(desk: Desk, patient_id: str) -> Sequence[FrenchSeries]:
    """Return the treatments of a patient, newest first."""
    treating.require(desk, patient_id)
    return [series(desk, t.id) for t in care.treatments(desk.db, patient_id)]


@needs(Right.CLINICAL)
def situations(desk: Desk) -> Sequence[Threshold]:
    """Return the reference situations a treatment may be given today."""
    return agreement.situations(desk.today, rulebook(desk).dap(desk.today))


@needs(Right.CLINICAL)
def open_series(desk: Desk, patient_id: str, typed: Mapping[str, str]) -> str:
    """Open a treatment and return its id; raise `InvalidForm`.

    Fields: territory, operated, place, situation, start_date, declared, ald, maternity, work,
    diagnosed, kilometres, outside_town, discharge; and for the prescription, all empty in direct
    access: rx_date, prescriber (RPPS), prescriber_name, max_sessions. The same form sent again
    opens nothing more.
    """
    patients.open_file(desk, patient_id)
    treating.require(desk, patient_id)
    form = Form(typed)
    prescription = _read_prescription(desk, form, patient_id)
    treatment, treated = _read_series(desk, form, patient_id, prescription)
    facts = {"territory": treated.territory, "situation": treatment.situation}
    deed = desk.deed("treatment.opened", "treatment", treatment.id, facts, once=True)
    with suppress(Repeated), deed as seq:
        if prescription is not None:
            prescribing.keep(desk, prescription, seq)
        care.add_treatment(desk.db, treatment, desk.device.id, seq)
        french_care.add_treated(desk.db, treated, desk.device.id, seq)
    return treatment.id


@needs(Right.CLINICAL)
def prescribe(desk: Desk, treatment_id: str, typed: Mapping[str, str]) -> None:
    """Put a prescription on a treatment; sessions without one pass under it when it was there."""
    held = _open(desk, treatment_id)
    form = Form(typed)
    form.text("rx_date", needed=True)
    prescription = _read_prescription(desk, form, held.patient)
    form.end()
    if prescription is None:
        raise InvalidForm(faults=(("rx_date", "missing"),))
    prescribing.put(desk, held, prescription, _lacks_prescription)


@needs(Right.CLINICAL)
def request(desk: Desk, treatment_id: str, typed: Mapping[str, str]) -> str:
    """Keep that a prior agreement was asked for; return the id of the request.

    Fields: sent_on, sessions_asked, argument. The same form sent again keeps nothing more.
    """
    held = _open(desk, treatment_id)
    if not held.situation:
        raise StateConflict(kind="treatment", state="", wanted="situation")
    form = Form(typed)
    sent_on = form.day("sent_on", needed=True)
    if sent_on and sent_on > desk.today:
        form.faults.append(("sent_on", "future"))
    asked = form.number("sessions_asked", needed=True, low=1, high=300)
    argument = form.text("argument", needed=True, most=2000)
    form.end()
    row = AgreementRequest(
        desk.key_for(typed, held.id), held.patient, held.situation, sent_on or desk.today,
        asked or 1, argument, None, None, None,
    )  # fmt: skip
    facts = {"situation": held.situation, "sent_on": row.sent_on}
    deed = desk.deed("agreement.requested", "request", row.id, facts, once=True)
    with suppress(Repeated), deed as seq:
        french_care.add_request(desk.db, row, desk.device.id, seq)
        evaluation.judge_patient(desk, seq, held.patient)
    return row.id


@needs(Right.CLINICAL)
def answer(desk: Desk, request_id: str, typed: Mapping[str, str]) -> None:
    """Keep what the medical service answered; its date is never before the request's.

    Fields: answer (ACCEPTED or REFUSED), answered_on, sessions_granted.
    """
    asked = french_care.request(desk.db, request_id)
    if asked is None:
        raise NotFound(kind="request")
    treating.require(desk, asked.patient)
    form = Form(typed)
    said = form.choice("answer", Answer)
    if said not in (None, Answer.ACCEPTED, Answer.REFUSED):
        form.faults.append(("answer", "unknown"))
    on = form.day("answered_on", needed=True)
    if on and not asked.sent_on <= on <= desk.today:
        form.faults.append(("answered_on", "before_request" if on < asked.sent_on else "future"))
    granted = form.number("sessions_granted", low=1, high=300)
    form.end()
    row = french_care.Answer(desk.new_id(), asked.id, str(said), on or desk.today, granted)
    facts = {"answer": row.answer, "answered_on": row.answered_on}
    with desk.deed("agreement.answered", "patient", asked.patient, facts) as seq:
        french_care.add_answer(desk.db, row, desk.device.id, seq)
        evaluation.judge_patient(desk, seq, asked.patient)


@needs(Right.CLINICAL)
def my_access(desk: Desk) -> Access | None:
    """Return what lets the user treat without a prescription, as said last."""
    return french_care.access_of(desk.db, desk.user.practitioner or "")


@needs(Right.CLINICAL)
def set_access(desk: Desk, typed: Mapping[str, str]) -> None:
    """Keep what lets the user treat without a prescription, and judge what waits again.

    Fields: ground (STRUCTURE or TERRITORY), since, until, substitute.
    """
    form = Form(typed)
    ground = form.choice("ground", Ground)
    since, until = form.day("since", needed=True), form.day("until")
    if since and until and until < since:
        form.faults.append(("until", "before_start"))
    form.end()
    kine = desk.user.practitioner
    if kine is None or ground is None or since is None:
        raise NotFound(kind="practitioner")
    row = Access(desk.new_id(), kine, str(ground), since, until, form.ticked("substitute"))
    with desk.deed("treatment.access_declared", "practitioner", kine, {"since": since}) as seq:
        french_care.add_access(desk.db, row, desk.device.id, seq)
        evaluation.judge_all(desk, seq)


def _open(desk: Desk, treatment_id: str) -> Treatment:
    held = series(desk, treatment_id).treatment
    if held.state not in _OPEN:
        raise StateConflict(kind="treatment", state=held.state, wanted="Active")
    return held


def _count(desk: Desk, held: Treatment) -> DapCount | None:
    """Count the situation before the session that would come next."""
    known = dossiers.of_patient(desk, held.patient)
    return FrenchJudge(desk).count(next_session(desk, held, desk.likely_today), known)


def next_session(desk: Desk, held: Treatment, day: date, place: Place | None = None) -> Session:
    """Give the session that would come next in a treatment, not recorded yet."""
    return Session(
        desk.new_id(), held.id, held.patient, held.practitioner, held.prescription, day,
        place or held.place, "", None, "", 0, "", desk.now, SessionState.DONE,
    )  # fmt: skip


def _lacks_prescription(desk: Desk, session: Session) -> bool:
    reasons = {block.reason for block in visits.blocks(desk.db, session.id)}
    return session.prescription is None or "RX_MISSING" in reasons


def _read_series(
    desk: Desk, form: Form, patient_id: str, prescription: PrescriptionRow | None
) -> tuple[Treatment, Treated]:
    territory = form.choice("territory", Territory)
    place = form.choice("place", Place)
    start = form.day("start_date") or desk.today
    situation = form.text("situation")
    known = {row.situation for row in situations(desk)}
    if situation and situation not in known:
        form.faults.append(("situation", "unknown"))
    declared = form.number("declared", high=200) or 0
    metres = form.parsed("kilometres", parse_metres) or 0
    kine = desk.user.practitioner
    if kine is None or practices.practitioner(desk.db, kine) is None:
        form.faults.append(("practitioner", "unknown"))
    form.end()
    if territory is None or place is None or kine is None:
        raise InvalidForm(faults=())
    key = desk.key_for(form.typed, patient_id)
    treatment = Treatment(
        key, patient_id, kine, prescription.id if prescription else None, Category.NGAP,
        situation, place, start, None, 0, declared, "Ready",
    )  # fmt: skip
    ticked = form.ticked
    treated = Treated(
        key, str(territory), ticked("operated"), ticked("ald"), ticked("maternity"),
        ticked("work"), ticked("diagnosed"), metres, ticked("outside_town"), ticked("discharge"),
    )  # fmt: skip
    return treatment, treated


def _read_prescription(desk: Desk, form: Form, patient_id: str) -> PrescriptionRow | None:
    """Read what a physician wrote; None when nothing of it was typed."""
    if not (form.text("rx_date") or form.text("prescriber")):
        return None
    number = form.parsed("prescriber", Rpps.parse, needed=True)
    name = form.text("prescriber_name", most=60)
    rx_date = form.day("rx_date", needed=True)
    most = form.number("max_sessions", low=1, high=300)
    if rx_date and rx_date > desk.today:
        form.faults.append(("rx_date", "future"))
    if number and not name:
        name = care.prescriber_name(desk.db, number.digits)
        if not name:
            form.faults.append(("prescriber_name", "missing"))
    return PrescriptionRow(
        desk.new_id(), patient_id, "", number.digits if number else "", name,
        rx_date or desk.today, most, None, form.text("indication"), False,
    )  # fmt: skip
