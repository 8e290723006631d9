"""Each waiting session is judged again whenever something it hangs on changes.

Judged Ready or Blocked by the dated rules, and priced when its insurer and a tariff are known
(`domain.md` §3.3 « re-evaluation »). Functions here run inside the caller's transaction.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from server.core.care import Coverage, Quote
from server.core.states import LineState, SessionState
from server.countries.belgium.billable import block_reasons
from server.countries.belgium.billable_case import Block as Reason
from server.countries.belgium.billable_case import Case, GivenSession, SameDaySession
from server.countries.belgium.counters import count_excess, count_series, quota_of
from server.countries.belgium.coverage import effective_coverage, payer_of
from server.countries.belgium.nomenclature import ActKind, CodeRow
from server.countries.belgium.pricing import Terms, quote
from server.countries.belgium.rulebook import Rulebook
from server.countries.belgium.tariff import TariffRow
from server.services.desk import Desk
from server.services.facts import as_agreement, as_prescription, coverages
from server.services.rules import rulebook
from server.store import care, claims, numbering
from server.store import practice as practices
from server.store.care import Block, Session, Treatment
from server.store.claims import Line

_OPEN = (SessionState.DONE, SessionState.BLOCKED, SessionState.READY)
_STRUCK = frozenset({LineState.REPLACED, LineState.REJECTED, LineState.WRITTEN_OFF})


@dataclass(frozen=True, slots=True)
class Judged:
    """A case with the coverage that counts and the reasons found."""

    case: Case
    coverage: Coverage | None
    reasons: tuple[Reason, ...]


def judge_patient(desk: Desk, seq: int, patient: str) -> None:
    """Judge again every session of a patient that is not claimed yet."""
    for session in care.sessions_of_patient(desk.db, patient, date.min):
        if session.state in _OPEN:
            judge(desk, seq, session)


def judge_all(desk: Desk, seq: int) -> None:
    """Judge again every waiting session of the practice: a table or the clock has changed."""
    for state in _OPEN:
        for session in care.sessions_in(desk.db, state):
            judge(desk, seq, session)


def judge(desk: Desk, seq: int, session: Session) -> None:
    """Decide whether one recorded session may be billed, keep the reasons, price its acts."""
    codes = tuple(act.code for act in care.acts(desk.db, session.id))
    found = examine(desk, session, codes)
    rows = {(str(r.reason), r.code): _row(session.id, r) for r in found.reasons}
    care.set_blocks(desk.db, session.id, list(rows.values()))
    _price(desk, seq, session, found)
    wanted = SessionState.BLOCKED if found.reasons else SessionState.READY
    if session.state is not wanted:
        care.move_session(desk.db, session.id, session.state, wanted)
        claims.add_step(
            desk.db, desk.stamp, seq, "session", session.id, (str(session.state), str(wanted))
        )


def examine(desk: Desk, session: Session, codes: tuple[str, ...]) -> Judged:
    """Gather what is known of a session and ask the rules; nothing is written."""
    rules = rulebook(desk)
    treatment = care.treatment(desk.db, session.treatment)
    assert treatment is not None  # noqa: S101 - a foreign key says so
    effective = effective_coverage(coverages(desk, session.patient), session.care_date)
    coverage = effective.coverage if effective else None
    case = _case(desk, rules, treatment, session, codes, coverage)
    return Judged(case, coverage, block_reasons(case, rules))


def _case(
    desk: Desk,
    rules: Rulebook,
    treatment: Treatment,
    session: Session,
    codes: tuple[str, ...],
    coverage: Coverage | None,
) -> Case:
    earlier = earlier_sessions(desk, treatment.id, session)
    rx = care.prescription(desk.db, session.prescription) if session.prescription else None
    quota = quota_of(treatment.category, treatment.situation, session.care_date, rules.quotas)
    kine = practices.practitioner(desk.db, session.practitioner)
    given = GivenSession(
        id=session.id,
        care_date=session.care_date,
        recorded_at=session.recorded_at,
        category=treatment.category,
        codes=codes,
        situation=treatment.situation,
        rank_in_prescription=1 + sum(s.prescription == session.prescription for s in earlier),
        excess=any(code in codes_of(rules, ActKind.EXCESS) for code in codes),
        second_of_day=bool(session.second_reason),
    )
    return Case(
        session=given,
        today=desk.today,
        clock_trust=desk.stamp.trust,
        prescription=as_prescription(rx),
        agreement=as_agreement(care.agreements(desk.db, treatment.id), session.care_date),
        coverage=coverage,
        same_day=_same_day(desk, session),
        counted=count_series(
            (s.care_date for s in earlier), quota, session.care_date,
            treatment.sessions_elsewhere, treatment.sessions_declared,
        ),
        excess_counted=count_excess(_excess_days(desk, rules, session), session.care_date),
        intake_given=intake_given(desk, rules, session),
        first_of_series=not earlier,
        conventioned=kine is None or kine.conventioned,
    )  # fmt: skip


def earlier_sessions(desk: Desk, treatment: str, session: Session) -> list[Session]:
    """Return the sessions of a series given before this one."""
    mark = (session.care_date, session.id)
    return [
        s
        for s in care.sessions_of_series(desk.db, treatment)
        if (s.care_date, s.id) < mark and s.id != session.id
    ]


def codes_of(rules: Rulebook, kind: ActKind) -> frozenset[str]:
    """Return every code of one kind (intake, excess …), priced or only known."""
    rows: tuple[TariffRow | CodeRow, ...] = (*rules.tariff.rows, *rules.codes)
    return frozenset(row.code for row in rows if row.use.kind is kind)


def intake_given(desk: Desk, rules: Rulebook, session: Session) -> bool:
    """Say whether an intake of the same calendar year was given in another session."""
    intakes = codes_of(rules, ActKind.INTAKE)
    return any(
        act.code in intakes
        for s in _year(desk, session)
        if s.id != session.id
        for act in care.acts(desk.db, s.id)
    )


def _excess_days(desk: Desk, rules: Rulebook, session: Session) -> list[date]:
    excess = codes_of(rules, ActKind.EXCESS)
    mark = (session.care_date, session.id)
    return [
        s.care_date
        for s in _year(desk, session)
        if (s.care_date, s.id) < mark
        if any(act.code in excess for act in care.acts(desk.db, s.id))
    ]


def _year(desk: Desk, session: Session) -> Sequence[Session]:
    start = date(session.care_date.year, 1, 1)
    return [
        s
        for s in care.sessions_of_patient(desk.db, session.patient, start)
        if s.care_date.year == session.care_date.year
    ]


def _same_day(desk: Desk, session: Session) -> tuple[SameDaySession, ...]:
    claimed = (SessionState.CLAIMED, SessionState.SETTLED)
    return tuple(
        SameDaySession(s.id, s.recorded_at, s.state in claimed)
        for s in care.sessions_of_patient(desk.db, session.patient, session.care_date)
        if s.care_date == session.care_date and s.id != session.id
    )


def _row(session: str, reason: Reason) -> Block:
    facts = json.dumps(dict(reason.facts), default=str, sort_keys=True)
    return Block(session, str(reason.reason), reason.code, str(reason.opens), facts)


def _price(desk: Desk, seq: int, session: Session, found: Judged) -> None:
    """Give each act its line when insurer and tariff are known; take it back when they are not."""
    coverage = found.coverage
    for act in care.acts(desk.db, session.id):
        lines = [x for x in claims.lines_of_session(desk.db, session.id) if x.act == act.id]
        live = next((x for x in lines if x.state not in _STRUCK), None)
        price = quote_for(desk, act.code, session.care_date, coverage, found.case.conventioned)
        if coverage is None or price is None:
            if live is not None:
                claims.drop_line(desk.db, live.id)
        elif live is None:
            before = lines[-1].id if lines else None
            ref = f"{desk.device.code}{numbering.draw(desk.db, desk.device, 'line'):010d}"
            line = _line(desk, session, act.id, ref, coverage, price)
            claims.add_line(desk.db, replace(line, predecessor=before), desk.device.id, seq)
        elif live.state is LineState.PRICED:
            fresh = _line(desk, session, act.id, live.ref, coverage, price)
            claims.reprice_line(desk.db, replace(fresh, id=live.id))


def quote_for(
    desk: Desk, code: str, care_date: date, coverage: Coverage | None, conventioned: bool
) -> Quote | None:
    """Price one act for a patient as covered that day; None when no tariff covers the day."""
    rules = rulebook(desk)
    terms = Terms(bim=bool(coverage and coverage.bim), conventioned=conventioned)
    price = quote(code, care_date, rules.tariff, terms, rules.reductions)
    return price if isinstance(price, Quote) else None


def _line(
    desk: Desk, session: Session, act: str, ref: str, coverage: Coverage, price: Quote
) -> Line:
    payer = payer_of(coverage.mutuality, session.care_date, rulebook(desk).mutualities)
    return Line(
        id=desk.new_id(),
        ref=ref,
        act=act,
        session=session.id,
        patient=session.patient,
        predecessor=None,
        code=price.code,
        care_date=session.care_date,
        payer=payer.lot if payer else coverage.oa,
        mutuality=coverage.mutuality,
        ct1=coverage.ct1,
        ct2=coverage.ct2,
        bim=coverage.bim,
        fee_cents=price.fee_cents,
        oa_cents=price.oa_cents,
        copay_cents=price.copay_cents,
        supplement_cents=price.supplement_cents,
        tariff_version=price.version,
        confidence=str(price.confidence),
        quote=json.dumps([asdict(step) for step in price.steps], sort_keys=True),
        lot=None,
        paid_cents=0,
        state=LineState.PRICED,
    )
