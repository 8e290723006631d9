"""The checks of `run.py test`, their floors, and the last line on the screen."""

from __future__ import annotations

import pytest

from installer.environment import Places
from installer.steps import (
    FLOORS,
    IN_MEMORY,
    Outcome,
    Step,
    run_steps,
    summarise,
    torture_steps,
)
from installer.steps import (
    test_steps as checks,
)
from tests.run.paper import PaperMachine


def places(machine: PaperMachine) -> Places:
    return Places.of(machine.root, machine.system)


def commands(*arguments: str) -> list[str]:
    machine = PaperMachine()
    return [" ".join(step.command) for step in checks(machine, places(machine), arguments)]


def test_every_tool_of_the_promise_is_run() -> None:
    run = "\n".join(commands())
    for tool in ("ruff format --check", "ruff check", "mypy", "lint-imports", "pytest"):
        assert tool in run


def test_the_tests_run_between_forgetting_and_adding_up_what_was_measured() -> None:
    run = commands()
    erase, tests, combine = (
        next(place for place, line in enumerate(run) if word in line)
        for word in ("coverage erase", "-m pytest", "coverage combine")
    )
    assert erase < tests < combine


def test_what_needs_a_thing_there_is_one_of_runs_by_itself_and_no_test_is_left_out() -> None:
    many, alone = (line for line in commands() if "-m pytest" in line)
    assert many.endswith("-n 2 --dist loadfile -m not (device or alone)")
    assert alone.endswith("-m pytest -m device or alone")


def test_core_countries_and_post_must_be_covered_completely() -> None:
    assert dict(FLOORS) == {"server/core": 100, "server/countries": 100, "sync": 100}
    run = "\n".join(commands())
    for folder, floor in FLOORS:
        assert f"--include={folder}/* --fail-under={floor}" in run


def test_part_of_the_tests_is_held_to_no_floor() -> None:
    run = commands("tests/core", "-x")
    assert not [line for line in run if "--fail-under" in line]
    assert [line for line in run if line.endswith("-m pytest tests/core -x")]


def test_processes_started_by_tests_are_measured_into_the_same_place() -> None:
    machine = PaperMachine()
    steps = checks(machine, places(machine), ())
    environ = next(step.environ for step in steps if step.name == "tests")
    assert environ["COVERAGE_PROCESS_START"] == "/home/kine/besace/pyproject.toml"
    assert environ["COVERAGE_FILE"] == "/home/kine/besace/.coverage"


@pytest.mark.parametrize(("free", "place"), [(8_000_000_000, str(IN_MEMORY)), (64_000_000, None)])
def test_what_tests_write_stays_in_memory_where_there_is_room(free: int, place: str | None) -> None:
    machine = PaperMachine(rooms={str(IN_MEMORY): free})
    steps = checks(machine, places(machine), ())
    tests = [step.environ for step in steps if step.name.startswith("tests")]
    assert [each.get("PYTEST_DEBUG_TEMPROOT") for each in tests] == [place, place]


def test_the_long_trial_runs_only_what_draws_examples() -> None:
    machine = PaperMachine()
    (step,) = torture_steps(places(machine), ("tests/core",))
    assert step.command[-3:] == ("-m", "hypothesis", "tests/core")
    assert step.environ == {"HYPOTHESIS_PROFILE": "torture"}


def test_the_long_trials_also_cut_the_power_break_the_machine_and_kill_the_sender() -> None:
    machine = PaperMachine()
    drawn, power, faults, sockets = torture_steps(places(machine), ())
    assert drawn.command[-2:] == ("-m", "hypothesis")
    assert faults.command[-1] == "tests/faults"
    assert faults.environ == {"HYPOTHESIS_PROFILE": "torture"}
    assert power.command[-2:] == ("tests.torture.power", "10000")
    assert sockets.command[-2:] == ("tests.torture.sockets", "1000")


def test_the_number_of_killed_senders_can_be_chosen() -> None:
    machine = PaperMachine()
    (step,) = torture_steps(places(machine), ("--sockets", "50"))
    assert step.command[-2:] == ("tests.torture.sockets", "50")


def test_a_failing_step_does_not_hide_the_next_one() -> None:
    machine = PaperMachine(failing={"first"})
    outcomes = run_steps(machine, [Step("un", ("first",)), Step("deux", ("second",))])
    assert [outcome.passed for outcome in outcomes] == [False, True]
    assert machine.ran == [("first",), ("second",)]


def test_the_summary_names_what_failed_and_the_status_says_so() -> None:
    machine = PaperMachine()
    outcomes = [Outcome("types", passed=True, seconds=1), Outcome("tests", passed=False, seconds=2)]
    assert summarise(machine, outcomes) == 1
    assert machine.said[-1] == "En échec : tests."


def test_when_all_is_well_the_last_line_says_it() -> None:
    machine = PaperMachine()
    assert summarise(machine, [Outcome("types", passed=True, seconds=1)]) == 0
    assert machine.said[-1] == "Tout est bon."
