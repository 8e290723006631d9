"""Blocks that a prescription removes, or lawful direct access (FR-01 to FR-03)."""

from collections.abc import Iterator

from server.core.care import BlockReason
from server.countries.blocks import Block, Panel
from server.countries.calendar import last_day
from server.countries.france.billable_case import Case, Prescription
from server.countries.france.direct_access import access_row
from server.countries.france.rulebook import Rulebook


def prescription_blocks(case: Case, rules: Rulebook) -> Iterator[Block]:
    """Judge the prescription; without one, the practitioner's right to go without."""
    if case.prescription is None:
        yield from _without(case, rules)
    else:
        yield from _content(case, case.prescription)
        yield from _start(case, case.prescription, rules)
        yield from _renewal(case.prescription, rules)


def _without(case: Case, rules: Rulebook) -> Iterator[Block]:
    row = access_row(case.access, case.session.care_date, rules.accesses)
    if row is None:
        yield _missing("rx.none_no_access")
    elif not case.diagnosis and case.session.rank_without > row.sessions:
        rank = case.session.rank_without
        yield _missing("rx.access_used_up", sessions=row.sessions, rank=rank)


def _content(case: Case, rx: Prescription) -> Iterator[Block]:
    session = case.session
    if rx.rx_date > session.care_date:
        yield _missing("rx.after_care", rx_date=rx.rx_date)
    if not rx.prescriber:
        yield _missing("rx.no_prescriber")
    if rx.max_sessions is not None and session.rank_in_prescription > rx.max_sessions:
        yield _missing("rx.used_up", max_sessions=rx.max_sessions)


def _start(case: Case, rx: Prescription, rules: Rulebook) -> Iterator[Block]:
    """Judge the first session only: a treatment that has begun goes on (FR-02)."""
    if case.session.rank_in_prescription > 1:
        return
    limit = last_day("rx_start", rx.renewed_on or rx.rx_date, rules.deadlines)
    if limit is not None and case.session.care_date > limit:
        yield _expired("rx.expired", rx_date=rx.rx_date, last_day=limit)


def _renewal(rx: Prescription, rules: Rulebook) -> Iterator[Block]:
    """Judge a renewal: a kiné renews a prescription while it is under one year old."""
    if rx.renewed_on is None:
        return
    limit = last_day("rx_renewal", rx.rx_date, rules.deadlines)
    if limit is not None and rx.renewed_on > limit:
        yield _expired("rx.renewed_late", rx_date=rx.rx_date, last_day=limit)


def _missing(code: str, **facts: object) -> Block:
    return Block(BlockReason.RX_MISSING, code, Panel.PRESCRIPTION, facts)


def _expired(code: str, **facts: object) -> Block:
    return Block(BlockReason.RX_EXPIRED, code, Panel.PRESCRIPTION, facts)
