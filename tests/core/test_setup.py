"""The steps of the assistant: their order, and the one to go on with."""

from server.core.setup import Reached, Step, StepState, first_open


def states(*reached: Reached) -> tuple[StepState, ...]:
    return tuple(StepState(step, each, "x") for step, each in zip(Step, reached, strict=True))


def test_the_six_steps_come_in_the_order_of_the_seed() -> None:
    assert [str(step) for step in Step] == [
        "USERS", "CREDENTIAL", "PHONE", "AUTHORISATIONS", "INSURABILITY", "TEST"
    ]  # fmt: skip


def test_one_goes_on_with_the_first_step_that_is_to_do_and_never_with_one_nobody_can_do() -> None:
    d, t, n, x = Reached.DONE, Reached.TO_DO, Reached.NOT_YET, Reached.NOTHING
    assert first_open(states(d, n, d, t, n, t)) is Step.AUTHORISATIONS
    assert first_open(states(d, n, d, x, n, n)) is None
