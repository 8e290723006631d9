"""How a French session is judged and priced: what is known of it, asked of the French rules.

Nothing is written here; one judge reads what surrounds each patient once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time

from server.core.care import Place, Quote
from server.core.states import SessionState
from server.countries.blocks import Block
from server.countries.france import agreement
from server.countries.france.acts import Act, ActKind, Territory, act_given
from server.countries.france.agreement import Past
from server.countries.france.billable import block_reasons
from server.countries.france.billable_case import (
    Case,
    GivenSession,
    Prescription,
    SameDaySession,
)
from server.countries.france.cumulation import Visited
from server.countries.france.direct_access import AccessRight
from server.countries.france.direct_access import Ground as AccessGround
from server.countries.france.letters import Coding
from server.countries.france.pricing import Bill, GivenAct, Visit, bill
from server.countries.france.rates import cover
from server.countries.france.shares import Terms
from server.countries.france.supplements import Moment, SupplementKind, supplements
from server.countries.france.travel import Trip, unpaid
from server.countries.judgement import Billed
from server.services.desk import Desk
from server.services.dossiers import Dossier
from server.services.french_rules import coding_of, ground, rulebook, zone
from server.services.french_standing import Standing, standing
from server.store import french_billing, french_care
from server.store.french_billing import BillingRow
from server.store.french_care import AgreementRequest, Treated
from server.store.french_care import Visited as VisitedRow
from server.store.visits import Session

_AT_OFFICE = VisitedRow("", 0, False, True, False, None, False, 0, "")


@dataclass(frozen=True, slots=True)
class FrenchJudged:
    """A case, the reasons found, and the bill of the visit."""

    case: Case
    standing: Standing
    reasons: Sequence[Block]
    bill: Bill
    unpaid: Sequence[str]  # travel that is not paid: codes of sentences

    @property
    def billed(self) -> Billed | None:
        """Whom the lines are asked of: the caisse; a patient without one pays and is refunded."""
        return Billed(payer=self.standing.organism)

    def price(self, code: str) -> Quote | None:
        """Give the line of one act of the visit."""
        return next((line for line in self.bill.lines if line.code == code), None)


@dataclass(frozen=True, slots=True)
class _Around:
    """What surrounds the sessions of one patient, read once."""

    treated: Mapping[str, Treated]
    visited: Mapping[str, VisitedRow]
    chosen: Mapping[str, BillingRow]  # who pays what, by session
    requests: Sequence[AgreementRequest]


class FrenchJudge:
    """Judges the sessions of a practice of France."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rules = rulebook(desk)
        self._around: dict[str, _Around] = {}

    def __call__(self, session: Session, codes: tuple[str, ...], known: Dossier) -> FrenchJudged:
        """Judge one recorded session on the dossier of its patient."""
        around = self._of(session.patient, known)
        row = around.visited.get(session.id, _AT_OFFICE)
        return self.examine(session, codes, known, row, around.chosen.get(session.id))

    def examine(
        self, session: Session, codes: tuple[str, ...], known: Dossier, row: VisitedRow,
        chosen: BillingRow | None = None,
    ) -> FrenchJudged:  # fmt: skip
        """Judge a session that may not be recorded yet, with what decides its price."""
        around = self._of(session.patient, known)
        treated = around.treated.get(session.treatment)
        stood = standing(self._desk, session.patient, treated, session.care_date, chosen)
        codings = [coding for code in codes if (coding := coding_of(code))]
        acts = [self._act(coding, treated, session) for coding in codings]
        case = self._case(session, known, around, row, stood, codings, acts)
        trip = self._trip(session, row, next((act for act in acts if act), None))
        priced = self._bill(session, codings, codes, row, stood, trip)
        travel = self._rules.prices(session.care_date).travel
        told = unpaid(trip, session.care_date, travel) if trip else ()
        return FrenchJudged(case, stood, block_reasons(case, self._rules), priced, tuple(told))

    def count(self, session: Session, known: Dossier) -> agreement.DapCount | None:
        """Count the situation of a treatment before a session; None when it needs no agreement."""
        situation = known.treatments[session.treatment].situation
        past = _past(session, known, self._of(session.patient, known).requests)
        day = session.care_date
        return agreement.count(situation, day, past, self._desk.today, self._rules.dap(day))

    def _of(self, patient: str, known: Dossier) -> _Around:
        held = self._around.get(patient)
        if held is None:
            db = self._desk.db
            held = self._around[patient] = _Around(
                {row.treatment: row for row in french_care.treated_of(db, patient)},
                french_care.visited_of(db, [s.id for s in known.sessions]),
                french_billing.choices(db, [s.id for s in known.sessions]),
                french_care.requests_of(db, patient),
            )
        return held

    def _act(self, coding: Coding, treated: Treated | None, session: Session) -> Act | None:
        return act_given(coding, _territory(treated), session.care_date, self._rules.acts)

    def _case(
        self, session: Session, known: Dossier, around: _Around, row: VisitedRow,
        stood: Standing, codings: Sequence[Coding], acts: Sequence[Act | None],
    ) -> Case:  # fmt: skip
        treatment = known.treatments[session.treatment]
        treated = around.treated.get(treatment.id)
        earlier = known.earlier_in_series(session)
        kinds = {act.kind for act in acts if act}
        covered = cover(stood.situations, session.care_date, self._rules.rates)
        given = GivenSession(
            id=session.id,
            care_date=session.care_date,
            recorded_at=session.recorded_at,
            acts=tuple(GivenAct(coding) for coding in codings),
            begun=treatment.start_date,
            visited=_visited(session, treated, acts),
            situation=treatment.situation,
            rank_in_prescription=1 + _with(session.prescription, earlier),
            rank_without=1 + _with(None, earlier),
            second_of_day=bool(session.second_reason),
            assessment=ActKind.ASSESSMENT in kinds,
            treatment_going_on=bool(earlier) or ActKind.SESSION in kinds,
            overrun_cents=row.overrun_cents,
            overrun_reason=row.overrun_reason,
        )
        return Case(
            session=given,
            today=self._desk.today,
            clock_trust=self._desk.stamp.trust,
            zone=zone(self._desk),
            prescription=_prescription(session, known),
            access=_access(self._desk, session.practitioner),
            diagnosis=bool(treated and treated.diagnosed),
            rights=stood.rights,
            third_party=stood.third_party,
            overrun_allowed=covered is None or covered.overrun,
            same_day=self._same_day(session, known, around),
            past=_past(session, known, around.requests),
        )

    def _same_day(
        self, session: Session, known: Dossier, around: _Around
    ) -> tuple[SameDaySession, ...]:
        claimed = (SessionState.CLAIMED, SessionState.SETTLED)
        found = []
        for other in known.same_day(session):
            treated = around.treated.get(other.treatment)
            codings = [c for code in known.codes(other.id) if (c := coding_of(code))]
            acts = [self._act(coding, treated, other) for coding in codings]
            visited = _visited(other, treated, acts)
            found.append(
                SameDaySession(other.id, other.recorded_at, other.state in claimed, visited)
            )
        return tuple(found)

    def _trip(self, session: Session, row: VisitedRow, act: Act | None) -> Trip | None:
        if session.place is not Place.HOME:
            return None
        return Trip(
            first_at_address=row.first_here,
            outside_town=row.outside_town,
            ground=ground(self._desk),
            one_way_metres=row.metres,
            family=act.family if act else None,
            discharge=row.discharge,
        )

    def _bill(
        self, session: Session, codings: Sequence[Coding], codes: Iterable[str], row: VisitedRow,
        stood: Standing, trip: Trip | None,
    ) -> Bill:  # fmt: skip
        day = session.care_date
        covered = cover(stood.situations, day, self._rules.rates)
        if covered is None:
            return Bill((), ())
        lumps = {r.code for r in self._rules.supplements if r.kind is SupplementKind.LUMP}
        moment = Moment(
            day, None if row.hour is None else time(row.hour), row.called,
            tuple(code for code in codes if code in lumps),
        )  # fmt: skip
        both = self._rules.says("supplement.night_and_sunday", day)
        beside = supplements(moment, self._rules.supplements, self._rules.holidays, both)
        given = [GivenAct(coding) for coding in codings]
        terms = Terms(
            covered, stood.contract, stood.pmss_cents, row.overrun_cents if covered.overrun else 0,
            row.overrun_reason,
        )  # fmt: skip
        visit = Visit(day, zone(self._desk), given, trip, beside)
        return bill(visit, terms, self._rules.prices(day))


