"""The gate of a practice in process: its states, its recovery code, its refusals."""

from collections.abc import Callable
from errno import ENOSPC
from pathlib import Path

import pytest

from server.app import reference
from server.app.demo import Demo
from server.app.demo_practice import PASSPHRASE as DEMO_PASSPHRASE
from server.app.program import Program
from server.core.errors import (
    DiskRefused,
    InvalidValue,
    Locked,
    ReferenceRefused,
    StateConflict,
    WrongKey,
)
from server.store import rekey
from tests.app.waiting import until as wait_until
from webui.gate import NewPractice

PASSPHRASE = "quatre mots sans lien"
NEW = NewPractice("BE", "nl", "Kiné des Tilleuls", "54900119527", "Sophie Marchal", PASSPHRASE)
ProgramOn = Callable[..., Program]


def stands(program: Program) -> str:
    """Where the practice stands now."""
    return str(program.gate.state)


def retyped(program: Program) -> list[str]:
    asked = program.gate.recovery()
    bare = asked.code.replace("-", "")
    return [bare[n - 1].lower() for n in asked.positions]


def test_a_practice_is_made_proven_locked_and_opened(tmp_path: Path, program_on: ProgramOn) -> None:
    gate = (program := program_on(tmp_path / "cabinet")).gate
    assert (stands(program), gate.sign, gate.users()) == ("EMPTY", None, ())
    assert gate.locale == "fr_BE"
    gate.create(NEW)
    assert stands(program) == "UNPROVEN"
    assert program.hands is None
    with pytest.raises(StateConflict):
        gate.create(NEW)
    with pytest.raises(InvalidValue):
        gate.prove_recovery(["?"] * 4)
    gate.prove_recovery(retyped(program))
    assert stands(program) == "OPEN"
    with pytest.raises(StateConflict):
        gate.recovery()
    assert (gate.locale, gate.sign and gate.sign.demo) == ("nl", False)
    gate.lock()
    gate.lock()
    assert stands(program) == "LOCKED"
    [user] = gate.users()
    assert (user.name, user.initials) == ("Sophie MARCHAL", "SM")
    for login, phrase in ((user.id, "autre chose"), ("nobody", PASSPHRASE)):
        with pytest.raises(WrongKey) as refused:
            gate.unlock(login, phrase)
        assert refused.value.facts == {"field": "passphrase"}
    gate.unlock(user.id, PASSPHRASE)
    assert stands(program) == "OPEN"


def test_a_first_run_given_up_asks_for_another_code(tmp_path: Path, program_on: ProgramOn) -> None:
    gate = (program := program_on(tmp_path / "cabinet")).gate
    gate.create(NEW)
    first = gate.recovery().code
    gate.lock()
    assert stands(program) == "LOCKED"
    gate.unlock(gate.users()[0].id, PASSPHRASE)
    assert stands(program) == "UNPROVEN"
    assert gate.recovery().code != first
    gate.prove_recovery(retyped(program))
    assert stands(program) == "OPEN"


def test_a_practice_whose_keys_are_damaged_still_has_a_language_and_no_sign(
    tmp_path: Path, program_on: ProgramOn
) -> None:
    gate = (program := program_on(tmp_path / "cabinet")).gate
    gate.create(NEW)
    gate.lock()
    (tmp_path / "cabinet" / "besace.key").write_bytes(b"\0")
    assert (stands(program), gate.sign, gate.locale) == ("LOCKED", None, "fr_BE")


def test_tables_that_cannot_be_built_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReferenceRefused) as refused:
        reference.build(tmp_path / "file" / "reference.db", demo=False)
    assert refused.value.facts["reason"] == "builder_failed"


def test_a_practice_encrypted_again_goes_on_with_all_that_runs_beside_it(opened: Demo) -> None:
    program = opened.program
    gate, cabinet = program.gate, program.cabinet
    key = cabinet.vault().key.raw
    gate.reencrypt(DEMO_PASSPHRASE)
    wait_until(lambda: stands(program) == "UNPROVEN")
    assert program.post is None and program.hands is None
    assert cabinet.vault().key.raw != key
    with pytest.raises(Locked):
        program.gate.lock()
        cabinet.vault()
    gate.unlock(gate.users()[0].id, DEMO_PASSPHRASE)
    assert stands(program) == "UNPROVEN"  # nobody had retyped the new code
    gate.prove_recovery(retyped(program))
    assert stands(program) == "OPEN"
    assert program.post is not None and program.health is not None


def test_an_encryption_that_cannot_be_done_starts_again_what_ran(
    opened: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(ENOSPC, "no room")

    program = opened.program
    monkeypatch.setattr(rekey, "copy_pages", full)
    program.gate.reencrypt(DEMO_PASSPHRASE)
    wait_until(lambda: stands(program) == "OPEN")
    rekeying = program.gate.rekeying
    assert rekeying is not None and isinstance(rekeying.failure, DiskRefused)
    assert program.post is not None


def test_a_coming_in_is_journalled_once_the_file_was_found_whole(opened: Demo) -> None:
    cabinet = opened.program.cabinet
    acts = "select count(*) from journal where action = 'door.unlocked' and boot = ?"

    def noted() -> int:
        return int(str(cabinet.desk().db.execute(acts, (cabinet.boot,)).fetchall()[0][0]))

    wait_until(lambda: noted() == 2)  # the demo was made, then opened
    cabinet.note_entry()  # nothing is owed any more
    assert noted() == 2
