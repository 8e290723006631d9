"""The four steps of an invoice under unique management, as far as what came proves them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.teletransmission import DocumentState
from server.countries.france.forwarding import Progress, Stage, steps
from server.countries.france.settlement import Owed, Parts

ASKED = Parts(1074, 716)
_LETTER = {"DONE": "d", "AWAITED": "a", "STOPPED": "s", "LATER": "-"}
_CENTS = st.integers(0, 5_000)


def told(state: DocumentState, amo: int = 0, amc: int = 0) -> str:
    found = steps(state, Owed(ASKED, Parts(amo, amc)))
    assert [each.stage for each in found] == list(Stage)
    return "".join(_LETTER[each.progress] for each in found)


@pytest.mark.parametrize(
    ("state", "amo", "amc", "seen"),
    [
        (DocumentState.SIGNED, 0, 0, "a---"),
        (DocumentState.IN_LOT, 0, 0, "a---"),
        (DocumentState.ACK_NEGATIVE, 0, 0, "a---"),
        (DocumentState.GIVEN_UP, 0, 0, "s---"),
        (DocumentState.SENT, 0, 0, "da--"),
        (DocumentState.ACK_POSITIVE, 0, 0, "da--"),
        (DocumentState.REJECTED, 0, 0, "ds--"),
        (DocumentState.ACK_POSITIVE, 1074, 0, "dda-"),
        (DocumentState.ACK_POSITIVE, 1074, 300, "ddda"),
        (DocumentState.PAID, 1074, 716, "dddd"),
        (DocumentState.REJECTED, 1074, 716, "dddd"),  # paid all the same
    ],
)
def test_each_step_is_done_once_what_came_proves_it(
    state: DocumentState, amo: int, amc: int, seen: str
) -> None:
    assert told(state, amo, amc) == seen


@given(st.sampled_from(DocumentState), _CENTS, _CENTS, _CENTS)
def test_steps_follow_each_other_and_one_at_most_is_awaited(
    state: DocumentState, amo: int, amc: int, asked: int
) -> None:
    seen = [each.progress for each in steps(state, Owed(Parts(asked, asked), Parts(amo, amc)))]
    order = [Progress.DONE, Progress.STOPPED, Progress.AWAITED, Progress.LATER]
    assert seen == sorted(seen, key=order.index)
    assert sum(each in (Progress.AWAITED, Progress.STOPPED) for each in seen) <= 1
    assert (Progress.LATER in seen) <= any(
        each in (Progress.AWAITED, Progress.STOPPED) for each in seen
    )
