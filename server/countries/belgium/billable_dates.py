"""Blocks of days: the clock, the future, too old, two sessions on one (BE-07 to BE-09, BE-40)."""

from collections.abc import Iterator

from server.core.care import BlockReason
from server.core.clock import ClockTrust
from server.countries.belgium.billable_case import Case, SameDaySession
from server.countries.belgium.policy import second_session_of
from server.countries.belgium.rulebook import Rulebook
from server.countries.blocks import Block, Panel
from server.countries.calendar import last_day


def date_blocks(case: Case, rules: Rulebook) -> Iterator[Block]:
    """Judge the care date against today, and today against the clock."""
    day = case.session.care_date
    if case.clock_trust is ClockTrust.SUSPECT:
        yield Block(BlockReason.CLOCK, "clock.suspect", Panel.CLOCK, {"today": case.today})
        return  # a date that may be wrong decides neither the future nor a deadline
    if day > case.today:
        yield Block(BlockReason.CLOCK, "date.future", Panel.SESSION, {"care_date": day})
    limit = last_day("claim_limit", day, rules.deadlines)
    if limit is not None and case.today > limit:
        yield Block(BlockReason.CLOCK, "date.too_old", Panel.SESSION, {"last_day": limit})


def same_day_blocks(case: Case, rules: Rulebook) -> Iterator[Block]:
    """Judge a session given after, or beside a claimed one, on the same day."""
    if not any(_goes_first(other, case) for other in case.same_day):
        return
    if not case.session.second_of_day:
        yield Block(BlockReason.DUPLICATE, "day.duplicate", Panel.SESSION)
        return
    yield from _second(case, rules)


def _goes_first(other: SameDaySession, case: Case) -> bool:
    mine = case.session.recorded_at, case.session.id
    return other.claimed or (other.recorded_at, other.id) < mine


def _second(case: Case, rules: Rulebook) -> Iterator[Block]:
    """Look for the row that allows a second session, and its motivation (BE-41)."""
    session = case.session
    row = second_session_of(session.category, session.care_date, rules.second_sessions)
    if row is None:
        yield Block(BlockReason.SECOND_SESSION, "day.second_no_rule", Panel.SESSION)
    elif not row.allowed:
        facts = {"refusal": row.refusal}
        yield Block(BlockReason.SECOND_SESSION, "day.second_refused", Panel.SESSION, facts)
    elif row.needs_motivation and not _motivated(case):
        yield Block(BlockReason.SECOND_SESSION, "day.second_unmotivated", Panel.PRESCRIPTION)


def _motivated(case: Case) -> bool:
    return case.prescription is not None and case.prescription.second_session_motivated
