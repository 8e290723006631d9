"""Serialised groups: what a card's pen wrote is read back, and damage is a place and a code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.sesam import Group
from server.countries.france.card_wire import LARGEST, Damage, Reading, read_groups
from tests.countries.france.twins import CPS, FAMILY, write

LATIN = st.text(st.characters(max_codepoint=0xFF), max_size=300)
GROUPS = st.lists(
    st.tuples(st.integers(0, 0xFFFF), st.lists(LATIN, max_size=20).map(tuple)), max_size=12
)


@given(GROUPS)
def test_what_was_written_is_read_back_whole(groups: list[tuple[int, tuple[str, ...]]]) -> None:
    assert read_groups(write(groups)) == Reading(tuple(Group(*group) for group in groups))


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_said_damaged_and_never_raise(data: bytes) -> None:
    reading = read_groups(data)
    assert reading.damage is None or 0 <= reading.damage.at <= len(data)


@given(st.integers(1, len(write(FAMILY)) - 1))
def test_a_cut_card_keeps_every_whole_group_before_the_cut(length: int) -> None:
    whole, cut = read_groups(write(FAMILY)), read_groups(write(FAMILY)[:length])
    assert cut.groups == whole.groups[: len(cut.groups)]
    if len(write(FAMILY[: len(cut.groups)])) < length:
        assert cut.damage


@pytest.mark.parametrize(
    ("data", "damage"),
    [
        (b"\x00", Damage("card.cut", 0)),
        (b"\x00\x65", Damage("card.cut", 2)),
        (b"\x00\x65\x05\x01A", Damage("card.cut", 2)),
        (b"\x00\x65\x02\x05A", Damage("card.field_length", 3)),
        (b"\x00\x65\x83\x00\x00\x01A", Damage("card.length_form", 2)),
        (b"\x00\x65\x80", Damage("card.length_form", 2)),
        (b"\x00\x65\x82\x01", Damage("card.cut", 2)),
        (bytes(LARGEST + 1), Damage("card.too_large", LARGEST)),
    ],
)
def test_a_length_that_lies_is_placed(data: bytes, damage: Damage) -> None:
    assert read_groups(data).damage == damage


def test_a_card_too_short_for_a_field_has_it_empty() -> None:
    group = read_groups(write(CPS[:1])).groups[0]
    assert (group.field(7), group.field(8)) == ("YANN", "")
