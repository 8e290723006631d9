"""« Séance faite » in a practice of France: what is proposed, and what is recorded.

The territory and whether it was operated propose the letter; a letter nobody confirmed is offered
and never chosen for the kiné. Travel and supplements are lines of their own.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from server.core.care import Confidence, Place
from server.core.rights import Right
from server.countries.france.acts import Act, Territory
from server.countries.france.agreement import DapCount
from server.countries.france.letters import Coding
from server.countries.france.proposal import Wanted
from server.countries.france.proposal import propose as proposed_acts
from server.countries.france.rates import deducted_cents
from server.countries.france.travel import parse_metres
from server.services import (
    cards,
    dossiers,
    evaluation,
    french_billing,
    french_invoicing,
    french_offers,
    patients,
)
from server.services.agenda import read_payment
from server.services.desk import Desk, Repeated, needs
from server.services.forms import Form
from server.services.french_billing import Parts, PricedLine
from server.services.french_cases import FrenchJudge
from server.services.french_offers import Asked, Offer
from server.services.french_rules import label, rulebook
from server.services.french_series import FrenchSeries, next_session, series
from server.store import care, french_care, visits
from server.store.french_billing import BillingRow
from server.store.french_care import Visited
from server.store.patients import Patient
from server.store.visits import Act as ActRow
from server.store.visits import Block, Session

_LUMPS = ("FRD", "FAD")


@dataclass(frozen=True, slots=True)
class Offered:
    """One coding the kiné may choose; `sure` when a table that decides has it."""

    code: str
    label: str
    sure: bool


@dataclass(frozen=True, slots=True)
class FrenchProposal:
    """What a visit would be, before it is recorded."""

    series: FrenchSeries
    patient: Patient
    care_date: date
    place: Place
    coding: str  # "" when a person must choose it
    offered: Sequence[Offered]
    visited: Visited
    lines: Sequence[PricedLine]
    reasons: Sequence[Block]
    unpaid: Sequence[str]  # travel that is not paid: codes of sentences
    count: DapCount | None
    deducted_cents: int  # what the caisse keeps back of refunds: information
    third_party: bool
    offer: Offer | None = None  # who may be asked to pay; None for who does not bill
    chosen: BillingRow | None = None  # what stands on it now

    @property
    def decidable(self) -> Offer | None:
        """What may be decided now; nothing after the end of AME, where care is noted and waits."""
        return None if self.offer is None or self.offer.plan.stop else self.offer

    @property
    def parts(self) -> Parts:
        """Who bears what of it, and what the patient hands over."""
        return french_billing.parts([line.quote for line in self.lines], self.chosen)

    @property
    def charged_cents(self) -> int:
        """All that is asked."""
        return self.parts.charged_cents

    @property
    def amo_cents(self) -> int:
        """The part of the caisse."""
        return self.parts.amo_cents

    @property
    def amc_cents(self) -> int:
        """The part of the complementary insurer."""
        return self.parts.amc_cents

    @property
    def patient_cents(self) -> int:
        """The part of the patient."""
        return self.parts.patient_cents

    @property
    def pays_now_cents(self) -> int:
        """What the patient hands over: all of it, but what is asked of others first."""
        return self.parts.owed_cents


@needs(Right.CLINICAL)
def propose(desk: Desk, treatment_id: str, typed: Mapping[str, str]) -> FrenchProposal:
    """Propose the next session of a treatment with what is typed so far; writes nothing.

    What cannot be read yet is taken as not typed: it is refused when the form is sent.
    """
    return _proposal(desk, treatment_id, Form(typed), strict=False)


@needs(Right.CLINICAL)
def record(desk: Desk, treatment_id: str, typed: Mapping[str, str]) -> str:
    """Record a session given, with its lines; return its id. Raises `InvalidForm`.

    Fields: care_date, place, coding, kilometres, outside_town, first_here, discharge, hour,
    called, lump, overrun, overrun_reason, second_reason, copay_collected, payment_means; and when
    the boxes of third-party payment were shown: billing, tp_amo, tp_amc, separate, convention,
    formula. The same form sent again records nothing more.
    """
    form = Form(typed)
    proposal = _proposal(desk, treatment_id, form, strict=True)
    held, day = proposal.series.treatment, proposal.care_date
    if day > desk.today and not desk.clock_is_suspect:
        form.faults.append(("care_date", "future"))
    if day < held.start_date:
        form.faults.append(("care_date", "before_series"))
    if not proposal.coding:
        form.faults.append(("coding", "missing"))
    collected, means = read_payment(form)
    second_reason = form.text("second_reason")
    asked = Asked.read(form)
    offer = proposal.decidable if asked.drawn else None
    if offer is not None:
        french_offers.refuse(form, offer, asked)
    form.end()
    reading = cards.reading_today(desk, held.patient) if day == desk.today else None
    session = replace(
        next_session(desk, held, day, proposal.place),
        id=desk.key_for(typed, held.id),
        second_reason=second_reason,
        copay_collected_cents=collected,
        payment_means=means,
        card_read=reading.id if reading else None,
    )
    codes = [proposal.coding, *(line.quote.code for line in proposal.lines[1:])]
    kept = proposal.chosen if offer is not None else None
    chosen = kept and replace(kept, session=session.id)
    _write(desk, session, replace(proposal.visited, session=session.id), codes, chosen)
    return session.id


def _proposal(desk: Desk, treatment_id: str, form: Form, *, strict: bool) -> FrenchProposal:
    held = series(desk, treatment_id)
    patient = patients.open_file(desk, held.treatment.patient).patient
    day = _read_day(desk, form)
    place = _read_place(form) or held.treatment.place
    visited = _read_visited(form, held)
    offered = _offered(desk, held, day)
    coding = _read_coding(form) or next((each.code for each in offered if each.sure), "")
    faults = list(form.faults)
    if not strict:
        form.faults.clear()
    draft = next_session(desk, held.treatment, day, place)
    draft = replace(draft, second_reason=form.text("second_reason"))
    known = dossiers.of_patient(desk, patient.id)
    judge = FrenchJudge(desk)
    lump = form.text("lump")
    codes = tuple(code for code in (coding, lump if lump in _LUMPS else "") if code)
    offer, chosen = _offer(desk, draft, form)
    judged = judge.examine(draft, codes, known, visited, chosen)
    territory = held.treated.territory
    form.faults[:] = faults if strict else []
    return FrenchProposal(
        held, patient, day, place, coding, offered, visited,
        [PricedLine(label(desk, line.code, day, territory), line) for line in judged.bill.lines],
        [
            Block(draft.id, str(r.reason), r.code, str(r.opens),
                  json.dumps(dict(r.facts), default=str))
            for r in judged.reasons
        ],
        judged.unpaid, judge.count(draft, known),
        deducted_cents(
            1, 0, judged.standing.situations, day, rulebook(desk).deductibles
        ),
        judged.standing.third_party, offer, chosen,
    )  # fmt: skip


def _offer(desk: Desk, draft: Session, form: Form) -> tuple[Offer | None, BillingRow | None]:
    """Look at who may be asked to pay, and what stands on the form; for who bills alone."""
    if not desk.user.may(Right.BILLING):
        return None, None
    offer = french_offers.offer(desk, draft, Asked.read(form))
    return offer, french_offers.row_of(desk, offer, draft.id)


def _offered(desk: Desk, held: FrenchSeries, day: date) -> list[Offered]:
    wanted = Wanted(
        day, held.treatment.start_date, Territory(held.treated.territory), held.treated.operated
    )
    found = proposed_acts(wanted, rulebook(desk).acts)
    return [Offered(act.coding.text, act.label_fr, _is_sure(act)) for act in found.acts]


def _is_sure(act: Act) -> bool:
    return act.origin.confidence is not Confidence.K_LOW


def _read_day(desk: Desk, form: Form) -> date:
    return form.day("care_date") or desk.likely_today


def _read_place(form: Form) -> Place | None:
    return form.choice("place", Place, needed=False)


def _read_coding(form: Form) -> str:
    found = form.parsed("coding", Coding.parse)
    return found.text if found else ""


def _read_visited(form: Form, held: FrenchSeries) -> Visited:
    """Read what decides the price; a field the form does not have is the treatment's."""
    sent = form.ticked("sent")  # the form was drawn: an empty box is a box left empty
    metres = form.parsed("kilometres", parse_metres)
    treated = held.treated
    return Visited(
        session="",
        metres=treated.metres if metres is None and not sent else metres or 0,
        outside_town=form.ticked("outside_town") if sent else treated.outside_town,
        first_here=not form.ticked("same_address"),
        discharge=form.ticked("discharge") if sent else treated.discharge,
        hour=form.number("hour", high=23),
        called=form.ticked("called"),
        overrun_cents=max(0, form.cents("overrun")),
        overrun_reason=form.text("overrun_reason"),
    )


def _write(
    desk: Desk, session: Session, visited: Visited, codes: Sequence[str], chosen: BillingRow | None
) -> None:  # fmt: skip
    facts = {"day": session.care_date, "codes": list(codes), "place": str(session.place)}
    deed = desk.deed("session.recorded", "session", session.id, facts, once=True)
    with suppress(Repeated), deed as seq:
        visits.add_session(desk.db, session, desk.device.id, seq)
        french_care.add_visited(desk.db, visited, desk.device.id, seq)
        for rank, code in enumerate(codes, start=1):
            act = ActRow(desk.new_id(), session.id, rank, code, 1)
            visits.add_act(desk.db, act, desk.device.id, seq)
        if chosen is not None:
            french_invoicing.keep(desk, seq, chosen, session)
        held = care.treatment(desk.db, session.treatment)
        if held and held.state == "Ready":
            care.update_treatment(desk.db, replace(held, state="Active"))
        evaluation.judge_patient(desk, seq, session.patient)
