"""May a French session be billed? Every reason why not, each with its sentence and its panel.

A session that fails is recorded all the same and waits, blocked, until no reason is left
(`domain.md` §2.2.1, §3.3). A refusal is a result: nothing here raises or warns.
"""

from collections.abc import Callable, Iterable, Iterator

from server.core.care import BlockReason
from server.core.clock import ClockTrust
from server.countries.blocks import Block, Panel
from server.countries.calendar import last_day
from server.countries.france.agreement import count
from server.countries.france.billable_case import Case, SameDaySession
from server.countries.france.billable_prescription import prescription_blocks
from server.countries.france.cumulation import Condition, failed_conditions, two_sessions
from server.countries.france.pricing import PriceUnknown, price_act
from server.countries.france.rulebook import Rulebook


def block_reasons(case: Case, rules: Rulebook) -> tuple[Block, ...]:
    """Give every reason that keeps a session from being billed; empty means ready."""
    return tuple(block for rule in _RULES for block in rule(case, rules))


def date_blocks(case: Case, rules: Rulebook) -> Iterator[Block]:
    """Judge the care date against today, and today against the clock (FR-59, case K21)."""
    day = case.session.care_date
    if case.clock_trust is ClockTrust.SUSPECT:
        yield Block(BlockReason.CLOCK, "clock.suspect", Panel.CLOCK, {"today": case.today})
        return  # a date that may be wrong decides neither the future nor a deadline
    if day > case.today:
        yield Block(BlockReason.CLOCK, "date.future", Panel.SESSION, {"care_date": day})
    limit = last_day("claim_limit", day, rules.deadlines)
    if limit is not None and case.today > limit:
        yield Block(BlockReason.CLOCK, "date.too_old", Panel.SESSION, {"last_day": limit})


def agreement_blocks(case: Case, rules: Rulebook) -> Iterator[Block]:
    """Judge the prior agreement of the situation, when it has one (FR §2.2.2)."""
    session = case.session
    dap = rules.dap(session.care_date)
    found = count(session.situation, session.care_date, case.past, case.today, dap)
    if found is None or not found.needed:
        return
    facts: dict[str, object] = {
        "situation": found.row.label_fr, "rank": found.next_rank, "allowed": found.allowed,
        "source": found.row.origin.source,
    }  # fmt: skip
    if found.refused:
        yield Block(BlockReason.AGREEMENT_REFUSED, "dap.refused", Panel.AGREEMENT, facts)
    elif found.waiting is not None:
        facts |= {"sent_on": found.waiting.sent_on}
        yield Block(BlockReason.AGREEMENT_NEEDED, "dap.waiting", Panel.AGREEMENT, facts)
    else:
        yield Block(BlockReason.AGREEMENT_NEEDED, "dap.needed", Panel.AGREEMENT, facts)


def coverage_blocks(case: Case, rules: Rulebook) -> Iterator[Block]:
    """Judge what is known of the patient's rights on the care date; AME ends at its date (C5)."""
    rights = case.rights
    if rights is None:
        if case.third_party:
            yield Block(BlockReason.COVERAGE_UNKNOWN, "coverage.none", Panel.COVERAGE)
    elif not rights.covers(case.session.care_date) and (case.third_party or rights.ame):
        facts = {"rights_from": rights.rights_from, "rights_to": rights.rights_to}
        code = "coverage.ame_ended" if rights.ame else "coverage.not_in_order"
        yield Block(BlockReason.NOT_INSURED, code, Panel.COVERAGE, facts)


def same_day_blocks(case: Case, rules: Rulebook) -> Iterator[Block]:
    """Judge a session given after, or beside a claimed one, on the same day (FR-04, FR-05)."""
    before = [other for other in case.same_day if _goes_first(other, case)]
    if not before:
        return
    session = case.session
    if not session.second_of_day:
        yield Block(BlockReason.DUPLICATE, "day.duplicate", Panel.SESSION)
    elif two_sessions(session.care_date, rules.cumulations) is None:
        yield Block(BlockReason.SECOND_SESSION, "day.second_no_rule", Panel.SESSION)
    else:
        failed = {c for other in before for c in failed_conditions(other.visited, session.visited)}
        if failed:
            facts = {"failed": [str(c) for c in Condition if c in failed]}
            yield Block(BlockReason.SECOND_SESSION, "day.second_conditions", Panel.SESSION, facts)


def act_blocks(case: Case, rules: Rulebook) -> Iterator[Block]:
    """Refuse an assessment inside a treatment, a price no table knows, a forbidden overrun."""
    session = case.session
    if session.assessment and session.treatment_going_on:
        yield Block(BlockReason.QUOTA, "assessment.in_treatment", Panel.SESSION)
    prices = rules.prices(session.care_date)
    for act in session.acts:
        price = price_act(act, session.care_date, case.zone, prices)
        if isinstance(price, PriceUnknown):
            facts = {"code": price.code, "care_date": session.care_date}
            yield Block(BlockReason.PRICE_UNKNOWN, price.reason, Panel.TARIFF, facts)
    if session.overrun_cents and not case.overrun_allowed:
        yield Block(BlockReason.CONVENTION, "overrun.forbidden", Panel.SESSION)
    elif session.overrun_cents and not session.overrun_reason:
        yield Block(BlockReason.CONVENTION, "overrun.reason_needed", Panel.SESSION)


# In the order a kiné would mend them.
_RULES: tuple[Callable[[Case, Rulebook], Iterable[Block]], ...] = (
    date_blocks,
    prescription_blocks,
    agreement_blocks,
    coverage_blocks,
    same_day_blocks,
    act_blocks,
)


def _goes_first(other: SameDaySession, case: Case) -> bool:
    mine = case.session.recorded_at, case.session.id
    return other.claimed or (other.recorded_at, other.id) < mine
