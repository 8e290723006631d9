"""The four steps of « TP sécurisé » of one session: where each stands, and what would be asked now.

Convention, rights, amount, commitment: each is asked once the one before was given. What a step
asks is made anew from what the practice holds, so that a question which waited offline is looked at
again before it leaves. FR-54; `domain.md` §3.7; MAIIA-51, MAIIA-52; F-14, F-15.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from server.core.online import OnlineService
from server.core.states import SessionState
from server.countries.france.online import (
    Contract,
    Given,
    GivenAmount,
    GivenCommitment,
    GivenConvention,
    GivenCover,
    InvoiceLine,
    Request,
    asked_lines,
)
from server.services import online
from server.services.desk import Desk
from server.services.online import StepState
from server.store import french, french_billing, invoices, post, visits
from server.store import online as store
from server.store.french import CoverRow
from server.store.invoices import Line
from server.store.online import Answer, Question, Run, Understood
from server.store.visits import Session

STEPS = (
    OnlineService.CONVENTION, OnlineService.COVER, OnlineService.AMOUNT, OnlineService.COMMITMENT,
)  # fmt: skip

_WITH_INSURED = (OnlineService.COVER, OnlineService.COMMITMENT)
_WITH_INVOICE = (OnlineService.AMOUNT, OnlineService.COMMITMENT)


@dataclass(frozen=True, slots=True)
class Step:
    """One step, and what was asked last for it."""

    service: OnlineService
    state: StepState
    question: Question | None


@dataclass(frozen=True, slots=True)
class Shares:
    """Who bears a session, by its lines that hold; cents."""

    charged_cents: int
    amo_cents: int
    left_cents: int  # of the tariff, once the caisse has paid: what a complementary may bear
    amc_cents: int  # what this practice expects the complementary to bear


def steps(desk: Desk, run: Run | None) -> tuple[Step, ...]:
    """Say where each step of a run stands.

    A commitment is for the lines it was asked with: when they have changed, it is for nothing.
    """
    if run is None:
        return tuple(Step(service, StepState.IDLE, None) for service in STEPS)
    newest = {each.service: each for each in reversed(store.questions_of(desk.db, run.id))}
    found = [
        Step(service, online.state_of(newest.get(service)), newest.get(service))
        for service in STEPS
    ]
    last = found[-1]
    if last.question and last.state is StepState.GIVEN:
        asked = asked_lines(post.payload(desk.db, last.question.message))
        if asked != _lines(desk, run.session):
            found[-1] = replace(last, state=StepState.OVERTAKEN)
    return tuple(found)


def shares(lines: Sequence[Line]) -> Shares:
    """Add up the lines of a session that hold.

    Where no formula was chosen, all that the caisse leaves of the tariff is expected.
    """
    held = [line for line in lines if line.state.holds]
    amo = sum(line.oa_cents for line in held)
    amc = sum(line.amc_cents for line in held)
    tariff = sum(line.fee_cents - line.supplement_cents for line in held)
    charged = sum(line.fee_cents for line in held)
    return Shares(charged, amo, tariff - amo, amc or tariff - amo)


def asked_now(desk: Desk, run: Run, service: OnlineService) -> Request | None:
    """Give what a step would ask now; None when there is nothing to ask any more.

    The run must be the newest of its session and not ended, the session not struck out, its cover
    still the patient's.
    """
    session, cover = visits.session(desk.db, run.session), cover_of(desk, run)
    if session is None or session.state is SessionState.VOIDED or cover is None:
        return None
    if store.run_of(desk.db, run.session) != run or store.is_ended(desk.db, run.id):
        return None
    return _request(desk, session, cover, run, service)


def cover_of(desk: Desk, run: Run) -> CoverRow | None:
    """Give the cover a run is for; None once it was taken off the patient."""
    held = french.cover(desk.db, run.cover)
    if held is None:
        return None
    known = {row.id for row in french.covers(desk.db, held.patient)}
    return held if held.id in known else None


def weigh(desk: Desk, question: Question, run: Run, given: Given) -> Answer:
    """Weigh what a service gives against what is known here: nothing is believed against it."""
    cover = cover_of(desk, run)
    match question.service, given:
        case OnlineService.CONVENTION, GivenConvention():
            other = bool(cover and cover.convention_type and cover.convention_type != given.type)
            return Answer(
                Understood.CONTRADICTED if other else Understood.GIVEN, "type" if other else "",
                given.signatory, given.label, " ".join((given.type, *given.formulas)),
            )  # fmt: skip
        case OnlineService.COVER, GivenCover():
            good = given.covers(question.care_date)
            return Answer(
                Understood.GIVEN if good else Understood.CONTRADICTED, "" if good else "period",
                begins=given.since, ends=given.until,
            )  # fmt: skip
        case OnlineService.AMOUNT, GivenAmount():
            most = shares(invoices.lines_of_session(desk.db, run.session)).left_cents
            good = given.cents <= most
            return Answer(
                Understood.GIVEN if good else Understood.CONTRADICTED, "" if good else "too_much",
                cents=given.cents,
            )  # fmt: skip
        case OnlineService.COMMITMENT, GivenCommitment():
            good = given.cents == _promised(desk, run)
            return Answer(
                Understood.GIVEN if good else Understood.CONTRADICTED, "" if good else "amount",
                given.number, ends=given.until, cents=given.cents,
            )  # fmt: skip
        case _:
            return Answer(Understood.UNREADABLE)


def step_after(service: OnlineService) -> OnlineService | None:
    """Give the step that follows one."""
    place = STEPS.index(service) + 1
    return STEPS[place] if place < len(STEPS) else None


def _request(
    desk: Desk, session: Session, cover: CoverRow, run: Run, service: OnlineService
) -> Request | None:
    sender = online.sender_of(desk, session.practitioner)
    insured = online.insured_of(desk, session.patient) if service in _WITH_INSURED else None
    lines = _lines(desk, session.id) if service in _WITH_INVOICE else ()
    cents = _promised(desk, run) if service is OnlineService.COMMITMENT else None
    lacking = (
        not sender
        or (service in _WITH_INSURED and insured is None)
        or (service in _WITH_INVOICE and not lines)
        or (service is OnlineService.COMMITMENT and cents is None)
    )
    if lacking:
        return None
    chosen = french_billing.choice(desk.db, session.id)
    formula = chosen.formula if chosen else ""
    contract = Contract(cover.number, cover.convention_type, cover.criterion, cover.member)
    return Request(service, "", sender, session.care_date, insured, contract, formula, lines, cents)


def _lines(desk: Desk, session: str) -> tuple[InvoiceLine, ...]:
    """Give the lines as they stand: the part of the tariff, what is above it is the patient's."""
    held = invoices.lines_of_session(desk.db, session)
    return tuple(
        InvoiceLine(line.code, line.fee_cents - line.supplement_cents, line.oa_cents)
        for line in held if line.state.holds
    )  # fmt: skip


def _promised(desk: Desk, run: Run) -> int | None:
    """Give the amount that was computed last for a run: the one a commitment is asked for."""
    found = next(
        (each for each in store.questions_of(desk.db, run.id)
         if each.service is OnlineService.AMOUNT and each.outcome is Understood.GIVEN), None,
    )  # fmt: skip
    return found.cents if found else None
