"""The share of chips a quarter, and what a proof by hand must tell."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.countries.belgium.identity import ByHand, ChipShare, faults_of, months_of_quarter


@pytest.mark.parametrize(
    ("sessions", "chip", "percent", "reached", "missing"),
    [
        (10, 9, 90, True, 0), (10, 8, 80, False, 1), (50, 41, 82, False, 4), (1, 0, 0, False, 1),
        (1, 1, 100, True, 0), (11, 9, 81, False, 1), (1000, 899, 89, False, 1),
    ],
)  # fmt: skip
def test_nine_contacts_in_ten_are_counted_exactly(
    sessions: int, chip: int, percent: int, reached: bool, missing: int
) -> None:
    share = ChipShare(sessions, chip, 0, 90)
    assert (share.percent, share.reached, share.missing) == (percent, reached, missing)
    assert share.unproved == sessions - chip


@given(st.integers(1, 5000), st.data(), st.integers(1, 100))
def test_the_missing_readings_are_exactly_those_that_reach_the_share(
    sessions: int, data: st.DataObject, asked: int
) -> None:
    chip = data.draw(st.integers(0, sessions))
    share = ChipShare(sessions, chip, sessions - chip, asked)
    assert ChipShare(sessions, chip + share.missing, 0, asked).reached
    assert share.missing == 0 or not ChipShare(sessions, chip + share.missing - 1, 0, asked).reached
    assert share.reached is (share.missing == 0)
    assert share.unproved == 0


@pytest.mark.parametrize(
    ("day", "months"),
    [
        (date(2026, 1, 1), ("2026-01", "2026-02", "2026-03")),
        (date(2026, 6, 30), ("2026-04", "2026-05", "2026-06")),
        (date(2026, 12, 31), ("2026-10", "2026-11", "2026-12")),
    ],
)
def test_a_quarter_is_three_civil_months(day: date, months: tuple[str, ...]) -> None:
    assert months_of_quarter(day) == months


@pytest.mark.parametrize(
    ("proof", "faults"),
    [
        (ByHand("1", "592111222333", "2"), []),
        (ByHand("7", "", "1", "2"), []),
        (ByHand("1", "59211122233", "2"), [("serial", "card_number")]),
        (ByHand("1", "٥٩٢١١١٢٢٢٣٣٣", "0"), [("serial", "card_number"),
                                            ("manual_reason", "missing")]),
        (ByHand("7", "", "7", "3"), [("manual_reason", "missing"), ("vignette_reason", "missing")]),
        (ByHand("2", "", "1"), [("medium", "unknown")]),
    ],
)  # fmt: skip
def test_a_proof_by_hand_says_what_was_shown_and_why(
    proof: ByHand, faults: list[tuple[str, str]]
) -> None:
    assert list(faults_of(proof)) == faults
