"""Series of sessions: opened from a prescription, insured and agreed on one panel.

Until MemberData and eAgreement bring them, mutuality, CT1 / CT2 and agreement number are typed:
checked, dated, origin MANUAL, in the rows those services will fill.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from server.core.care import BlockReason, Category, Coverage, Place, Source
from server.core.errors import InvalidForm, NotFound
from server.core.identifiers import AgreementNumber, Nihii
from server.core.rights import Right
from server.core.states import SessionState
from server.countries.belgium.coverage import bim, effective_coverage, payer_of
from server.services import evaluation, patients, prescribing, treating
from server.services.desk import Desk, Repeated, needs
from server.services.facts import coverage_rows, coverages
from server.services.forms import Form
from server.services.rules import rulebook
from server.store import care, visits
from server.store import practice as practices
from server.store.care import AgreementRow, CoverageRow, PrescriptionRow, Treatment
from server.store.visits import Session


@dataclass(frozen=True, slots=True)
class Series:
    """One series with what surrounds it, for the screens."""

    treatment: Treatment
    prescription: PrescriptionRow | None
    agreement: AgreementRow | None
    coverage: Coverage | None  # the one that counts today
    coverage_contradicted: bool
    given: int  # sessions given here


@needs(Right.CLINICAL)
def series(desk: Desk, treatment_id: str) -> Series:
    """Return a series with its prescription, agreement and coverage; raise `NotFound`."""
    found = desk.once(lambda: _kept_series(desk, treatment_id), "series", treatment_id)
    if found is None:
        raise NotFound(kind="treatment")
    treating.require(desk, found.treatment.patient)
    effective = effective_coverage(coverages(desk, found.treatment.patient), desk.today)
    if effective is None:
        return found
    contradicted = effective.contradicted
    return replace(found, coverage=effective.coverage, coverage_contradicted=contradicted)


def _kept_series(desk: Desk, treatment_id: str) -> Series | None:
    """Read a series as it is written, without the insurability that counts today."""
    t = care.treatment(desk.db, treatment_id)
    if t is None:
        return None
    agreed = care.agreements(desk.db, t.id)
    return Series(
        t,
        care.prescription(desk.db, t.prescription) if t.prescription else None,
        agreed[0] if agreed else None,
        None,
        False,
        visits.count_in_series(desk.db, t.id),
    )


@needs(Right.CLINICAL)
def of_patient(desk: Desk, patient_id: str) -> Sequence[Series]:
    """Return the series of a patient, newest first."""
    treating.require(desk, patient_id)
    return [series(desk, t.id) for t in care.treatments(desk.db, patient_id)]


@needs(Right.PATIENTS)
def covered_now(desk: Desk, patient_id: str) -> Coverage | None:
    """Return the insurability that counts today; None when nothing is known."""
    effective = effective_coverage(coverages(desk, patient_id), desk.today)
    return effective.coverage if effective else None


@needs(Right.PATIENTS)
def coverages_of(desk: Desk, patient_id: str) -> Sequence[CoverageRow]:
    """Return everything said of a patient's insurability, newest first."""
    return coverage_rows(desk, patient_id)


@needs(Right.CLINICAL)
def kines(desk: Desk) -> Sequence[tuple[str, str]]:
    """Return (id, name) of who may be named to treat a patient, the user first; he alone, often."""
    found = practices.practitioners(desk.db)
    mine = desk.user.practitioner
    may_confide = desk.user.may(Right.COLLEAGUES)
    named = [k for k in found if k.id == mine] + [k for k in found if k.id != mine and may_confide]
    return [(kine.id, f"{kine.first_name} {kine.last_name.upper()}") for kine in named]


@needs(Right.CLINICAL)
def prescribers(desk: Desk) -> Sequence[tuple[str, str]]:
    """Return (INAMI number, name) of the prescribers met last, by name."""
    return care.prescribers(desk.db)


@needs(Right.CLINICAL)
def open_series(desk: Desk, patient_id: str, typed: Mapping[str, str]) -> str:
    """Open a series from a typed prescription and return its id; raise `InvalidForm`.

    Fields: category, place, situation, start_date, rx_date, prescriber (INAMI),
    prescriber_name, max_sessions, declared; practitioner, the kiné who will treat, the user when
    empty: naming another confides the patient to him, and asks for the right to see everybody's.
    The same form sent again opens nothing more.
    """
    patients.open_file(desk, patient_id)
    treating.require(desk, patient_id)
    form = Form(typed)
    treatment, prescription = _read_series(desk, form, patient_id)
    deed = desk.deed("treatment.opened", "treatment", treatment.id, _facts(treatment), once=True)
    with suppress(Repeated), deed as seq:
        prescribing.keep(desk, prescription, seq)
        care.add_treatment(desk.db, treatment, desk.device.id, seq)
    return treatment.id


@needs(Right.CLINICAL)
def set_prescription(desk: Desk, treatment_id: str, typed: Mapping[str, str]) -> None:
    """Put a new prescription on a series and judge its waiting sessions again.

    Those the old prescription could not carry pass to the new one when it was there in time.
    """
    held = series(desk, treatment_id).treatment
    form = Form(typed)
    prescription = _read_prescription(desk, form, held.patient)
    form.end()
    prescribing.put(desk, held, prescription, _lacks_prescription)


