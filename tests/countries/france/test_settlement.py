"""What lines of returns make of what was asked: nothing is lost nor spread (K6…K18, G-08)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.teletransmission import LineKind, LineOutcome, Origin, Return, ReturnLine
from server.countries.france.settlement import (
    Fate,
    Lacking,
    Parts,
    fate,
    is_tied,
    of_bank,
    of_lines,
    owed,
)

UNIQUE = Parts(1074, 716)
FSE, DRE = Parts(1074, 0), Parts(0, 716)


def line(
    amo: int, amc: int = 0, outcome: LineOutcome = LineOutcome.PAID,
    kind: LineKind = LineKind.INVOICE, invoice: int | None = 126000001,
) -> ReturnLine:  # fmt: skip
    return ReturnLine(kind, invoice, outcome, amo, amc)


def test_k6_a_payment_of_the_caisse_leaves_the_document_of_the_complementary_due() -> None:
    paid = line(1074)
    assert fate(paid, owed(FSE, [paid])) is Fate.PAID
    assert owed(DRE, []).lacking is Lacking.AMC and owed(DRE, []).missing == DRE


def test_k7_one_line_settles_both_parts_of_unique_management() -> None:
    paid = line(1074, 716)
    found = owed(UNIQUE, [paid])
    assert fate(paid, found) is Fate.PAID
    assert (found.missing.cents, found.surplus.cents) == (0, 0)


@pytest.mark.scenario("G-08")
def test_g08_a_payment_of_the_caisse_part_alone_marks_the_other_unpaid() -> None:
    paid = line(1074)
    found = owed(UNIQUE, [paid])
    assert fate(paid, found) is Fate.PARTIAL
    assert found.lacking is Lacking.AMC and found.missing == Parts(0, 716)
    rest = line(0, 716)
    assert fate(rest, owed(UNIQUE, [paid, rest])) is Fate.PAID


def test_too_much_of_one_part_never_fills_the_other() -> None:
    paid = line(1790)
    found = owed(UNIQUE, [paid])
    assert fate(paid, found) is Fate.PARTIAL
    assert (found.missing, found.surplus) == (Parts(0, 716), Parts(716, 0))
    assert owed(UNIQUE, [line(0, 716)]).lacking is Lacking.AMO
    assert owed(UNIQUE, [line(1)]).lacking is Lacking.BOTH


def test_a_reject_and_a_word_pay_nothing() -> None:
    refused = line(0, outcome=LineOutcome.REJECTED)
    assert fate(refused, owed(FSE, [refused])) is Fate.REJECTED
    word = line(0, outcome=LineOutcome.INFO)
    assert fate(word, owed(FSE, [word])) is Fate.NOTHING
    assert fate(line(1074, outcome=LineOutcome.INFO), owed(FSE, [line(1074)])) is Fate.PAID
    assert fate(line(0), owed(FSE, [line(0)])) is Fate.PARTIAL  # called paid, and nothing came


def test_k17_a_recovery_is_no_payment_and_a_regularisation_is_one() -> None:
    back = line(-1074, -716, kind=LineKind.RECOVERY)
    found = owed(UNIQUE, [line(1074, 716), back])
    assert fate(back, found) is Fate.NOTHING
    assert (found.received, found.missing, found.taken_back_cents) == (UNIQUE, Parts(), 1790)
    more = line(0, 716, kind=LineKind.REGULARISATION)
    assert fate(more, owed(UNIQUE, [line(1074), more])) is Fate.PAID


def test_aids_are_looked_for_among_no_invoices() -> None:
    assert is_tied(line(1)) and is_tied(line(-1, kind=LineKind.RECOVERY))
    assert not is_tied(line(1, kind=LineKind.LUMP_SUM)) and not is_tied(line(1, invoice=None))


def test_k9_a_payment_of_100_with_lines_of_98_has_a_gap_of_2() -> None:
    taken = Return(Origin.AMO, "", "", "", "", None, 10000, (line(9000), line(700, 100)))
    assert of_lines(taken).gap_cents == 200 and not of_lines(taken).agree


def test_k18_the_bank_shows_the_very_sum_of_a_return() -> None:
    assert of_bank(10000, 10000).agree
    assert of_bank(10000, 9800).gap_cents == 200


_CENTS = st.integers(-(10**6), 10**6)
_LINES = st.lists(
    st.builds(line, _CENTS, _CENTS, st.sampled_from(LineOutcome), st.sampled_from(LineKind))
)
_ASKED = st.builds(Parts, st.integers(0, 10**6), st.integers(0, 10**6))


@given(_ASKED, _LINES)
def test_no_cent_of_a_line_is_lost_and_none_is_spread(
    asked: Parts, lines: list[ReturnLine]
) -> None:
    found = owed(asked, lines)
    assert found.received.cents - found.taken_back_cents == sum(each.cents for each in lines)
    assert asked + found.surplus == found.received + found.missing
    assert (found.missing.cents == 0) == (found.lacking is Lacking.NOTHING)
    assert found.missing.cents >= 0 and found.surplus.cents >= 0
