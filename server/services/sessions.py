"""« Séance faite »: what is proposed for a visit, and what is recorded, in one transaction."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from server.core.care import Coverage, Place, Quote
from server.core.errors import InvalidForm, NotFound, StateConflict
from server.core.identifiers import NomenclatureCode
from server.core.rights import Right
from server.core.states import LineState, SessionState
from server.countries.belgium.counters import Count, count_series, quota_of
from server.countries.belgium.proposal import Visit, propose_code, propose_intake
from server.services import belgian_cases, dossiers, evaluation, identity, treating
from server.services.agenda import read_payment
from server.services.desk import Desk, Repeated, needs
from server.services.dossiers import grouped
from server.services.forms import Form
from server.services.rules import label, rulebook
from server.store import care, invoices, lives, patients, proofs, visits
from server.store.care import Treatment
from server.store.invoices import Line
from server.store.patients import Patient
from server.store.proofs import IdentityProof
from server.store.visits import Act, Block, Session


@dataclass(frozen=True, slots=True)
class ProposedAct:
    """One code with its price; `quote` is None when no tariff covers the day."""

    code: str
    label: str
    quote: Quote | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a visit would be, before it is recorded."""

    treatment: Treatment
    patient: Patient
    care_date: date
    place: Place
    acts: Sequence[ProposedAct]  # the session's code first; empty when none is known
    count: Count
    quota: int | None  # sessions at the normal rate
    excess: bool
    coverage: Coverage | None
    reasons: Sequence[Block]  # what would keep it from being billed
    proved_at: str  # instant of the proof of identity this session would be given, "" when none

    @property
    def copay_cents(self) -> int:
        """What the patient pays now."""
        return sum(act.quote.copay_cents for act in self.acts if act.quote)

    @property
    def fee_cents(self) -> int:
        """The whole price."""
        return sum(act.quote.fee_cents for act in self.acts if act.quote)

    @property
    def oa_cents(self) -> int:
        """What the insurer is asked."""
        return sum(act.quote.oa_cents for act in self.acts if act.quote)


