"""« Facturation »: who pays what of a recorded session, decided on its screen (W16, MAIIA-42…50).

What is decided is kept with the session and may be decided again until its lines are locked; the
invoice keeps the number it was given first.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from server.core.errors import InvalidForm, NotFound, StateConflict
from server.core.rights import Right
from server.core.states import LineState, SessionState
from server.services import convention_search, dossiers, evaluation, french_billing, french_offers
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.services.french_billing import Choice, Parts, PricedLine
from server.services.french_cases import FrenchJudge
from server.services.french_offers import Asked, Offer
from server.services.french_rules import label
from server.store import french_billing as store
from server.store import french_care, french_invoices, invoices, patients, visits
from server.store.patients import Patient
from server.store.visits import Session

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
    others: int  # sessions of its treatment that nobody decided upon yet


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
    chosen = store.choice(desk.db, session.id)
    offered = french_offers.offer(desk, session, asked, chosen)
    lines = _priced(desk, session, offered)
    patient = patients.get(desk.db, session.patient)
    if patient is None:
        raise NotFound(kind="patient")
    row = french_offers.row_of(desk, offered, session.id)
    return Billing(
        session, patient, offered, lines,
        french_billing.parts([line.quote for line in lines], row),
        Choice(chosen) if chosen else None, french_invoices.number_of(desk.db, session.id),
        _is_open(desk, session), len(_others(desk, session)),
    )  # fmt: skip


@needs(Right.BILLING)
def decide(desk: Desk, session_id: str, typed: Mapping[str, str]) -> Decided:
    """Keep who pays what of a session, and number its invoice; raises `InvalidForm`.

    Fields: tp_amo, tp_amc, separate, convention (among equal ones), formula; and others, ticked
    for the sessions of its treatment that wait to be decided alike. Raises `StateConflict` once
    its lines are locked, or when it was struck out.
    """
    session = _session(desk, session_id)
    if not _is_open(desk, session):
        raise StateConflict(kind="session", state=str(session.state), wanted="Ready")
    _decide(desk, session, typed)
    if not Form(typed).ticked("others"):
        return Decided(1)
    waiting = _others(desk, session)
    for other in waiting:
        with suppress(InvalidForm):  # his rights may not hold on that day: it keeps waiting
            _decide(desk, other, typed)
    left = len(_others(desk, session))
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
    before = store.choice(desk.db, session.id)
    if before and replace(before, id=row.id, at=row.at, by=row.by) == row:
        return
    facts = {"route": row.route, "amo": row.amo, "amc": row.amc, "formula": row.formula}
    with desk.deed("session.billed", "session", session.id, facts) as seq:
        keep(desk, seq, row, session)
        evaluation.judge_patient(desk, seq, session.patient)


def keep(desk: Desk, seq: int, row: store.BillingRow, session: Session) -> None:
    """Keep a choice and number the invoice, inside the caller's deed."""
    store.add_choice(desk.db, row, desk.device.id, seq)
    if french_invoices.number_of(desk.db, session.id) is None:
        day = desk.likely_today
        french_invoices.add(desk.db, desk.device, seq, session.id, session.patient, day)


def _session(desk: Desk, session_id: str) -> Session:
    held = visits.session(desk.db, session_id)
    if held is None:
        raise NotFound(kind="session")
    return held


def _others(desk: Desk, session: Session) -> Sequence[Session]:
    """List the other sessions of its treatment that are open and that nobody decided upon."""
    given = visits.sessions_of_series(desk.db, session.treatment)
    decided = store.choices(desk.db, [each.id for each in given])
    return [
        each for each in given
        if each.id not in decided and each.id != session.id and _is_open(desk, each)
    ]  # fmt: skip


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
