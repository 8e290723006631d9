"""Blocks of the series: its registration with the insurer and its quota (BE-04, BE-10, BE-42b)."""

from collections.abc import Iterator

from server.core.care import Agreement, BlockReason
from server.countries.belgium.billable_case import Case
from server.countries.belgium.counters import quota_of
from server.countries.belgium.policy import Need, need_of
from server.countries.belgium.rulebook import Rulebook
from server.countries.blocks import Block, Panel
from server.countries.dated import in_force


def agreement_blocks(case: Case, rules: Rulebook) -> Iterator[Block]:
    """Judge the agreement or notification of the series, and the other series that exclude it."""
    session = case.session
    need = need_of(session.category, session.electronic, session.care_date, rules.needs)
    if need is not Need.NONE:
        if case.agreement is None:
            yield _needed("agreement.none", need=need)
        else:
            yield from _decision(case, case.agreement)
    for row in in_force(rules.not_cumulable, session.care_date):
        if row.category is session.category and row.running in case.running:
            yield _needed("agreement.excluded", running=row.running, refusal=row.refusal)


def quota_blocks(case: Case, rules: Rulebook) -> Iterator[Block]:
    """Judge the quota of the situation, and the yearly pool of excess sessions."""
    session = case.session
    quota = quota_of(session.category, session.situation, session.care_date, rules.quotas)
    if quota is None or quota.sessions is None:
        return
    rank = case.counted.next_rank
    if not session.excess:
        if rank > quota.sessions:
            yield _over("quota.reached", rank=rank, sessions=quota.sessions)
    elif quota.excess is not None and case.excess_counted.next_rank > quota.excess:
        facts = {"rank": case.excess_counted.next_rank, "sessions": quota.excess}
        yield _over("quota.excess_used_up", **facts)


def _decision(case: Case, agreement: Agreement) -> Iterator[Block]:
    day = case.session.care_date
    if agreement.refused:
        yield Block(BlockReason.AGREEMENT_REFUSED, "agreement.refused", Panel.AGREEMENT)
        return
    begins, ends = agreement.valid_from, agreement.valid_to
    if day < begins or (ends is not None and day > ends):
        yield _needed("agreement.outside", valid_from=begins, valid_to=ends)
    granted = agreement.sessions_granted
    if granted is not None and case.counted.next_rank > granted:
        yield _over("agreement.used_up", rank=case.counted.next_rank, sessions=granted)


def _needed(code: str, **facts: object) -> Block:
    return Block(BlockReason.AGREEMENT_NEEDED, code, Panel.AGREEMENT, facts)


def _over(code: str, **facts: object) -> Block:
    return Block(BlockReason.QUOTA, code, Panel.AGREEMENT, facts)