@needs(Right.PATIENTS)
def insure(desk: Desk, patient_id: str, typed: Mapping[str, str]) -> None:
    """Keep the « Assurabilité » panel: insurer, CT1 / CT2, period, agreement of a series.

    Fields: mutuality, ct1, ct2, rights_from, rights_to, engagement; and for the agreement, all
    empty when there is none: series, number, valid_from, valid_to, sessions_granted.
    Raises `InvalidForm` with every fault; nothing is then kept.
    """
    patients.open_file(desk, patient_id)
    form = Form(typed)
    if form.text("number"):
        treating.require(desk, patient_id)
    row = _read_coverage(desk, form, patient_id)
    agreed = _read_agreement_of(desk, form, patient_id) if form.text("number") else None
    form.end()
    with desk.deed("coverage.typed", "patient", patient_id, {"mutuality": row.mutuality}) as seq:
        care.add_coverage(desk.db, row, desk.device.id, seq)
        if agreed is not None:
            care.add_agreement(desk.db, agreed, desk.device.id, seq)
        evaluation.judge_patient(desk, seq, patient_id)


@needs(Right.CLINICAL)
def agree(desk: Desk, treatment_id: str, typed: Mapping[str, str]) -> None:
    """Keep the agreement number of a series, typed by the user; raise `InvalidForm`.

    Fields: number, valid_from, valid_to, sessions_granted.
    """
    held = series(desk, treatment_id).treatment
    form = Form(typed)
    row = _read_agreement(desk, form, held.id)
    form.end()
    with desk.deed("agreement.typed", "treatment", held.id, {"number": row.number}) as seq:
        care.add_agreement(desk.db, row, desk.device.id, seq)
        evaluation.judge_patient(desk, seq, held.patient)


def _lacks_prescription(desk: Desk, session: Session) -> bool:
    """Say whether a session waits for a prescription."""
    reasons = {block.reason for block in visits.blocks(desk.db, session.id)}
    waits = session.state is SessionState.BLOCKED
    return waits and not reasons.isdisjoint({BlockReason.RX_MISSING, BlockReason.RX_EXPIRED})


def _read_series(desk: Desk, form: Form, patient_id: str) -> tuple[Treatment, PrescriptionRow]:
    category = form.choice("category", Category)
    if category is Category.NGAP:
        form.faults.append(("category", "unknown"))
    place = form.choice("place", Place)
    start = form.day("start_date") or desk.today
    declared = form.number("declared", high=200) or 0
    prescription = _read_prescription(desk, form, patient_id)
    situation = form.text("situation")
    kine = _who_treats(desk, form)
    form.end()
    if category is None or place is None or kine is None:
        raise InvalidForm(faults=())
    treatment = Treatment(
        desk.key_for(form.typed, patient_id), patient_id, kine, prescription.id, category,
        situation, place, start, None, 0, declared, "Ready",
    )  # fmt: skip
    return treatment, prescription


def _who_treats(desk: Desk, form: Form) -> str | None:
    """Read which kiné will treat: the user himself, or who is confided a patient."""
    named = form.text("practitioner") or desk.user.practitioner
    if named != desk.user.practitioner:
        desk.require(Right.COLLEAGUES)
        if practices.practitioner(desk.db, named or "") is None:
            form.faults.append(("practitioner", "unknown"))
    return named


def _read_prescription(desk: Desk, form: Form, patient_id: str) -> PrescriptionRow:
    nihii = form.parsed("prescriber", Nihii.parse, needed=True)
    name = form.text("prescriber_name", most=60)
    rx_date = form.day("rx_date", needed=True)
    most = form.number("max_sessions", needed=True, low=1, high=300)
    if rx_date and rx_date > desk.today:
        form.faults.append(("rx_date", "future"))
    if nihii and not name:
        name = care.prescriber_name(desk.db, nihii.digits)
        if not name:
            form.faults.append(("prescriber_name", "missing"))
    return PrescriptionRow(
        desk.new_id(), patient_id, "", nihii.digits if nihii else "", name, rx_date or desk.today,
        most or 1, form.day("start_by"), form.text("diagnosis"),
        form.ticked("second_session_motivated"),
    )  # fmt: skip


def _read_coverage(desk: Desk, form: Form, patient_id: str) -> CoverageRow:
    rules = rulebook(desk)
    mutuality = form.text("mutuality", needed=True)
    ct1, ct2 = form.text("ct1", needed=True), form.text("ct2", needed=True)
    start, end = form.day("rights_from"), form.day("rights_to")
    payer = payer_of(mutuality, desk.today, rules.mutualities)
    if mutuality and payer is None:
        form.faults.append(("mutuality", "unknown_insurer"))
    for name, code in (("ct1", ct1), ("ct2", ct2)):
        if code and bim(code, desk.today, rules.ct1) is None:
            form.faults.append((name, "unknown"))
    if start and end and end < start:
        form.faults.append(("rights_to", "before_start"))
    return CoverageRow(
        desk.new_id(), patient_id, Source.MANUAL, desk.now, start, end,
        payer.union if payer else "", mutuality, ct1, ct2, form.text("engagement"),
    )  # fmt: skip


def _read_agreement(desk: Desk, form: Form, treatment_id: str) -> AgreementRow:
    number = form.parsed("number", AgreementNumber.parse, needed=True)
    start = form.day("valid_from", needed=True)
    end = form.day("valid_to")
    granted = form.number("sessions_granted", low=1)
    if start and end and end < start:
        form.faults.append(("valid_to", "before_start"))
    return AgreementRow(
        desk.new_id(), treatment_id, number.digits if number else "", start or desk.today, end,
        False, granted, "MANUAL", desk.now,
    )  # fmt: skip


def _read_agreement_of(desk: Desk, form: Form, patient_id: str) -> AgreementRow:
    """Read the agreement of one series of this patient, and of no other."""
    named = form.text("series")
    if named not in {t.id for t in care.treatments(desk.db, patient_id)}:
        raise NotFound(kind="treatment")
    return _read_agreement(desk, form, named)


def _facts(t: Treatment) -> Mapping[str, object]:
    return {"category": str(t.category), "place": str(t.place), "start": t.start_date}
