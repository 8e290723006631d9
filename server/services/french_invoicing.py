"""« Facturation »: who pays what of a recorded session, decided on its screen (W16, MAIIA-42…50).

What is decided is kept with the session and may be decided again until its lines are locked; the
invoice keeps the number it was given first. Once a payer refused it, the next decision makes a
corrected invoice under a new number, and the refused one stays as it was (H2).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from server.core.errors import InvalidForm, NotFound, StateConflict
from server.core.rights import Right
from server.core.states import LineState, SessionState
from server.services import (
    convention_search,
    dossiers,
    evaluation,
    french_billing,
    french_offers,
    french_rejects,
)
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.services.french_billing import Choice, Parts, PricedLine
from server.services.french_cases import FrenchJudge
from server.services.french_offers import Asked, Offer
from server.services.french_rejects import Reject
from server.services.french_rules import label
from server.store import french_billing as store
from server.store import french_care, french_invoices, invoices, online, patients, visits
from server.store import french_rejects as refused
from server.store.patients import Patient
from server.store.visits import Session

CORRECTED = "CORRECTED"
"""Why « TP sécurisé » of an invoice ended: another was made in its place."""

_OPEN = (SessionState.DONE, SessionState.BLOCKED, SessionState.READY)


@dataclass(frozen=True, slots=True)
class Billing:
    """What the screen shows of one session."""

    session: Session
    patient: Patient
    offer: Offer
    lines: Sequence[PricedLine]  # as they would be with what stands on the form
    parts: Parts
    choice: Choice | None  # what was decided last
    number: int | None  # of its invoice
    is_open: bool  # whether it may still be decided
    others: int  # sessions of its treatment that wait likewise: undecided, or refused as this one
    reject: Reject | None = None  # its invoice was refused: OK makes the corrected one


@dataclass(frozen=True, slots=True)
class Decided:
    """How many sessions were decided at once, and how many must be looked at one by one."""

    kept: int
    left: int = 0


@needs(Right.BILLING)
def billing(desk: Desk, session_id: str, typed: Mapping[str, str]) -> Billing:
    """Return what may be decided of a session, priced with what is typed; raise `NotFound`."""
    session = _session(desk, session_id)
    asked = Asked.read(Form(typed))
    chosen, reject = store.choice(desk.db, session.id), french_rejects.waiting(desk, session.id)
    offered = french_offers.offer(desk, session, asked, None if reject else chosen)
    lines = _priced(desk, session, offered)
    patient = patients.get(desk.db, session.patient)
    if patient is None:
        raise NotFound(kind="patient")
    row = french_offers.row_of(desk, offered, session.id)
    return Billing(
        session, patient, offered, lines,
        french_billing.parts([line.quote for line in lines], row),
        Choice(chosen) if chosen else None, french_invoices.number_of(desk.db, session.id),
        _is_open(desk, session), len(_others(desk, session, refused_too=reject is not None)),
        reject,
    )  # fmt: skip


@needs(Right.BILLING)
def decide(desk: Desk, session_id: str, typed: Mapping[str, str]) -> Decided:
    """Keep who pays what of a session, and number its invoice; raises `InvalidForm`.

    Fields: tp_amo, tp_amc, separate, convention (among equal ones), formula; and others, ticked
    for the sessions of its treatment that wait to be decided alike; of a refused invoice, those
    refused as well. Raises `StateConflict` once its lines are locked, or when it was struck out.
    """
    session = _session(desk, session_id)
    if not _is_open(desk, session):
        raise StateConflict(kind="session", state=str(session.state), wanted="Ready")
    refused_too = french_rejects.waiting(desk, session.id) is not None
    _decide(desk, session, typed)
    if not Form(typed).ticked("others"):
        return Decided(1)
    waiting = _others(desk, session, refused_too=refused_too)
    for other in waiting:
        with suppress(InvalidForm):  # his rights may not hold on that day: it keeps waiting
            _decide(desk, other, typed)
    left = len(_others(desk, session, refused_too=refused_too))
    return Decided(1 + len(waiting) - left, left)


def _decide(desk: Desk, session: Session, typed: Mapping[str, str]) -> None:
    form = Form({**typed, "billing": "1"})
    asked = Asked.read(form)
    offered = french_offers.offer(desk, session, asked)
    french_offers.refuse(form, offered, asked)
    form.end()
    if offered.amc and offered.equal and offered.answer and offered.convention:
        convention_search.settle(
            desk, offered.answer.need, session.patient, offered.convention.held.id
        )
    row = french_offers.row_of(desk, offered, session.id)
    before, reject = store.choice(desk.db, session.id), french_rejects.waiting(desk, session.id)
    if before and not reject and replace(before, id=row.id, at=row.at, by=row.by) == row:
        return
    facts = {"route": row.route, "amo": row.amo, "amc": row.amc, "formula": row.formula}
    if reject:
        facts["corrects"] = reject.row.invoice
    action = "invoice.corrected" if reject else "session.billed"
    with desk.deed(action, "session", session.id, facts) as seq:
        keep(desk, seq, row, session)
        evaluation.judge_patient(desk, seq, session.patient)


def keep(desk: Desk, seq: int, row: store.BillingRow, session: Session) -> None:
    """Keep a choice and number the invoice, inside the caller's deed; anew once it was refused."""
    store.add_choice(desk.db, row, desk.device.id, seq)
    reject, day = french_rejects.waiting(desk, session.id), desk.likely_today
    about = (session.id, session.patient, day)
    if french_invoices.number_of(desk.db, session.id) is None:
        french_invoices.add(desk.db, desk.device, seq, *about)
    elif reject:
        french_invoices.add(desk.db, desk.device, seq, *about, reject.row.invoice)
        run = online.run_of(desk.db, session.id)
        if run is not None:  # what was promised was for the refused one
            online.end_run(desk.db, run.id, CORRECTED, desk.now, desk.device.id, seq)


def _session(desk: Desk, session_id: str) -> Session:
    held = visits.session(desk.db, session_id)
    if held is None:
        raise NotFound(kind="session")
    return held


def _others(desk: Desk, session: Session, *, refused_too: bool) -> Sequence[Session]:
    """List the other sessions of its treatment that are open and that nobody decided upon.

    `refused_too`: of a session whose invoice was refused, those whose invoices were as well.
    """
    given = visits.sessions_of_series(desk.db, session.treatment)
    keys = [each.id for each in given if each.id != session.id]
    waiting = (
        refused.open_sessions(desk.db, keys) if refused_too
        else set(keys) - set(store.choices(desk.db, keys))
    )  # fmt: skip
    return [each for each in given if each.id in waiting and _is_open(desk, each)]


def _is_open(desk: Desk, session: Session) -> bool:
    lines = invoices.lines_of_session(desk.db, session.id)
    return session.state in _OPEN and all(line.state is LineState.PRICED for line in lines)


def _priced(desk: Desk, session: Session, offered: Offer) -> Sequence[PricedLine]:
    known = dossiers.of_patient(desk, session.patient)
    codes = tuple(act.code for act in visits.acts(desk.db, session.id))
    visited = french_care.visited_of(desk.db, [session.id]).get(session.id)
    if visited is None or session.treatment not in known.treatments:
        raise NotFound(kind="session")
    row = french_offers.row_of(desk, offered, session.id)
    judged = FrenchJudge(desk).examine(session, codes, known, visited, row)
    treated = french_care.treated(desk.db, session.treatment)
    territory = treated.territory if treated else ""
    return [
        PricedLine(label(desk, line.code, session.care_date, territory), line)
        for line in judged.bill.lines
    ]
