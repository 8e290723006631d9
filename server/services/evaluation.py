"""Each waiting session is judged again whenever something it hangs on changes.

Judged Ready or Blocked by the dated rules, and priced when its insurer and a tariff are known
(`domain.md` §3.3 « re-evaluation »). Functions here run inside the caller's transaction.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import lru_cache

from server.core.care import Coverage, Quote, QuoteStep
from server.core.states import LineState, SessionState
from server.countries.belgium.billable import block_reasons
from server.countries.belgium.billable_case import Case, GivenSession, SameDaySession
from server.countries.belgium.counters import count_excess, count_series, quota_of
from server.countries.belgium.coverage import effective_coverage, payer_of
from server.countries.belgium.nomenclature import ActKind, CodeRow
from server.countries.belgium.pricing import Terms, quote
from server.countries.belgium.rulebook import Rulebook
from server.countries.belgium.tariff import TariffRow
from server.countries.blocks import Block as Reason
from server.services import dossiers
from server.services.desk import Desk
from server.services.dossiers import Dossier, grouped
from server.services.facts import as_agreement
from server.services.rules import rulebook
from server.store import invoices, lives, numbering, visits
from server.store.invoices import Line
from server.store.visits import Act, Block, Session

_OPEN = (SessionState.DONE, SessionState.BLOCKED, SessionState.READY)
_STRUCK = frozenset({LineState.REPLACED, LineState.REJECTED})
_GIVEN_UP = frozenset({LineState.WRITTEN_OFF, LineState.PATIENT_DUE, LineState.REVERSED})


@dataclass(frozen=True, slots=True)
class Judged:
    """A case with the coverage that counts and the reasons found."""

    case: Case
    coverage: Coverage | None
    reasons: tuple[Reason, ...]


def judge_patient(desk: Desk, seq: int, patient: str) -> None:
    """Judge again every session of a patient that is not claimed yet."""
    known = dossiers.of_patient(desk, patient)
    waiting = [session for session in known.sessions if session.state in _OPEN]
    _judge(desk, seq, waiting, {patient: known})


def judge_all(desk: Desk, seq: int) -> None:
    """Judge again every waiting session of the practice: a table or the clock has changed."""
    waiting = [session for state in _OPEN for session in visits.sessions_in(desk.db, state)]
    _judge(desk, seq, waiting, dossiers.of_patients(desk, (s.patient for s in waiting)))


def judge(desk: Desk, seq: int, session: Session) -> None:
    """Decide whether one recorded session may be billed, keep the reasons, price its acts."""
    known = {session.patient: dossiers.of_patient(desk, session.patient)}
    _judge(desk, seq, [session], known)


def examine(
    desk: Desk, session: Session, codes: tuple[str, ...], known: Dossier | None = None
) -> Judged:
    """Gather what is known of a session and ask the rules; nothing is written.

    `known` is the dossier of its patient when it was read already, for several sessions at once.
    """
    rules = rulebook(desk)
    known = known or dossiers.of_patient(desk, session.patient)
    effective = effective_coverage(known.coverages, session.care_date)
    coverage = effective.coverage if effective else None
    case = _case(desk, rules, known, session, codes, coverage)
    return Judged(case, coverage, block_reasons(case, rules))


def _judge(desk: Desk, seq: int, sessions: Sequence[Session], known: Mapping[str, Dossier]) -> None:
    """Judge some sessions on the dossiers of their patients, and write what has changed."""
    keys = [session.id for session in sessions]
    lines = grouped(invoices.lines_of_sessions(desk.db, keys), lambda line: line.session)
    blocks = grouped(visits.blocks_of(desk.db, keys), lambda block: block.session)
    for session in sessions:
        dossier = known[session.patient]
        found = examine(desk, session, dossier.codes(session.id), dossier)
        _keep_reasons(desk, session, found, blocks[session.id])
        _price(desk, seq, session, found, dossier.acts.get(session.id, ()), lines[session.id])
        wanted = SessionState.BLOCKED if found.reasons else SessionState.READY
        if session.state is not wanted:
            visits.move_session(desk.db, session.id, session.state, wanted)
            states = (str(session.state), str(wanted))
            lives.add_step(desk.db, desk.stamp, seq, "session", session.id, states)


def _case(
    desk: Desk,
    rules: Rulebook,
    known: Dossier,
    session: Session,
    codes: tuple[str, ...],
    coverage: Coverage | None,
) -> Case:
    treatment = known.treatments[session.treatment]
    earlier = known.earlier_in_series(session)
    quota = quota_of(treatment.category, treatment.situation, session.care_date, rules.quotas)
    kine = known.practitioners.get(session.practitioner)
    given = GivenSession(
        id=session.id,
        care_date=session.care_date,
        recorded_at=session.recorded_at,
        category=treatment.category,
        codes=codes,
        situation=treatment.situation,
        rank_in_prescription=1 + sum(s.prescription == session.prescription for s in earlier),
        excess=not codes_of(rules, ActKind.EXCESS).isdisjoint(codes),
        second_of_day=bool(session.second_reason),
    )
    return Case(
        session=given,
        today=desk.today,
        clock_trust=desk.stamp.trust,
        prescription=known.prescribed(session),
        agreement=as_agreement(known.agreements.get(treatment.id, ()), session.care_date),
        coverage=coverage,
        same_day=_same_day(known, session),
        counted=count_series(
            (s.care_date for s in earlier), quota, session.care_date,
            treatment.sessions_elsewhere, treatment.sessions_declared,
        ),
        excess_counted=count_excess(_excess_days(rules, known, session), session.care_date),
        intake_given=intake_given(rules, known, session),
        first_of_series=not earlier,
        conventioned=kine is None or kine.conventioned,
    )  # fmt: skip


@lru_cache(maxsize=64)
def codes_of(rules: Rulebook, kind: ActKind) -> frozenset[str]:
    """Return every code of one kind (intake, excess …), priced or only known."""
    rows: tuple[TariffRow | CodeRow, ...] = (*rules.tariff.rows, *rules.codes)
    return frozenset(row.code for row in rows if row.use.kind is kind)


def intake_given(rules: Rulebook, known: Dossier, session: Session) -> bool:
    """Say whether an intake of the same calendar year was given in another session."""
    return bool(known.of_year(codes_of(rules, ActKind.INTAKE), session))


def _excess_days(rules: Rulebook, known: Dossier, session: Session) -> list[date]:
    mark = (session.care_date, session.id)
    given = known.of_year(codes_of(rules, ActKind.EXCESS), session)
    return [s.care_date for s in given if (s.care_date, s.id) < mark]


def _same_day(known: Dossier, session: Session) -> tuple[SameDaySession, ...]:
    claimed = (SessionState.CLAIMED, SessionState.SETTLED)
    return tuple(
        SameDaySession(s.id, s.recorded_at, s.state in claimed) for s in known.same_day(session)
    )


def _keep_reasons(desk: Desk, session: Session, found: Judged, held: Sequence[Block]) -> None:
    """Rewrite the reasons of a session when they are no longer those held."""
    rows = {(str(r.reason), r.code): _row(session.id, r) for r in found.reasons}
    if set(rows.values()) != set(held):
        visits.set_blocks(desk.db, session.id, list(rows.values()))


def _row(session: str, reason: Reason) -> Block:
    facts = json.dumps(dict(reason.facts), default=str, sort_keys=True)
    return Block(session, str(reason.reason), reason.code, str(reason.opens), facts)


def _price(
    desk: Desk,
    seq: int,
    session: Session,
    found: Judged,
    acts: Sequence[Act],
    held: Sequence[Line],
) -> None:
    """Give each act its line when insurer and tariff are known; take it back when they are not."""
    coverage = found.coverage
    for act in acts:
        lines = [x for x in held if x.act == act.id]
        if any(x.state in _GIVEN_UP for x in lines):
            continue
        live = next((x for x in lines if x.state not in _STRUCK), None)
        price = quote_for(desk, act.code, session.care_date, coverage, found.case.conventioned)
        if coverage is None or price is None:
            if live is not None:
                invoices.drop_line(desk.db, live.id)
        elif live is None:
            before = lines[-1].id if lines else None
            ref = f"{desk.device.code}{numbering.draw(desk.db, desk.device, 'line'):010d}"
            line = _line(desk, session, act.id, ref, coverage, price)
            invoices.add_line(desk.db, replace(line, predecessor=before), desk.device.id, seq)
        elif live.state is LineState.PRICED:
            fresh = _line(desk, session, act.id, live.ref, coverage, price)
            fresh = replace(fresh, id=live.id, predecessor=live.predecessor)
            if fresh != live:
                invoices.reprice_line(desk.db, fresh)


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
        quote=json.dumps([_told(step) for step in price.steps], sort_keys=True),
        lot=None,
        paid_cents=0,
        state=LineState.PRICED,
    )


def _told(step: QuoteStep) -> dict[str, object]:
    """Give a step as it is kept: without facts when its sentence names none."""
    return {name: value for name, value in asdict(step).items() if name != "facts" or value}
