"""`besace reference import` in France: a table of conventions, whatever its size."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.app.commands import besace as command
from server.services import conventions
from tests.countries.france.tables import many, written
from tests.services.test_convention_import import FIRST
from tests.world import PASSPHRASE, World, open_cabinet

Say = Callable[..., Result]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, french_world: World) -> Say:
    """Import a file into the closed French practice, in this process."""
    monkeypatch.setattr("server.app.privacy.protect_process", lambda: None)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    french_world.cabinet.lock()

    def run(table: Path, *more: str) -> Result:
        words = ["reference", "import", str(table), "--practice", str(french_world.folder), *more]
        return CliRunner().invoke(command, words, input=f"{PASSPHRASE}\n")

    return run


def kept(tmp_path: Path, data: bytes, name: str = FIRST) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_a_table_is_imported_and_the_same_twice_changes_nothing(
    say: Say, tmp_path: Path, french_world: World
) -> None:
    table = kept(tmp_path, written([*many(300), ["x"]]))
    told = say(table)
    assert told.exit_code == 0, told.output
    assert "300 lignes, 300 ajoutées, 0 changées, 0 terminées, 1 écartées" in told.stdout
    assert "Déjà importé" in say(table).stdout
    cabinet = open_cabinet(french_world.folder, french_world.clock)
    assert len(conventions.listed(cabinet.desk(), most=1_000)) == 300
    cabinet.lock()


def test_a_program_reads_what_was_imported(say: Say, tmp_path: Path) -> None:
    told = say(kept(tmp_path, written(many(3))), "--json")
    line = json.loads(told.stdout.splitlines()[-1])
    assert (line["code"], line["rows"], line["added"]) == ("conventions.imported", 3, 3)


@pytest.mark.row("MAIIA-15")
def test_without_its_prefix_a_copy_is_taken_and_told(say: Say, tmp_path: Path) -> None:
    told = say(kept(tmp_path, written(many(3)), "InterAMC_20260112.csv"))
    assert told.exit_code == 0, told.output
    assert "une copie est prise sous le nom C-InterAMC_20260112.csv" in told.output


def test_a_refused_table_says_why(say: Say, tmp_path: Path) -> None:
    told = say(kept(tmp_path, written(many(300))[:-40]))
    assert told.exit_code != 0
    assert "s’arrête au milieu de sa dernière ligne" in told.output
    assert say(kept(tmp_path, b"x", "C-x.xls")).exit_code != 0


def test_a_long_reading_tells_how_far_it_is(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.app.convention_commands._TOLD_EACH", 1_000)
    assert "lignes lues…" in say(kept(tmp_path, written(many(3_000)))).output
