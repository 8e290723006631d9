"""Numbered SQL files, each applied once."""

import importlib.resources
from pathlib import Path

import apsw
import pytest

from server.core.errors import NewerPractice
from server.store.migrate import migrate

MIGRATIONS = Path(__file__).parents[2] / "server" / "store" / "migrations"


@pytest.fixture
def db() -> apsw.Connection:
    return apsw.Connection(":memory:")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Migrations of the test's own."""
    place = tmp_path / "migrations"
    place.mkdir()
    monkeypatch.setattr(importlib.resources, "files", lambda _: tmp_path)
    return place


def test_every_step_is_applied_once(db: apsw.Connection) -> None:
    reached = migrate(db)
    assert reached == db.pragma("user_version") > 0
    before = db.execute("select count(*) from sqlite_master").fetchall()
    assert migrate(db) == reached
    assert db.execute("select count(*) from sqlite_master").fetchall() == before


def test_every_statement_of_a_step_is_applied(db: apsw.Connection, folder: Path) -> None:
    (folder / "0001_a.sql").write_text("create table a (x); create table b (x);")
    (folder / "README.md").write_text("not a step")
    assert migrate(db) == 1
    assert db.execute("select name from sqlite_master order by 1").fetchall() == [("a",), ("b",)]


def test_a_later_step_alone_is_applied_to_an_older_file(db: apsw.Connection, folder: Path) -> None:
    (folder / "0001_a.sql").write_text("create table a (x)")
    migrate(db)
    (folder / "0002_b.sql").write_text("alter table a add column y")
    assert migrate(db) == 2
    db.execute("insert into a (x, y) values (1, 2)")


def test_a_step_that_fails_leaves_nothing_of_itself(db: apsw.Connection, folder: Path) -> None:
    (folder / "0001_a.sql").write_text("create table a (x)")
    (folder / "0002_b.sql").write_text("create table b (x); insert into nowhere values (1)")
    with pytest.raises(apsw.SQLError):
        migrate(db)
    assert db.pragma("user_version") == 1
    assert db.execute("select name from sqlite_master").fetchall() == [("a",)]


def test_a_file_of_a_newer_program_is_refused(db: apsw.Connection) -> None:
    db.pragma("user_version", 1000)
    with pytest.raises(NewerPractice) as refused:
        migrate(db)
    assert refused.value.facts["found"] == 1000


def test_a_gap_in_the_numbers_is_a_mistake_of_ours(db: apsw.Connection, folder: Path) -> None:
    (folder / "0001_a.sql").write_text("create table a (x)")
    (folder / "0003_c.sql").write_text("create table c (x)")
    with pytest.raises(ValueError, match="0002"):
        migrate(db)


def test_mail_joins_the_ways_in_without_a_received_document_being_touched(
    db: apsw.Connection, folder: Path
) -> None:
    steps = sorted(MIGRATIONS.glob("*.sql"))
    for step in steps[:28]:
        (folder / step.name).write_bytes(step.read_bytes())
    db.pragma("foreign_keys", "on")
    migrate(db)
    row = "insert into incoming values (?, 'd', 1, '2026-03-02', ?, 'a.pdf', ?, x'25')"
    db.execute(row, ("one", "SCAN", "digest"))
    db.execute("insert into incoming_page values ('one', 1, 90, '', x'ff')")
    (folder / steps[28].name).write_bytes(steps[28].read_bytes())
    assert migrate(db) == 29
    assert db.execute("select id, origin, bytes from incoming").fetchall() == [
        ("one", "SCAN", b"%")
    ]
    db.execute(row, ("two", "MAIL", "other"))
    with pytest.raises(apsw.ConstraintError):
        db.execute(row, ("three", "FAX", "another"))
    assert db.pragma("integrity_check") == "ok"
    assert db.execute("pragma foreign_key_check").fetchall() == []
