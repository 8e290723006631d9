"""What the doctor says of the French component, and only on a French desk."""

import stat
from pathlib import Path

import pytest

from hardware.child import command
from server.app.doctor_sesam import look_at_sesam
from server.app.findings import Finding, Grade
from server.app.sesam import SIMULATOR
from tests.world import World
from webui.i18n import LANGUAGES, catalogue


def script(folder: Path, line: str) -> Path:
    path = folder / f"component-{len(line)}"
    path.write_text(f"#!/bin/sh\nexec {line}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def codes(found: list[Finding]) -> list[tuple[str, Grade, bool]]:
    return [(each.code, each.grade, each.tried) for each in found]


def test_a_belgian_desk_and_an_empty_folder_hear_nothing_of_it(
    world: World, tmp_path: Path
) -> None:
    assert list(look_at_sesam(world.folder, None)) == []
    assert list(look_at_sesam(tmp_path / "none", None)) == []


def test_a_french_practice_without_component_prepares_and_prints(
    french_real_world: World,
) -> None:
    found = list(look_at_sesam(french_real_world.folder, None))
    assert codes(found) == [("sesam.absent", Grade.WELL, False)]


def test_a_french_demo_has_the_simulator_and_it_is_said(french_world: World) -> None:
    (found,) = look_at_sesam(french_world.folder, None)
    assert found.code == "sesam.demo"
    assert "non homologué" in found.facts["name"]


def test_a_configured_component_that_is_none_is_lacking(
    french_real_world: World, tmp_path: Path
) -> None:
    folder = french_real_world.folder
    for path, code in (
        (tmp_path / "nowhere", "sesam.absent"),
        (script(tmp_path, "false"), "sesam.not_started"),
        (script(tmp_path, " ".join(command(SIMULATOR))), "sesam.simulated"),
    ):
        assert codes(list(look_at_sesam(folder, path))) == [(code, Grade.LACK, True)]


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_finding_has_its_sentence(locale: str) -> None:
    found = ("ok", "demo", "absent", "not_started", "not_simulated", "simulated")
    assert all(catalogue(locale).has(f"doctor.sesam.{code}") for code in found)