@dataclass(frozen=True, slots=True)
class SessionView:
    """A recorded session with its acts, its reasons and its lines."""

    session: Session
    patient: Patient
    acts: Sequence[Act]
    blocks: Sequence[Block]
    lines: Sequence[Line]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of its acts, in their order."""
        return tuple(act.code for act in self.acts)

    @property
    def sums(self) -> tuple[int, int, int] | None:
        """Fee, insurer's part and patient's part of the lines that hold, in cents; None: no price.

        A line that was corrected or taken back holds no more.
        """
        held = [line for line in self.lines if line.state.holds]
        if not held:
            return None
        fee, oa = sum(x.fee_cents for x in held), sum(x.oa_cents for x in held)
        return fee, oa, sum(x.copay_cents for x in held)


@needs(Right.CLINICAL)
def propose(
    desk: Desk, treatment_id: str, care_date: date | None = None, place: Place | None = None
) -> Proposal:
    """Propose code, price and counter for the next session of a series; writes nothing."""
    treatment, patient = _series(desk, treatment_id)
    day, where = care_date or desk.likely_today, place or treatment.place
    return desk.once(
        lambda: _proposed(desk, treatment, patient, day, where),
        "proposal", treatment.id, day.isoformat(), str(where), desk.today.isoformat(),
    )  # fmt: skip


def _proposed(
    desk: Desk, treatment: Treatment, patient: Patient, day: date, place: Place
) -> Proposal:
    draft = _draft(desk, treatment, day, place)
    rules = rulebook(desk)
    quota = quota_of(treatment.category, treatment.situation, day, rules.quotas)
    known = dossiers.of_patient(desk, patient.id)
    earlier = [s.care_date for s in known.earlier_in_series(draft)]
    count = count_series(
        earlier, quota, day, treatment.sessions_elsewhere, treatment.sessions_declared
    )
    limit = quota.sessions if quota else None
    visit = Visit(treatment.category, draft.place, count.next_rank, day, limit)
    found = propose_code(visit, rules.tariff, rules.codes)
    given = belgian_cases.intake_given(rules, known, draft)
    intake = propose_intake(visit, given, rules.tariff, rules.codes) if not earlier else None
    codes = tuple(c for c in (found and found.code, intake) if c)
    judged = belgian_cases.examine(desk, draft, codes, known)
    proof = identity.waiting(desk, patient.id, day)
    return Proposal(
        treatment, patient, day, draft.place,
        _acts(desk, codes, day, judged.coverage, judged.case.conventioned), count, limit,
        bool(found and found.excess), judged.coverage, _blocks(draft.id, judged),
        proof.at.isoformat() if proof else "",
    )  # fmt: skip


@needs(Right.CLINICAL)
def record(desk: Desk, treatment_id: str, typed: Mapping[str, str]) -> str:
    """Record a session given: price it, judge it, keep what the patient paid; return its id.

    Fields: care_date, place, codes (comma separated; the proposal's when empty), copay_collected,
    payment_means, second_reason, institution. Raises `InvalidForm`. The same form sent again
    records nothing more and returns the same id.
    """
    treatment, patient = _series(desk, treatment_id)
    form = Form(typed)
    day = form.day("care_date") or desk.likely_today
    place = form.choice("place", Place, needed=False) or treatment.place
    if day > desk.today and not desk.clock_is_suspect:  # a date that may be wrong decides nothing
        form.faults.append(("care_date", "future"))
    if day < treatment.start_date:
        form.faults.append(("care_date", "before_series"))
    codes = _codes(desk, form, treatment, day, place)
    collected, means = read_payment(form)
    institution, second_reason = form.text("institution"), form.text("second_reason")
    form.end()
    proof = identity.waiting(desk, patient.id, day)
    session = replace(
        _draft(desk, treatment, day, place),
        id=desk.key_for(typed, treatment.id),
        institution=institution, second_reason=second_reason,
        copay_collected_cents=collected, payment_means=means,
        card_read=proof.card_read if proof else None,
    )  # fmt: skip
    _write(desk, treatment, session, codes, proof)
    return session.id


@needs(Right.CLINICAL)
def void(desk: Desk, session_id: str, reason: str) -> None:
    """Strike a session out; it stays visible. Refused once it is claimed."""
    held = _open(desk, session_id)
    if not reason.strip():
        raise InvalidForm(faults=(("reason", "missing"),))
    _end(desk, held, SessionState.VOIDED, "session.voided", reason)


@needs(Right.CLINICAL)
def second(desk: Desk, session_id: str, typed: Mapping[str, str]) -> None:
    """Say that a recorded session is a second one of its day, and why (BE-40, BE-41).

    Field: second_reason. The sessions of the patient are judged again.
    """
    held = _open(desk, session_id)
    form = Form(typed)
    reason = form.text("second_reason", needed=True)
    form.end()
    with desk.deed("session.second", "session", held.id, reason=reason) as seq:
        visits.set_second_reason(desk.db, held.id, reason)
        evaluation.judge_patient(desk, seq, held.patient)


@needs(Right.CLINICAL)
def make_private(desk: Desk, session_id: str, typed: Mapping[str, str]) -> None:
    """Let the patient pay a session no insurer will, after telling him so; it is never claimed.

    Field: told, ticked when the patient agreed. Only a blocked session can become private.
    """
    held = _open(desk, session_id)
    form = Form(typed)
    if not form.ticked("told"):
        form.faults.append(("told", "missing"))
    form.end()
    _end(desk, held, SessionState.PRIVATE, "session.private", "")


@needs(Right.CLINICAL)
def view(desk: Desk, session_id: str) -> SessionView:
    """Return one session with everything that hangs on it."""
    return _views(desk, [_open(desk, session_id)])[0]


@needs(Right.CLINICAL)
def of_series(desk: Desk, treatment_id: str) -> list[SessionView]:
    """Return the sessions of a series, in order of care."""
    _treated(desk, treatment_id)
    return desk.once(
        lambda: _views(desk, visits.sessions_of_series(desk.db, treatment_id)),
        "views", treatment_id,
    )  # fmt: skip


def _open(desk: Desk, session_id: str) -> Session:
    held = visits.session(desk.db, session_id)
    if held is None:
        raise NotFound(kind="session")
    treating.require(desk, held.patient)
    return held


def _end(desk: Desk, held: Session, state: SessionState, action: str, reason: str) -> None:
    """Take a session out of billing for good; refused while any of its lines is claimed."""
    lines = invoices.lines_of_session(desk.db, held.id)
    free = (LineState.PRICED, LineState.REPLACED)
    claimed = [line for line in lines if line.state not in free]
    if claimed:  # a corrected line waits, but another act of the session is claimed
        raise StateConflict(kind="line", state=str(claimed[0].state), wanted="Priced")
    with desk.deed(action, "session", held.id, reason=reason or None) as seq:
        visits.move_session(desk.db, held.id, held.state, state)
        states = (str(held.state), str(state))
        lives.add_step(desk.db, desk.stamp, seq, "session", held.id, states)
        visits.set_blocks(desk.db, held.id, [])
        for line in lines:
            invoices.drop_line(desk.db, line.id)
        evaluation.judge_patient(desk, seq, held.patient)


def _views(desk: Desk, held: Sequence[Session]) -> list[SessionView]:
    """Gather what hangs on some sessions, in four queries however many they are."""
    keys = [s.id for s in held]
    people = patients.some(desk.db, [s.patient for s in held])
    acts = grouped(visits.acts_of_sessions(desk.db, keys), lambda act: act.session)
    blocks = grouped(visits.blocks_of(desk.db, keys), lambda block: block.session)
    lines = grouped(invoices.lines_of_sessions(desk.db, keys), lambda line: line.session)
    return [SessionView(s, people[s.patient], acts[s.id], blocks[s.id], lines[s.id]) for s in held]


def _series(desk: Desk, treatment_id: str) -> tuple[Treatment, Patient]:
    """Find a series that goes on."""
    treatment, patient = _treated(desk, treatment_id)
    if treatment.state in ("Closed", "Cancelled"):
        raise StateConflict(kind="treatment", state=treatment.state, wanted="Active")
    return treatment, patient


def _treated(desk: Desk, treatment_id: str) -> tuple[Treatment, Patient]:
    """Find a series of a patient the user treats."""
    treatment, patient = desk.once(lambda: _found(desk, treatment_id), "treated", treatment_id)
    if treatment is None or patient is None:
        raise NotFound(kind="treatment")
    treating.require(desk, patient.id)
    return treatment, patient


def _found(desk: Desk, treatment_id: str) -> tuple[Treatment | None, Patient | None]:
    treatment = care.treatment(desk.db, treatment_id)
    return treatment, patients.get(desk.db, treatment.patient) if treatment else None


def _draft(desk: Desk, t: Treatment, day: date, place: Place) -> Session:
    return Session(
        desk.new_id(), t.id, t.patient, t.practitioner, t.prescription, day, place, "", None, "",
        0, "", desk.now, SessionState.DONE,
    )  # fmt: skip


def _acts(
    desk: Desk, codes: tuple[str, ...], day: date, coverage: Coverage | None, conventioned: bool
) -> list[ProposedAct]:
    return [
        ProposedAct(
            code,
            label(desk, code, desk.user.locale),
            belgian_cases.quote_for(desk, code, day, coverage, conventioned),
        )
        for code in codes
    ]


def _blocks(session: str, judged: belgian_cases.Judged) -> list[Block]:
    return [
        Block(session, str(r.reason), r.code, str(r.opens), json.dumps(dict(r.facts), default=str))
        for r in judged.reasons
    ]


def _codes(desk: Desk, form: Form, t: Treatment, day: date, place: Place) -> tuple[str, ...]:
    """Read the codes chosen, or take those proposed."""
    typed = form.text("codes")
    if not typed:
        found = tuple(act.code for act in propose(desk, t.id, day, place).acts)
        if not found:
            form.faults.append(("codes", "no_proposal"))
        return found
    codes = []
    for part in typed.split(","):
        code = Form({"codes": part}).parsed("codes", NomenclatureCode.parse)
        if code is None:
            form.faults.append(("codes", "check"))
        else:
            codes.append(code.digits)
    return tuple(codes)


def _write(
    desk: Desk, t: Treatment, session: Session, codes: tuple[str, ...], proof: IdentityProof | None
) -> None:
    facts = {"day": session.care_date, "codes": codes, "place": str(session.place)}
    deed = desk.deed("session.recorded", "session", session.id, facts, once=True)
    with suppress(Repeated), deed as seq:
        visits.add_session(desk.db, session, desk.device.id, seq)
        if proof is not None:
            proofs.tie(desk.db, session.id, proof.id, desk.device.id, seq)
        for rank, code in enumerate(codes, start=1):
            visits.add_act(
                desk.db, Act(desk.new_id(), session.id, rank, code, 1), desk.device.id, seq
            )
        if t.state == "Ready":
            care.update_treatment(desk.db, replace(t, state="Active"))
        evaluation.judge_patient(desk, seq, session.patient)
