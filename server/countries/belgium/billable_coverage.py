"""Blocks of insurability and of who pays (BE-05, BE-06, BE-28 to BE-30, BE-51, BE-52)."""

from collections.abc import Iterator

from server.core.care import BlockReason, Coverage, Place
from server.countries.belgium.billable_case import Case
from server.countries.belgium.coverage import bim, payer_of
from server.countries.belgium.policy import ThirdParty, third_party_of
from server.countries.belgium.pricing import Terms, supplement_fault
from server.countries.belgium.rulebook import Rulebook
from server.countries.blocks import Block, Panel


def coverage_blocks(case: Case, rules: Rulebook) -> Iterator[Block]:
    """Judge what is known of the patient's insurance on the care date."""
    if case.session.third_party:
        yield from _insured(case, rules)
    if case.standing.medical_house:
        yield _coverage(BlockReason.MEDICAL_HOUSE, "coverage.medical_house")
    if case.standing.hospitalised:
        yield _coverage(BlockReason.HOSPITALISED, "coverage.hospitalised")
    if case.standing.rest_home and _wrong_place(case, rules):
        yield Block(BlockReason.REST_HOME, "coverage.rest_home", Panel.SESSION)


def payment_blocks(case: Case, rules: Rulebook) -> Iterator[Block]:
    """Judge the way of paying and the supplement."""
    session = case.session
    has_bim = case.coverage is not None and case.coverage.bim
    status = third_party_of(session.category, has_bim, session.care_date, rules.third_party)
    if session.third_party and status is ThirdParty.FORBIDDEN:
        yield _convention("third_party.forbidden")
    if not session.third_party and status is ThirdParty.MANDATORY:
        yield _convention("third_party.mandatory")
    terms = Terms(
        bim=has_bim,
        conventioned=case.conventioned,
        third_party=session.third_party,
        supplement_cents=session.supplement_cents,
        supplement_reason=session.supplement_reason,
    )
    fault = supplement_fault(terms)
    if fault is not None:
        yield _convention(fault)


def _insured(case: Case, rules: Rulebook) -> Iterator[Block]:
    """Third-party payment needs a known, valid insurance: otherwise nobody pays (BE-51)."""
    coverage, day = case.coverage, case.session.care_date
    if coverage is None:
        yield _coverage(BlockReason.COVERAGE_UNKNOWN, "coverage.none")
        return
    if not coverage.covers(day):
        facts = {"rights_from": coverage.rights_from, "rights_to": coverage.rights_to}
        yield _coverage(BlockReason.NOT_INSURED, "coverage.not_in_order", **facts)
    yield from _readable(coverage, case, rules)


def _readable(coverage: Coverage, case: Case, rules: Rulebook) -> Iterator[Block]:
    day = case.session.care_date
    if payer_of(coverage.mutuality, day, rules.mutualities) is None:
        facts: dict[str, object] = {"mutuality": coverage.mutuality}
        yield _coverage(BlockReason.COVERAGE_UNKNOWN, "coverage.unknown_insurer", **facts)
    if bim(coverage.ct1, day, rules.ct1) is None:
        yield _coverage(BlockReason.COVERAGE_UNKNOWN, "coverage.unknown_ct1", ct1=coverage.ct1)


def _wrong_place(case: Case, rules: Rulebook) -> bool:
    """Whether an act has a code that is not one of the rest homes' (500424)."""
    day = case.session.care_date
    rows = [rules.tariff.find(code, day) for code in case.session.codes]
    return any(row is None or row.use.place is not Place.INSTITUTION for row in rows)


def _coverage(reason: BlockReason, code: str, **facts: object) -> Block:
    return Block(reason, code, Panel.COVERAGE, facts)


def _convention(code: str) -> Block:
    return Block(BlockReason.CONVENTION, code, Panel.SESSION)
