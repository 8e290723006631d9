"""What a CPS tells of its holder and of his places of work; bytes that lie tell nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.countries.france.cps import Holder, Situation, holder_of, situations_of
from tests.hardware.keytokens import ACTIVITIES, INFO, activity

HOLDER = Holder("899700000017", "LENOIR", "CAMILLE", "SM26")


def test_the_holder_is_read_without_a_code() -> None:
    assert holder_of(INFO) == HOLDER


def test_what_stands_before_the_number_is_left() -> None:
    leading = b"\x80\x01A" + INFO[2:]
    assert holder_of(bytes([0xE0, len(leading)]) + leading) == HOLDER


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xe0", b"\xe0\x7f\x80", b"\x1f\x01x", b"\x80\x84\xff\xff\xff\xffx",
        b"\x80\x0b12345678901\x80\x00\x80\x01A", b"\x80\x0b12345678901\x80\x01A",
        b"\x80\x0b1234567890A\x80\x01A\x80\x01B",
    ],
)  # fmt: skip
def test_what_is_told_otherwise_gives_nobody(data: bytes) -> None:
    assert holder_of(data) is None


def test_a_speciality_that_is_none_is_left_out() -> None:
    told = holder_of(b"\x80\x0b12345678901\x80\x02\xc9\xc9\x80\x04AB\xe9D")
    assert told == Holder("12345678901", "ÉÉ", "ABéD", "")


def test_situations_come_in_the_order_of_their_numbers() -> None:
    assert situations_of({**dict(reversed(ACTIVITIES.items())), "CPS_INFO_PS": INFO}) == (
        Situation("CABINET DE L'ECLUSE", "400000000099", "SA07"),
        Situation("CENTRE FICTIF DU CANAL", "300000000077", "SA01"),
    )


def test_an_identifier_and_its_sector_come_from_one_object_or_not_at_all() -> None:
    whole, other = activity("A", "1", ""), b"\x80\x01x"
    without_name = b"\xee\x03\x85\x011"
    long_form = b"\xee\x81\x06\x84\x01A\x85\x011"
    told = {"CPS_ACTIVITY_01_PS": other + whole, "CPS_ACTIVITY_02_PS": without_name,
            "CPS_ACTIVITY_03_PS": long_form, "CPS_ACTIVITY_04_PS": b""}  # fmt: skip
    assert situations_of(told) == (Situation("A", "1", ""), Situation("A", "1", ""))


def test_a_mountain_of_nests_is_climbed_a_little_and_left() -> None:
    nest = b"x"
    for _ in range(40):
        nest = bytes([0xE0, len(nest)]) + nest
    assert holder_of(nest) is None


@given(st.binary(max_size=400))
def test_whatever_a_card_holds_is_read_or_left(data: bytes) -> None:
    holder_of(data)
    situations_of({"CPS_ACTIVITY_01_PS": data})
