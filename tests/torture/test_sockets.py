"""A few schedules over real sockets every day; a thousand in `run.py torture`."""

import pytest

from tests.torture.sockets import play_many
from tests.torture.summary import Summary

pytestmark = pytest.mark.alone

A_FEW = 12


@pytest.mark.scenario("H-03")
@pytest.mark.scenario("H-14")
def test_a_sender_killed_at_any_step_sends_once_over_real_sockets(told: list[Summary]) -> None:
    summary = play_many(A_FEW)
    told.append(summary)
    assert (summary.lost, summary.doubled, summary.stuck, summary.broken) == (0, 0, 0, 0), summary
    assert summary.schedules == A_FEW
    assert summary.waiting == 0
    assert summary.deaths > 0
    assert summary.after_body > 0
    assert summary.without_fault == 0
