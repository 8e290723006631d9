"""`besace backup`, `verify` and `restore`: one proof of a practice and of its copies."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.app.commands import besace as command
from server.store.keys import KeyFile
from tests.people import DELVAUX
from tests.store.tampering import lift_guards
from tests.world import CHEAP, PASSPHRASE, World

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


def test_who_types_is_named_or_asked_when_there_are_several(
    folder: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.app.privacy.protect_process", lambda: None)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    keys = KeyFile(folder / "besace.key")
    keys.add(keys.open(keys_of(world), PASSPHRASE), "user:other", "autre phrase", CHEAP, "Léa DOE")

    def run(*words: str, typed: str) -> Result:
        asked = ["verify", "--practice", str(folder), *words]
        return CliRunner().invoke(command, asked, input=typed)

    assert run("--user", "sophie marchal", typed=f"{PASSPHRASE}\n").exit_code == 0
    asked = run(typed=f"Sophie MARCHAL\n{PASSPHRASE}\n")
    assert asked.exit_code == 0 and "Léa DOE" in asked.output
    unknown = run("--user", "nobody", typed=f"{PASSPHRASE}\n")
    assert unknown.exit_code == 2 and "Léa DOE" in unknown.stderr
    for _ in range(4):
        wrong = run("--user", "Sophie MARCHAL", typed="faux\n")
        assert wrong.exit_code == 2
    assert "5\N{NO-BREAK SPACE}s" in wrong.stderr


def keys_of(world: World) -> str:
    return f"user:{world.cabinet.logins()[0].id}"
