"""Numbers of complementary insurers and of who bills: cases A8 to A12."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidNumber
from server.core.identifiers import Iban
from server.countries.france.numbers import AmcNumber, BillingNumber, bare, luhn


def reason(kind: type[AmcNumber] | type[BillingNumber], text: str) -> object:
    with pytest.raises(InvalidNumber) as refused:
        kind.parse(text)
    return refused.value.facts["reason"]


def test_a8_a_billing_number_has_a_key() -> None:
    assert str(BillingNumber.parse("99 1 08626 5")) == "99 1 08626 5"
    assert reason(BillingNumber, "991086266") == "check"
    assert reason(BillingNumber, "99108626") == "length"
    assert reason(BillingNumber, "9910862A5") == "length"


@pytest.mark.parametrize("text", ["99999997", "88888888", "75500017", "55555551", "0803795038"])
def test_a9_a_number_of_the_lists_has_its_check_digit(text: str) -> None:
    assert AmcNumber.parse(text).checks


@pytest.mark.parametrize("text", ["66666664", "7272727272", "1221212145"])
def test_a10_a_wrong_check_digit_is_a_remark_and_no_refusal(text: str) -> None:
    assert not AmcNumber.parse(text).checks


def test_a11_zeros_in_front_make_no_other_body() -> None:
    assert AmcNumber.parse("0099999997") == AmcNumber.parse("99999997")
    assert str(AmcNumber.parse("99999997")) == "0099999997"


def test_a_number_no_list_could_hold_is_refused() -> None:
    assert reason(AmcNumber, "12345678901") == "length"
    assert reason(AmcNumber, "12345") == "length"
    assert reason(AmcNumber, "75M004872") == "shape"
    assert reason(AmcNumber, "") == "shape"
    assert reason(AmcNumber, "٧٧٧٧٧٧٧٧") == "shape"


def test_a12_a_french_account_number_is_checked_and_has_twenty_seven_characters() -> None:
    assert Iban.parse("FR76 3000 6000 0112 3456 7890 189").text.endswith("189")
    for wrong, why in (("FR7630006000011234567890188", "check"), ("FR96300060000112345678", "")):
        with pytest.raises(InvalidNumber) as refused:
            Iban.parse(wrong)
        assert why in str(refused.value.facts["reason"])


def test_a_french_account_number_of_another_length_is_refused() -> None:
    number = "300060000112345678901"  # two characters short, with the check digits it would have
    check = 98 - int(number + "152700") % 97
    with pytest.raises(InvalidNumber) as refused:
        Iban.parse(f"FR{check:02d}{number}")
    assert refused.value.facts["reason"] == "length"


def test_what_is_no_digit_has_no_check() -> None:
    assert not luhn("12A4")
    assert not luhn("")


@given(st.text("0123456789", min_size=1, max_size=12))
def test_one_digit_and_only_one_completes_a_number(body: str) -> None:
    assert sum(luhn(body + digit) for digit in "0123456789") == 1


@given(st.text("0123456789", min_size=2, max_size=12), st.integers(0, 11), st.integers(1, 9))
def test_one_digit_changed_is_always_noticed(body: str, place: int, more: int) -> None:
    place %= len(body)
    digit = next(d for d in "0123456789" if luhn(body + d))
    other = str((int(body[place]) + more) % 10)
    assert not luhn(body[:place] + other + body[place + 1 :] + digit)


@given(st.text("0123456789 .-", max_size=15))
def test_a_bare_number_is_bare_already(text: str) -> None:
    assert bare(bare(text)) == bare(text)
