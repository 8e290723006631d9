"""The real machine, on the computer of the test."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from installer.machine import System, ThisMachine


@pytest.fixture
def machine(tmp_path: Path) -> ThisMachine:
    return ThisMachine(tmp_path)


@pytest.mark.parametrize(
    ("platform", "system"),
    [
        ("linux", System.LINUX),
        ("freebsd14", System.LINUX),
        ("darwin", System.MACOS),
        ("win32", System.WINDOWS),
    ],
)
def test_each_platform_has_its_family(
    platform: str, system: System, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert ThisMachine(tmp_path).system is system


def test_a_written_file_is_read_back_and_leaves_nothing_beside_it(
    machine: ThisMachine, tmp_path: Path
) -> None:
    machine.write(tmp_path / "stamp.json", "é")
    assert machine.read(tmp_path / "stamp.json") == "é"
    assert [path.name for path in tmp_path.iterdir()] == ["stamp.json"]
    machine.remove(tmp_path / "stamp.json")
    machine.remove(tmp_path / "stamp.json")
    assert not machine.exists(tmp_path / "stamp.json")
    assert machine.read(tmp_path / "stamp.json") == ""


def test_a_link_is_made_again_over_an_old_one(machine: ThisMachine, tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        machine.link(tmp_path / "gi", tmp_path / name)
    assert (tmp_path / "gi").resolve() == tmp_path / "new"


def test_a_question_is_answered_by_what_the_program_prints(machine: ThisMachine) -> None:
    assert machine.ask((sys.executable, "-c", "print('bonjour')")) == "bonjour\n"


def test_a_failing_or_absent_program_answers_nothing(machine: ThisMachine) -> None:
    assert machine.ask((sys.executable, "-c", "raise SystemExit(3)")) is None
    assert machine.ask(("no-such-program",)) is None


def test_a_command_runs_in_the_checkout_with_its_variables_and_no_keyboard(
    machine: ThisMachine, tmp_path: Path
) -> None:
    code = "import os, sys; open('out', 'w').write(os.environ['WORD'] + sys.stdin.read())"
    assert machine.run((sys.executable, "-c", code), {"WORD": "oui"}) == 0
    assert (tmp_path / "out").read_text() == "oui"
    assert machine.run((sys.executable, "-c", "raise SystemExit(3)")) == 3


def test_programs_are_looked_for_along_the_path(
    machine: ThisMachine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert machine.path == str(tmp_path)
    assert not machine.which("sh")


def test_the_room_of_a_folder_is_told_and_of_none_nothing(
    machine: ThisMachine, tmp_path: Path
) -> None:
    assert machine.room(tmp_path) > 0
    assert machine.room(tmp_path / "absent") == 0


def test_only_root_on_linux_may_install(
    machine: ThisMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "system", System.LINUX)
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    assert machine.is_administrator
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    assert not machine.is_administrator
    monkeypatch.setattr(machine, "system", System.MACOS)
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    assert not machine.is_administrator


def test_the_program_takes_this_process_over_except_on_windows(
    machine: ThisMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _program, command: taken.append(command))
    monkeypatch.setattr(machine, "system", System.WINDOWS)
    assert machine.become((sys.executable, "-c", "raise SystemExit(4)")) == 4
    assert taken == []
    monkeypatch.setattr(machine, "system", System.LINUX)
    machine.become((sys.executable, "-c", ""))
    assert taken == [[sys.executable, "-c", ""]]
