"""« TP sécurisé »: the complementary part of a session, asked for and promised in four steps.

A step that fails stops the complementary part and leaves the caisse's alone. Offline the steps wait
and go on by themselves; without a commitment the part is held, and who pays it is a person's choice
(F-14, F-15; FR-54; `domain.md` §3.7). The service asks no fee (MAIIA-52).
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from server.core.errors import InvalidForm, NotFound
from server.core.online import OnlineService
from server.core.rights import Right
from server.core.states import SessionState
from server.core.teletransmission import DocumentKind, DocumentState
from server.countries.france.routes import Route
from server.services import convention_search, covers, french_invoicing, online, tp_steps
from server.services.convention_search import Need
from server.services.covers import Cover, Statement
from server.services.desk import Desk, needs
from server.services.online import StepState
from server.services.tp_steps import Shares, Step
from server.store import french_billing, french_documents, invoices, visits
from server.store import online as store
from server.store import patients as people
from server.store.french_billing import BillingRow
from server.store.online import Run
from server.store.patients import Patient
from server.store.visits import Session

PATIENT_PAYS = "PATIENT_PAYS"
NO_CONVENTION = "PAS_DE_CONVENTION"
_USUAL, _ACCORD = "OC", "T"  # type and accord of a convention in third-party payment
_MOVING = (StepState.QUEUED, StepState.LEAVING, StepState.DOUBT)


class Part(StrEnum):
    """What becomes of the complementary part."""

    NONE = "none"  # nothing was asked
    HELD = "held"  # without commitment: it waits
    COMMITTED = "committed"
    PATIENT_PAYS = "patient_pays"


@dataclass(frozen=True, slots=True)
class SecureTp:
    """The four steps of one session, and what the patient owes as they stand."""

    session: Session
    patient: Patient
    standing: online.Standing
    cover: Cover | None  # of the run when there is one, else the one that counts that day
    lacking: str  # why nothing can be asked: a code of the catalogue, "" when it can
    run: Run | None
    steps: tuple[Step, ...]
    part: Part
    shares: Shares
    in_table: bool | None = None  # whether a table in use has the convention; None: not answered

    @property
    def table_differs(self) -> bool:
        """Whether the tables in use and the service disagree about the convention."""
        given = self.steps[0].state is StepState.GIVEN
        return self.in_table is not None and self.in_table is not given

    @property
    def moving(self) -> bool:
        """Whether a step goes on by itself."""
        return self.part is Part.HELD and any(step.state in _MOVING for step in self.steps)

    @property
    def stuck(self) -> Step | None:
        """The step that needs a person: it was refused, or makes no sense."""
        ended = (*_MOVING, StepState.IDLE, StepState.GIVEN)
        return next((step for step in self.steps if step.state not in ended), None)

    @property
    def amc_cents(self) -> int:
        """What the complementary bears: promised, else computed by it, else expected here."""
        if self.part is Part.PATIENT_PAYS:
            return 0
        told = {step.service: step for step in self.steps if step.state is StepState.GIVEN}
        for service in (OnlineService.COMMITMENT, OnlineService.AMOUNT):
            asked = told[service].question if service in told else None
            if asked is not None and asked.cents is not None:
                return min(asked.cents, self.shares.left_cents)
        return self.shares.amc_cents

    @property
    def owed_cents(self) -> int:
        """What is the patient's: all that neither the caisse nor the complementary bears."""
        return self.shares.charged_cents - self.shares.amo_cents - self.amc_cents

    @property
    def differs(self) -> bool:
        """Whether the complementary computed another share than the one expected here."""
        return self.part is not Part.PATIENT_PAYS and self.amc_cents != self.shares.amc_cents


@needs(Right.BILLING)
def view(desk: Desk, session_id: str) -> SecureTp:
    """Return the steps of a session as they stand; raise `NotFound`."""
    session = visits.session(desk.db, session_id)
    patient = people.get(desk.db, session.patient) if session else None
    if session is None or patient is None:
        raise NotFound(kind="session")
    run, stands = store.run_of(desk.db, session.id), online.standing(desk)
    lines = invoices.lines_of_session(desk.db, session.id)
    held = covers.of(desk, patient.id, session.care_date)
    known = {each.row.id: each for each in (*held.of_card, *held.of_papers)}
    cover = held.counts if run is None else known.get(run.cover)
    steps = tp_steps.steps(desk, run)
    shares = tp_steps.shares(lines)
    lacking = _lacking(desk, session, held.counts, shares, allowed=stands.allowed)
    return SecureTp(
        session, patient, stands, cover, lacking, run, steps, _part(desk, run, steps), shares,
        _in_table(desk, cover, session, steps[0]),
    )  # fmt: skip


