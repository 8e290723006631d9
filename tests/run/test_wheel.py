"""The wheel of `run.py package`: what it must hold, and nothing else."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from installer.environment import Places
from installer.machine import System
from installer.wheel import build_and_check, differences, tracked
from tests.run.paper import PaperMachine

OURS = ["server/__init__.py", "webui/static/app.css"]
INFO = ["besace-0.1.0.dist-info/METADATA", "besace-0.1.0.dist-info/licenses/LICENSE"]


def test_a_wheel_that_holds_the_checkout_has_no_fault() -> None:
    assert differences([*OURS, *INFO], OURS) == []


def test_a_style_sheet_left_behind_is_noticed() -> None:
    assert differences([OURS[0], *INFO], OURS) == ["Absent de la roue : webui/static/app.css"]


@pytest.mark.parametrize("name", ["tests/x.py", "run.py", "server/old.py"])
def test_what_should_not_travel_is_noticed(name: str) -> None:
    assert differences([*OURS, name], OURS) == [f"De trop dans la roue : {name}"]


def checkout(folder: Path) -> Path:
    for name in OURS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    (folder / "server" / "__pycache__").mkdir()
    (folder / "server" / "__pycache__" / "x.pyc").write_text("")
    (folder / "run.py").write_text("")
    return folder


def test_compiled_files_and_the_tool_itself_are_not_expected(tmp_path: Path) -> None:
    assert sorted(tracked(checkout(tmp_path))) == OURS


class Builder(PaperMachine):
    """A machine whose pip writes a wheel with these files, in this folder."""

    folder: Path
    names: Sequence[str]

    @property
    def root(self) -> Path:
        return self.folder

    def run(self, command: Sequence[str], environ: object = None) -> int:
        self.ran.append(tuple(command))
        if not self.names:
            return 1
        (self.folder / "dist").mkdir(exist_ok=True)
        with zipfile.ZipFile(self.folder / "dist" / "besace-9-py3-none-any.whl", "w") as wheel:
            for name in self.names:
                wheel.writestr(name, "")
        return 0


def builder(folder: Path, names: Sequence[str], *, starts: bool = True) -> Builder:
    machine = Builder(answers={str(folder / ".venv/bin/python"): "usage"} if starts else {})
    machine.folder, machine.names = checkout(folder), names
    return machine


def built(machine: Builder) -> int:
    return build_and_check(machine, Places.of(machine.root, System.LINUX))


def test_a_complete_wheel_that_starts_is_good(tmp_path: Path) -> None:
    machine = builder(tmp_path, [*OURS, *INFO])
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "besace-1-py3-none-any.whl").write_text("old")
    assert built(machine) == 0
    assert [path.name for path in (tmp_path / "dist").iterdir()] == ["besace-9-py3-none-any.whl"]


def test_a_complete_wheel_that_does_not_start_is_refused(tmp_path: Path) -> None:
    machine = builder(tmp_path, [*OURS, *INFO], starts=False)
    assert built(machine) == 1
    assert "ne démarre pas" in machine.said[-1]


def test_an_incomplete_wheel_is_refused_and_says_what_it_lacks(tmp_path: Path) -> None:
    machine = builder(tmp_path, OURS[:1])
    assert built(machine) == 1
    assert machine.said == ["Absent de la roue : webui/static/app.css"]


def test_a_wheel_that_does_not_build_is_said(tmp_path: Path) -> None:
    machine = builder(tmp_path, [])
    assert built(machine) == 1
    assert machine.said == ["La roue ne se construit pas."]
