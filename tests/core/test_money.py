"""Money is cents: written for people, read from people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidValue
from server.core.money import euros, parse_cents


@given(st.integers(-99_999_999_999, 99_999_999_999))
def test_what_is_written_is_read_back(cents: int) -> None:
    assert parse_cents(euros(cents)) == cents
    assert parse_cents(euros(cents, "")) == cents


@pytest.mark.parametrize(
    ("cents", "text"),
    [(0, "0,00"), (5, "0,05"), (-250, "−2,50"), (123_456, "1\u00a0234,56"), (100, "1,00")],
)
def test_amounts_are_written_with_a_comma_and_two_decimals(cents: int, text: str) -> None:
    assert euros(cents) == text


def test_dutch_groups_with_a_point() -> None:
    assert euros(123_456_789, ".") == "1.234.567,89"


@pytest.mark.parametrize(
    ("text", "cents"), [("12", 1200), ("12,5", 1250), ("12.50 €", 1250), ("1 234,56", 123_456)]
)
def test_amounts_are_read_as_they_are_typed(text: str, cents: int) -> None:
    assert parse_cents(text) == cents


@pytest.mark.parametrize("text", ["", "abc", "1,234", "1,2,3", "--1", "12 €€ x"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        parse_cents(text)
