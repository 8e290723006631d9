"""Which Python the environment is built from."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from installer.interpreter import choose, probe
from installer.machine import System, ThisMachine
from tests.run.paper import (
    DEBIAN_PYTHON,
    OWN_PYTHON,
    PaperMachine,
    debian,
    debian_facts,
    python_facts,
)


def test_debians_own_python_is_taken_when_it_lends_the_window() -> None:
    chosen = choose(debian())
    assert chosen
    assert chosen.executable == "/usr/bin/python3.11"
    assert chosen.guests == {
        "gi": "/usr/lib/python3/dist-packages/gi",
        "cairo": "/usr/lib/python3/dist-packages/cairo",
    }


@pytest.mark.parametrize(
    "different",
    [{"gi": None}, {"cairo": None}, {"version": [3, 10]}, {"ensurepip": False}],
    ids=["no gi", "no cairo", "too old", "no venv"],
)
def test_the_current_python_is_taken_when_debians_will_not_do(different: dict[str, object]) -> None:
    machine = debian()
    machine.answers[DEBIAN_PYTHON] = debian_facts(**different)
    chosen = choose(machine)
    assert chosen
    assert chosen.executable == OWN_PYTHON[System.LINUX]
    assert chosen.guests == {}


@pytest.mark.parametrize("system", [System.MACOS, System.WINDOWS])
def test_elsewhere_the_current_python_is_taken_and_lends_nothing(system: System) -> None:
    own = OWN_PYTHON[system]
    machine = PaperMachine(system, answers={own: debian_facts(), DEBIAN_PYTHON: debian_facts()})
    chosen = choose(machine)
    assert chosen
    assert chosen.guests == {}
    assert not chosen.webkit


@pytest.mark.parametrize("different", [{"version": [3, 10]}, {"ensurepip": False}])
def test_no_python_is_better_than_one_that_cannot_do_it(different: dict[str, object]) -> None:
    own = OWN_PYTHON[System.WINDOWS]
    assert (
        choose(PaperMachine(System.WINDOWS, answers={own: python_facts(own, **different)})) is None
    )


def test_a_python_that_does_not_start_is_no_python() -> None:
    assert choose(PaperMachine(answers={OWN_PYTHON[System.LINUX]: ""})) is None


def test_the_real_question_is_answered_by_the_python_of_this_test() -> None:
    machine = ThisMachine(Path(__file__).parents[2])
    found = probe(machine, Path(sys.executable))
    assert found
    assert found.version == sys.version_info[:2]
    assert found.guests == {}
