"""Tags, lengths and meanings of the card's files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.eid_tlv import encode_fields, fields, parse_address, parse_identity
from hardware.ports import CardProblem, CardTrouble

_values = st.dictionaries(
    st.integers(0, 255), st.binary(max_size=600).map(lambda b: b + b"\1"), max_size=8
)


@given(_values, st.integers(0, 300))
def test_what_is_written_is_read_back_whatever_padding_follows(
    values: dict[int, bytes], padding: int
) -> None:
    assert fields(encode_fields(values) + bytes(padding)) == values


@pytest.mark.parametrize("length", [0, 1, 254, 255, 256, 509, 510, 511, 765])
def test_lengths_around_the_escape_are_read_back(length: int) -> None:
    values = {1: b"x" * length, 2: b"end"}
    assert fields(encode_fields(values)) == values


@given(st.binary(max_size=400))
def test_no_bytes_make_the_readers_fail_otherwise_than_by_a_problem(content: bytes) -> None:
    for parse in (fields, parse_identity, parse_address):
        try:
            parse(content)
        except CardTrouble as trouble:
            assert trouble.problem in (CardProblem.UNREADABLE, CardProblem.BAD_NISS)


@pytest.mark.parametrize(
    "lie",
    [
        bytes([6, 200]) + b"85273012378",  # longer than the file
        bytes([6]),  # a tag and nothing
        bytes([6, 255, 255]),  # a length that never ends
        bytes([6, 255]),
    ],
)
def test_a_lying_length_is_a_problem_not_an_accident(lie: bytes) -> None:
    with pytest.raises(CardTrouble) as caught:
        parse_identity(lie)
    assert caught.value.problem is CardProblem.UNREADABLE


def test_the_first_of_two_equal_tags_counts() -> None:
    assert fields(bytes([9, 1]) + b"A" + bytes([9, 1]) + b"B") == {9: b"A"}


def test_a_value_that_ends_in_zeros_keeps_them() -> None:
    assert fields(bytes([1, 3]) + b"a\0\0") == {1: b"a\0\0"}


def test_an_identity_without_national_number_is_unreadable() -> None:
    with pytest.raises(CardTrouble) as caught:
        parse_identity(encode_fields({7: b"Peeters"}))
    assert caught.value.problem is CardProblem.UNREADABLE


def test_an_identity_with_a_wrong_national_number_is_refused_as_such() -> None:
    with pytest.raises(CardTrouble) as caught:
        parse_identity(encode_fields({6: b"85273012379"}))
    assert caught.value.problem is CardProblem.BAD_NISS


@pytest.mark.parametrize(
    ("raw", "sex"), [(b"M", "M"), (b"F", "F"), (b"V", "F"), (b"W", "F"), (b"X", ""), (b"", "")]
)
def test_the_sex_is_read_in_each_language(raw: bytes, sex: str) -> None:
    assert parse_identity(encode_fields({6: b"85273012378", 13: raw})).sex == sex


@pytest.mark.parametrize(
    ("raw", "kind"), [(b"1", 1), (b"01", 1), (b"17", 17), (b"", 0), (b"A", 0), (b"123", 0)]
)
def test_the_document_type_is_one_or_two_digits(raw: bytes, kind: int) -> None:
    identity = parse_identity(encode_fields({6: b"85273012378", 15: raw}))
    assert identity.document_type == kind


def test_an_empty_address_is_no_address() -> None:
    assert parse_address(b"") is None
    assert parse_address(bytes(117)) is None
    assert parse_address(encode_fields({0: b"\1", 1: b" ", 2: b""})) is None


def test_a_street_cut_in_mid_letter_loses_that_letter_only() -> None:
    cut = ("é" * 31).encode()[:59]
    address = parse_address(encode_fields({1: cut, 2: b"4700", 3: b"Eupen"}))
    assert address is not None
    assert address.street == "é" * 29


def test_control_characters_and_wrong_bytes_never_reach_a_name() -> None:
    identity = parse_identity(encode_fields({6: b"85273012378", 7: b"A\x00B\x1b[2J\n\xffC"}))
    assert identity.last_name == "A B [2J \ufffdC"