@needs(Right.BILLING)
def begin(desk: Desk, session_id: str) -> None:
    """Begin the four steps, or begin them again after a refusal; harmless while they go on.

    Raises `InvalidForm` with why nothing can be asked.
    """
    held = view(desk, session_id)
    if held.moving or held.part is Part.COMMITTED:
        return
    counts = covers.on(desk, held.patient.id, held.session.care_date)
    if held.lacking or counts is None:
        raise InvalidForm(faults=(("secure_tp", held.lacking or "no_cover"),))
    run = Run(desk.new_id(), session_id, counts.row.id, desk.now)
    facts = {"cover": run.cover, "number": counts.row.number}
    with desk.deed("online.begun", "session", session_id, facts) as seq:
        store.add_run(desk.db, run, desk.device.id, seq)
        advance(desk, seq, run, OnlineService.CONVENTION)


@needs(Right.BILLING)
def begin_once_billed(desk: Desk, session_id: str) -> bool:
    """Begin the steps of a session whose complementary part was just decided (MAIIA-51).

    False when there is nothing to ask: no DRE, something lacking, or begun before.
    """
    chosen = french_billing.choice(desk.db, session_id)
    if chosen is None or not chosen.amc or chosen.route != Route.DRE:
        return False
    held = view(desk, session_id)
    if held.lacking or held.part is not Part.NONE:
        return False
    begin(desk, session_id)
    return True


@needs(Right.BILLING)
def let_patient_pay(desk: Desk, session_id: str) -> None:
    """Give the complementary part up: the patient pays it and is refunded by his insurer.

    Harmless when it was given up, or promised, before.
    """
    held = view(desk, session_id)
    if held.run is None or held.part is not Part.HELD:
        return
    with desk.deed("online.patient_pays", "session", session_id) as seq:
        store.end_run(desk.db, held.run.id, PATIENT_PAYS, desk.now, desk.device.id, seq)
        chosen = french_billing.choice(desk.db, session_id)
        if chosen is None or not chosen.amc:
            return
        if not _give_up_request(desk, seq, chosen):
            french_invoicing.decide(desk, session_id, {"tp_amo": "1"})  # the caisse's part stays


def _give_up_request(desk: Desk, seq: int, chosen: BillingRow) -> bool:
    """Give up the DRE that was signed with the FSE, which is not touched (F-15); False before."""
    rows = french_documents.of_session(desk.db, chosen.session)
    waiting = [row for row in rows if row.state is DocumentState.SIGNED]
    for row in waiting:
        if row.kind is DocumentKind.DRE:
            french_documents.move(
                desk.db, row, DocumentState.GIVEN_UP, desk.now, "patient", desk.device.id, seq
            )
    if not rows:
        return False
    alone = replace(chosen, id=desk.new_id(), at=desk.now, by=desk.user.id, amc=False)
    french_billing.add_choice(desk.db, alone, desk.device.id, seq)
    return True


def advance(desk: Desk, seq: int, run: Run, service: OnlineService) -> None:
    """Queue what a step asks, inside the caller's deed; nothing when there is nothing to ask."""
    request = tp_steps.asked_now(desk, run, service)
    session = visits.session(desk.db, run.session)
    if request is not None and session is not None:
        online.queue(desk, seq, request, session.patient, run.id)


def _in_table(desk: Desk, cover: Cover | None, session: Session, asked: Step) -> bool | None:
    """Look for the convention in the tables in use, once the service said yes or no to it."""
    refused = asked.question is not None and asked.question.reason == NO_CONVENTION
    if cover is None or not (refused or asked.state is StepState.GIVEN):
        return None
    row = cover.row
    need = Need(
        session.care_date, row.convention_type or _USUAL, _ACCORD, number=row.number,
        csr=row.criterion,
    )  # fmt: skip
    return bool(convention_search.find(desk, need).choice.found)


@needs(Right.BILLING)
def is_held(desk: Desk, session_id: str) -> bool:
    """Say whether the complementary part of a session waits for its commitment."""
    run = store.run_of(desk.db, session_id)
    return run is not None and _part(desk, run, tp_steps.steps(desk, run)) is Part.HELD


def _part(desk: Desk, run: Run | None, steps: tuple[Step, ...]) -> Part:
    if run is None:
        return Part.NONE
    if steps[-1].state is StepState.GIVEN:
        return Part.COMMITTED
    return Part.PATIENT_PAYS if store.is_ended(desk.db, run.id) else Part.HELD


def _lacking(
    desk: Desk, session: Session, cover: Cover | None, shares: Shares, *, allowed: bool
) -> str:
    """Say why nothing can be asked: the first of these that is true, "" when none is."""
    row = cover.row if cover else None
    chosen = french_billing.choice(desk.db, session.id)
    checks = (
        ("voided", session.state is SessionState.VOIDED),
        ("no_cover", row is None),
        ("paper", cover is not None and cover.statement is Statement.PAPER),
        ("unique", cover is not None and (cover.whole or cover.statement is Statement.GU)),
        ("undated", cover is not None and not cover.complete),
        ("no_member", row is not None and not row.member),
        ("not_ticked", chosen is not None and not chosen.amc),
        ("no_price", shares.charged_cents == 0),
        ("no_share", shares.left_cents <= 0),
        ("no_number", online.insured_of(desk, session.patient) is None),
        ("no_sender", not online.sender_of(desk, session.practitioner)),
        ("not_homologated", not allowed),
    )
    return next((code for code, true in checks if true), "")
