"""Pages turned and cut: four quarters are none, a part of a part is a part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidValue
from server.core.leaves import WHOLE, Box, Leaf, read, written

sides = st.tuples(st.integers(0, 475), st.integers(525, 1000))
boxes = st.tuples(sides, sides).map(lambda b: (b[0][0], b[1][0], b[0][1], b[1][1]))
leaves = st.builds(Leaf, st.integers(1, 30), st.sampled_from([0, 90, 180, 270]), boxes)


@given(leaves)
def test_four_quarters_bring_a_page_back(leaf: Leaf) -> None:
    turned = leaf
    for _ in range(4):
        turned = turned.turned()
    assert turned == leaf


@given(leaves, boxes)
def test_a_part_of_a_part_lies_inside_it(leaf: Leaf, box: Box) -> None:
    try:
        part = leaf.cut(box)
    except InvalidValue:
        return
    assert leaf.box[0] <= part.box[0] < part.box[2] <= leaf.box[2]
    assert leaf.box[1] <= part.box[1] < part.box[3] <= leaf.box[3]
    assert leaf.cut(WHOLE) == leaf


def test_the_corner_that_was_cut_follows_the_turn() -> None:
    assert Leaf(1, 0, (0, 0, 500, 250)).turned() == Leaf(1, 90, (750, 0, 1000, 500))


@pytest.mark.parametrize("box", [(0, 0, 40, 1000), (0, 600, 1000, 620), (-1, 0, 9, 9)])
def test_a_slip_of_the_hand_is_no_part(box: Box) -> None:
    with pytest.raises(InvalidValue):
        Leaf(1).cut(box)


@given(st.lists(leaves, max_size=4))
def test_what_is_written_is_read_back(several: list[Leaf]) -> None:
    assert read(written(several)) == tuple(several)


@pytest.mark.parametrize(
    "text", ["x", "1:2", "0:0:0:0:1:1", "1:45:0:0:1:1", "1:0:9:0:9:1", "1:0:0:0:1:1001"]
)
def test_what_was_never_written_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(text)
