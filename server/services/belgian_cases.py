"""How a Belgian session is judged: what is known of it, asked of the Belgian rules.

Functions here run inside the caller's transaction and write nothing.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from server.core.care import Coverage, Quote
from server.core.states import SessionState
from server.countries.belgium.billable import block_reasons
from server.countries.belgium.billable_case import Case, GivenSession, SameDaySession
from server.countries.belgium.counters import count_excess, count_series, quota_of
from server.countries.belgium.coverage import effective_coverage, payer_of
from server.countries.belgium.nomenclature import ActKind, CodeRow
from server.countries.belgium.pricing import Terms, quote
from server.countries.belgium.rulebook import Rulebook
from server.countries.belgium.tariff import TariffRow
from server.countries.blocks import Block as Reason
from server.countries.judgement import Billed
from server.services import dossiers
from server.services.desk import Desk
from server.services.dossiers import Dossier
from server.services.facts import as_agreement
from server.services.rules import rulebook
from server.store.visits import Session


@dataclass(frozen=True, slots=True)
class Judged:
    """A case with the coverage that counts and the reasons found."""

    case: Case
    coverage: Coverage | None
    reasons: tuple[Reason, ...]
    rules: Rulebook

    @property
    def billed(self) -> Billed | None:
        """Whom the lines are asked of: the insurer of the coverage that counts."""
        cover = self.coverage
        if cover is None:
            return None
        payer = payer_of(cover.mutuality, self.case.session.care_date, self.rules.mutualities)
        return Billed(
            payer.lot if payer else cover.oa, cover.mutuality, cover.ct1, cover.ct2, cover.bim
        )

    def price(self, code: str) -> Quote | None:
        """Price one act for the patient as covered that day."""
        day, kept = self.case.session.care_date, self.case.conventioned
        return _quote(self.rules, code, day, self.coverage, kept)


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
    return Judged(case, coverage, block_reasons(case, rules), rules)


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


def quote_for(
    desk: Desk, code: str, care_date: date, coverage: Coverage | None, conventioned: bool
) -> Quote | None:
    """Price one act for a patient as covered that day; None when no tariff covers the day."""
    return _quote(rulebook(desk), code, care_date, coverage, conventioned)


def _quote(
    rules: Rulebook, code: str, care_date: date, coverage: Coverage | None, conventioned: bool
) -> Quote | None:
    terms = Terms(bim=bool(coverage and coverage.bim), conventioned=conventioned)
    price = quote(code, care_date, rules.tariff, terms, rules.reductions)
    return price if isinstance(price, Quote) else None
