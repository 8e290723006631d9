"""`besace backup`, `restore` and `verify`, as a person or a program types them."""

import json
from pathlib import Path
from typing import Any

import pytest

from server.app.doctor_practice import look_at_practice
from server.app.findings import Grade
from server.services import backups, places
from tests.app.running import besace
from tests.people import DELVAUX
from tests.world import PASSPHRASE, World


@pytest.fixture
def folder(world: World) -> Path:
    """A practice with a session, closed."""
    world.visit(DELVAUX)
    world.cabinet.lock()
    return world.folder


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def run(tmp_path: Path, *words: str, typed: str = f"{PASSPHRASE}\n") -> tuple[int, str, str]:
    done = besace(*words, typed=typed, cwd=tmp_path)
    return done.returncode, done.stdout, done.stderr


def test_a_copy_is_made_checked_then_proven_and_brought_back(folder: Path, tmp_path: Path) -> None:
    status, said, _ = run(tmp_path, "backup", "--practice", str(folder), "--json")
    [made] = lines(said)
    assert (status, made["code"]) == (0, "backup.made")
    copy = Path(made["backup"])
    assert copy.parent == places.beside(folder)

    status, said, _ = run(tmp_path, "verify", str(copy), "--json")
    assert (status, [(x["code"], x["well"]) for x in lines(said)]) == (
        0, [("files", True), ("copy", True)],
    )  # fmt: skip

    there = tmp_path / "retour"
    status, said, _ = run(tmp_path, "restore", str(copy / "besace.db"), "--practice", str(there),
                          "--json")  # fmt: skip
    [done] = lines(said)
    assert (status, done["code"], done["practice"]) == (0, "restore.done", str(there))
    status, said, _ = run(tmp_path, "verify", "--practice", str(there), "--json")
    assert status == 0
    assert {x["code"] for x in lines(said)} >= {"page", "document", "reference", "verify.well"}
    assert all(x.get("well", True) for x in lines(said))


def test_a_copy_goes_where_it_is_told(folder: Path, tmp_path: Path) -> None:
    status, said, _ = run(
        tmp_path, "backup", "--practice", str(folder), "--to", str(tmp_path / "cle")
    )
    assert status == 0
    assert "restaurée à l’essai" in said
    assert len(list((tmp_path / "cle").iterdir())) == 1


def test_a_folder_that_holds_a_practice_is_never_written_over(folder: Path, tmp_path: Path) -> None:
    _, said, _ = run(tmp_path, "backup", "--practice", str(folder), "--json")
    copy = lines(said)[0]["backup"]
    status, said, told = run(tmp_path, "restore", copy, "--practice", str(folder))
    assert (status, said) == (2, "")
    assert f"besace restore {copy} --practice {folder}-restaure" in told


def test_a_damaged_copy_is_a_problem_and_its_reason_is_told(folder: Path, tmp_path: Path) -> None:
    _, said, _ = run(tmp_path, "backup", "--practice", str(folder), "--json")
    copy = Path(lines(said)[0]["backup"])
    with (copy / "besace.db").open("r+b") as file:
        file.seek(5000)
        file.write(b"xxxx")
    status, _, told = run(tmp_path, "verify", str(copy))
    assert status == 2
    assert "a changé depuis" in told


def test_a_wrong_secret_is_told_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    _, said, _ = run(tmp_path, "backup", "--practice", str(folder), "--json")
    copy = lines(said)[0]["backup"]
    status, _, told = run(tmp_path, "verify", copy, typed="une autre phrase\n")
    assert status == 2
    assert "code de secours" in told
    assert "Traceback" not in told
    status, _, told = run(tmp_path, "backup", "--practice", str(folder), typed="une autre\n")
    assert status == 2


def test_a_practice_that_is_not_there_is_not_copied(tmp_path: Path) -> None:
    assert run(tmp_path, "backup", "--practice", str(tmp_path / "nowhere"))[0] == 2


def test_a_changed_document_or_journal_fails_the_proof(world: World, tmp_path: Path) -> None:
    world.visit(DELVAUX)
    db = world.desk.db
    db.execute("drop trigger journal_is_written_once").fetchall()
    db.execute("update journal set reason = 'x' where seq = 2").fetchall()
    world.cabinet.lock()
    status, said, _ = run(tmp_path, "verify", "--practice", str(world.folder), "--json")
    bad = [x for x in lines(said) if not x.get("well", True)]
    assert (status, [(x["code"], x["row"]) for x in bad]) == (1, [("flaw.content", 2)])


def grades(world: World) -> dict[str, Grade]:
    found = look_at_practice(world.folder, world.clock.now())
    return {x.code: x.grade for x in found if x.code.startswith("backup.")}


def test_the_doctor_tells_the_state_of_the_copies_without_a_passphrase(
    world: World, tmp_path: Path
) -> None:
    world.visit(DELVAUX)
    assert grades(world) == {"backup.none": Grade.PROBLEM}
    stick = tmp_path / "stick"
    stick.mkdir()
    places.choose_second(world.desk, world.folder, str(stick))
    made = backups.back_up(world.cabinet.vault(), "ASKED")
    assert grades(world) == {"backup.ok": Grade.WELL}
    (made.path / "besace.key").write_bytes(b"{}")
    backups.rehearse(world.cabinet.vault())
    assert grades(world)["backup.bad"] is Grade.PROBLEM
    for copy in (made.path, stick / made.path.name):
        copy.rename(copy.with_name("elsewhere"))
    backups.rehearse(world.cabinet.vault())
    assert grades(world) == {"backup.none": Grade.PROBLEM}


def test_the_doctor_notices_a_copy_that_went_and_one_that_grew_old(world: World) -> None:
    made = backups.back_up(world.cabinet.vault(), "ASKED")
    made.path.rename(made.path.with_name("elsewhere"))
    assert grades(world) == {"backup.gone": Grade.PROBLEM}
    (made.path.parent / "besace-20990101-000000-ABCDEF").mkdir()
    assert grades(world) == {"backup.gone": Grade.PROBLEM}
    world.clock.advance(days=2)
    assert grades(world) == {"backup.old": Grade.PROBLEM}
