"""Blocks of the acts themselves: a price that no table knows, an intake out of place (BE-25)."""

from collections.abc import Iterator
from functools import lru_cache

from server.core.care import BlockReason
from server.countries.belgium.billable_case import Case
from server.countries.belgium.nomenclature import ActKind
from server.countries.belgium.pricing import PriceUnknown, Terms, quote
from server.countries.belgium.rulebook import Rulebook
from server.countries.blocks import Block, Panel


def price_blocks(case: Case, rules: Rulebook) -> Iterator[Block]:
    """Refuse to bill an act whose care date no version of the tariff covers."""
    session = case.session
    for code in session.codes:
        price = quote(code, session.care_date, rules.tariff, Terms(bim=False))
        if isinstance(price, PriceUnknown):
            facts = {"code": code, "care_date": session.care_date}
            yield Block(BlockReason.PRICE_UNKNOWN, price.reason, Panel.TARIFF, facts)


def intake_blocks(case: Case, rules: Rulebook) -> Iterator[Block]:
    """Allow one intake a calendar year, beside the first session of a series only."""
    intakes = [code for code in case.session.codes if code in _intake_codes(rules)]
    if not intakes:
        return
    if case.intake_given:
        yield _intake("intake.again", intakes[0])
    if not case.first_of_series:
        yield _intake("intake.not_first", intakes[0])
    if len(case.session.codes) == len(intakes):
        yield _intake("intake.alone", intakes[0])


@lru_cache(maxsize=16)
def _intake_codes(rules: Rulebook) -> frozenset[str]:
    known = {row.code: row.use.kind for row in rules.codes}
    known |= {row.code: row.use.kind for row in rules.tariff.rows}
    return frozenset(code for code, kind in known.items() if kind is ActKind.INTAKE)


def _intake(sentence: str, code: str) -> Block:
    return Block(BlockReason.QUOTA, sentence, Panel.SESSION, {"code": code})
