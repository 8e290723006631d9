"""Criteria with wildcards: E7, E8, F4, F10 and what a hand-made one must be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidValue
from server.countries.france.wildcards import (
    Closeness,
    hand_made,
    is_body,
    mask,
    masked,
    matches,
    meet,
    padded_body,
)

criteria = st.text("AB12?", max_size=9)
subjects = st.text("AB12", max_size=9)


def refused(signatory: str, criterion: str) -> object:
    with pytest.raises(InvalidValue) as problem:
        hand_made(signatory, criterion)
    return problem.value.facts["reason"]


def test_a_wildcard_stands_for_one_character() -> None:
    assert matches("08???????", "087560100")
    assert not matches("08???????", "027560100")
    assert not matches("08???????", "0875601000")


def test_f10_a_criterion_as_long_as_the_attestation_fits_and_a_shorter_one_does_not() -> None:
    assert matches("A???", "A1B2")
    assert not matches("A?", "A1B2")


@given(subjects, st.lists(criteria))
def test_looking_masks_up_finds_what_comparing_every_row_finds(
    subject: str, rows: list[str]
) -> None:
    words = masked(subject, {mask(row) for row in rows})
    assert {row for row in rows if row in words} == {row for row in rows if matches(row, subject)}


@given(criteria, criteria)
def test_two_criteria_meet_when_some_subject_fits_both(one: str, other: str) -> None:
    both = "".join(b if a == "?" else a for a, b in zip(one, other, strict=False))
    example = both.replace("?", "1")
    assert meet(one, other) == (matches(one, example) and matches(other, example))


def test_f4_fewer_wildcards_are_closer_then_the_longest_run_of_characters() -> None:
    assert Closeness.of("02??10000") < Closeness.of("02??1????")
    assert Closeness.of("021??????") < Closeness.of("02?1?????")


def test_a_lost_zero_is_given_back_to_digits_alone() -> None:
    assert padded_body("50510000") == "050510000"
    assert padded_body("5051000?") == "5051000?"
    assert padded_body("0505100") == "0505100"


@pytest.mark.parametrize("text", ["08?", "A8???????", "08???????0", "٠٨???????"])
def test_what_is_no_caisse_is_told_apart(text: str) -> None:
    assert not is_body(text)
    assert is_body("08???????")


@pytest.mark.scenario("F-05")
def test_a_hand_made_criterion_is_two_digits_and_seven_wildcards() -> None:
    assert hand_made("08", " 08??????? ") == "08???????"
    assert refused("02", "02??????") == "length"
    assert refused("08", "08????????") == "length"
    assert refused("AB", "AB???????") == "shape"
    assert refused("08", "08?????0?") == "shape"
    assert refused("02", "08???????") == "signatory"
