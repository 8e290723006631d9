"""The two commands: what `run.py` does with its words."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import run
from installer.machine import System
from tests.run.paper import DEBIAN_PYTHON, OWN_PYTHON, PaperMachine, debian

ROOT = Path(__file__).parents[2]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[PaperMachine]:
    paper = debian()
    monkeypatch.setattr(run, "ThisMachine", lambda _root: paper)
    yield paper


def test_without_a_word_the_demo_opens(machine: PaperMachine) -> None:
    assert run.main([]) == 0
    assert machine.ran[-1] == ("/home/kine/besace/.venv/bin/besace", "demo")


def test_options_go_to_the_demo(machine: PaperMachine) -> None:
    run.main(["--no-window"])
    assert machine.ran[-1][-2:] == ("demo", "--no-window")


def test_on_windows_the_demo_is_the_program_of_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    paper = PaperMachine(System.WINDOWS)
    monkeypatch.setattr(run, "ThisMachine", lambda _root: paper)
    assert run.main([]) == 0
    assert paper.ran[-1] == (r"C:\Users\kine\besace\.venv\Scripts\besace.exe", "demo")


@pytest.mark.parametrize("words", [[], ["test"], ["package"]])
def test_nothing_is_opened_or_checked_when_the_setup_failed(
    machine: PaperMachine, words: list[str]
) -> None:
    machine.answers[DEBIAN_PYTHON] = machine.answers[OWN_PYTHON[System.LINUX]] = ""
    assert run.main(words) == 3
    assert machine.ran == []


def test_an_unknown_word_is_refused_with_the_list_of_known_ones(machine: PaperMachine) -> None:
    assert run.main(["tset"]) == 2
    assert "test, torture, audit, package" in machine.said[-1]
    assert machine.ran == []


def test_help_is_said_without_setting_anything_up(machine: PaperMachine) -> None:
    assert run.main(["--help"]) == 0
    assert "python3 run.py test" in machine.said[0]
    assert machine.ran == []


@pytest.mark.parametrize(
    ("word", "trace"),
    [("test", "-m pytest"), ("torture", "-m hypothesis"), ("audit", "installer.audit")],
)
def test_each_check_runs_with_the_developers_tools(
    machine: PaperMachine, word: str, trace: str
) -> None:
    assert run.main([word]) == 0
    assert machine.ran_with("dev.lock")
    assert machine.ran_with(trace)


def test_a_failed_check_is_in_the_exit_status(machine: PaperMachine) -> None:
    machine.failing = {"-m mypy"}
    assert run.main(["test"]) == 1
    assert machine.said[-1] == "En échec : types, types de l'outil."


def test_packaging_is_left_to_the_wheel(
    machine: PaperMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("installer.wheel.build_and_check", lambda _machine, _places: 7)
    assert run.main(["package"]) == 7


def test_the_tool_needs_nothing_but_the_standard_library() -> None:
    """Every library is hidden (-S): the tool must still import and speak."""
    command = [sys.executable, "-S", "-E", str(ROOT / "run.py"), "--help"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "run.py package" in answer.stdout