def _territory(treated: Treated | None) -> Territory | None:
    return Territory(treated.territory) if treated else None


def _visited(session: Session, treated: Treated | None, acts: Sequence[Act | None]) -> Visited:
    article = next((act.article for act in acts if act), "")
    return Visited(session.prescription or "", article, _territory(treated))


def _with(prescription: str | None, sessions: Iterable[Session]) -> int:
    return sum(session.prescription == prescription for session in sessions)


def _prescription(session: Session, known: Dossier) -> Prescription | None:
    row = known.prescriptions.get(session.prescription or "")
    if row is None:
        return None
    return Prescription(row.id, row.rx_date, row.prescriber_nihii, row.max_sessions)


def _access(desk: Desk, practitioner: str) -> AccessRight | None:
    row = french_care.access_of(desk.db, practitioner)
    if row is None:
        return None
    return AccessRight(AccessGround(row.ground), row.since, row.until, row.substitute)


def _past(session: Session, known: Dossier, requests: Sequence[AgreementRequest]) -> Past:
    """Gather the sessions of one situation before this one, whatever the treatment."""
    situation = known.treatments[session.treatment].situation
    same = {t.id: t for t in known.treatments.values() if t.situation == situation}
    mark = (session.care_date, session.id)
    given = [s for s in known.sessions if s.treatment in same and (s.care_date, s.id) < mark]
    return Past(
        [s.care_date for s in given],
        sum(t.sessions_declared for t in same.values()),
        [as_request(row) for row in requests],
    )


def as_request(row: AgreementRequest) -> agreement.Request:
    """Give a request as the value the rules read."""
    answered = agreement.Answer(row.answer) if row.answer else agreement.Answer.WAITING
    return agreement.Request(
        row.situation, row.sent_on, row.sessions_asked, answered, row.sessions_granted
    )
