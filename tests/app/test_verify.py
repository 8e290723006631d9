"""`besace backup`, `verify` and `restore`: one proof of a practice and of its copies."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.app.commands import besace as command
from tests.people import DELVAUX
from tests.store.tampering import lift_guards
from tests.world import PASSPHRASE, World

Say = Callable[..., Result]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Say:
    """Run a command in this process with the passphrase typed; it can still be dumped."""
    monkeypatch.setattr("server.app.privacy.protect_process", lambda: None)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return lambda *words: CliRunner().invoke(command, [*words], input=PASSPHRASE + "\n")


@pytest.fixture
def folder(world: World) -> Path:
    """A closed practice with one visit."""
    world.visit(DELVAUX)
    world.cabinet.lock()
    return world.folder


def test_a_whole_practice_is_proven_its_journal_included(say: Say, folder: Path) -> None:
    told = say("verify", "--practice", str(folder))
    assert told.exit_code == 0, told.output
    assert "✓ Pages et index de la base" in told.stdout
    assert "✓ Journal" in told.stdout
    assert "✗" not in told.stdout


def test_a_changed_row_of_the_journal_is_named(say: Say, folder: Path, world: World) -> None:
    world.cabinet.unlock(world.cabinet.logins()[0].id, PASSPHRASE)
    lift_guards(world.desk.db)
    world.desk.db.execute("update journal set action = 'x' where seq = 2").fetchall()
    world.cabinet.lock()
    told = say("verify", "--practice", str(folder), "--json")
    assert told.exit_code == 1
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    assert [(row["code"], row["row"]) for row in rows if row["code"].startswith("flaw.")] == [
        ("flaw.content", 2)
    ]


def test_a_copy_is_made_proven_and_brought_back(say: Say, folder: Path, tmp_path: Path) -> None:
    assert say("backup", "--practice", str(folder), "--to", str(tmp_path / "stick")).exit_code == 0
    [copy] = (tmp_path / "stick").iterdir()
    proven = say("verify", str(copy))
    assert proven.exit_code == 0, proven.output
    assert "restaurée à l’essai" in proven.stdout
    back = tmp_path / "back"
    assert say("restore", str(copy), "--practice", str(back)).exit_code == 0
    assert say("verify", "--practice", str(back)).exit_code == 0
    assert say("restore", str(copy), "--practice", str(back)).exit_code == 2
