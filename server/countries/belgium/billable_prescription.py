"""Blocks that a prescription removes (BE-01, BE-02, BE-03, BE-05b)."""

from collections.abc import Iterator

from server.core.care import BlockReason, Prescription
from server.countries.belgium.billable_case import Case
from server.countries.belgium.rulebook import Rulebook
from server.countries.blocks import Block, Panel
from server.countries.calendar import last_day


def prescription_blocks(case: Case, rules: Rulebook) -> Iterator[Block]:
    """Judge the prescription; only acts whose tariff row says so may go without one."""
    if case.prescription is not None:
        yield from _content(case, case.prescription)
        yield from _start(case, case.prescription, rules)
    elif _needed(case, rules):
        yield _missing("rx.none")


def _needed(case: Case, rules: Rulebook) -> bool:
    day = case.session.care_date
    rows = [rules.tariff.find(code, day) for code in case.session.codes]
    return any(row is None or row.needs_prescriber for row in rows)


def _content(case: Case, rx: Prescription) -> Iterator[Block]:
    session = case.session
    if rx.rx_date > session.care_date:
        yield _missing("rx.after_care", rx_date=rx.rx_date)
    if not rx.prescriber_nihii:
        yield _missing("rx.no_prescriber")
    if session.rank_in_prescription > rx.max_sessions:
        yield _missing("rx.used_up", max_sessions=rx.max_sessions)


def _start(case: Case, rx: Prescription, rules: Rulebook) -> Iterator[Block]:
    """Judge the first session of a prescription only; the later ones are not concerned (BE-02)."""
    if case.session.rank_in_prescription > 1:
        return
    limit = rx.start_by or last_day("rx_start", rx.rx_date, rules.deadlines)
    if limit is not None and case.session.care_date > limit:
        facts = {"rx_date": rx.rx_date, "last_day": limit}
        yield Block(BlockReason.RX_EXPIRED, "rx.expired", Panel.PRESCRIPTION, facts)


def _missing(code: str, **facts: object) -> Block:
    return Block(BlockReason.RX_MISSING, code, Panel.PRESCRIPTION, facts)
