"""When a treatment in France is assessed again (P5, F23)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.countries.france.acts import Territory
from server.countries.france.assessment import AssessmentRules, Steps, next_due

USUAL, NEUROLOGICAL = Steps(30, 20), Steps(60, 50)


@given(given_at=st.lists(st.integers(0, 400), max_size=8), neurological=st.booleans())
def test_an_assessment_is_due_at_a_step_after_the_last_and_never_before(
    given_at: list[int], neurological: bool
) -> None:
    rules = AssessmentRules(USUAL, NEUROLOGICAL, 10)
    steps = rules.steps(Territory.NEUROMUSCULAR if neurological else Territory.SPINE)
    assert steps == (NEUROLOGICAL if neurological else USUAL)
    due = next_due(given_at, steps)
    if not given_at:
        assert due == 0
    else:
        assert due > max(given_at)
        assert (due - steps.first) % steps.every == 0 and due >= steps.first
        assert due - steps.every <= max(given_at) or due == steps.first


@pytest.mark.parametrize(("last", "due"), [(0, 30), (29, 30), (30, 50), (49, 50), (50, 70)])
def test_the_usual_steps_are_thirty_then_every_twenty(last: int, due: int) -> None:
    assert next_due([last], USUAL) == due
