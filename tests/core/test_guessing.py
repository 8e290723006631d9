"""Each wrong try costs more than the one before, and never a day."""

from hypothesis import given
from hypothesis import strategies as st

from server.core.guessing import FREE, LONGEST, wait_after


def test_a_hasty_hand_is_forgiven_and_the_next_ones_wait_longer_and_longer() -> None:
    assert [wait_after(n) for n in range(FREE + 1)] == [0] * (FREE + 1)
    assert [wait_after(FREE + n) for n in range(1, 6)] == [5, 10, 20, 40, 80]


@given(st.integers(0, 10_000))
def test_the_wait_never_shrinks_and_has_an_end(wrong: int) -> None:
    assert 0 <= wait_after(wrong) <= wait_after(wrong + 1) <= LONGEST
