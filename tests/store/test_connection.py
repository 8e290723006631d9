"""The practice file: encrypted, durable, opened one way only."""

import importlib.metadata
import threading
from pathlib import Path

import apsw
import pytest

from server.core.errors import DamagedPractice, Locked, WrongKey
from server.store.connection import (
    Pool,
    attach_reference,
    connect,
    found,
    is_encrypted,
)
from server.store.keys import DatabaseKey, new_key
from server.store.rows import value


@pytest.fixture
def key() -> DatabaseKey:
    return new_key()


@pytest.fixture
def path(tmp_path: Path, key: DatabaseKey) -> Path:
    place = tmp_path / "besace.db"
    db = found(place, key)
    db.execute("create table t (x text not null) strict")
    db.execute("insert into t values ('Delvaux')")
    db.close()
    return place


def test_the_library_is_the_one_that_encrypts() -> None:
    assert getattr(apsw, "mc_version", None)
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.version("apsw")


def test_every_rule_of_the_connection_is_in_force(path: Path, key: DatabaseKey) -> None:
    db = connect(path, key)
    wanted = {
        "cipher": "chacha20", "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1,
        "temp_store": 2, "trusted_schema": 0, "cell_size_check": 1, "secure_delete": 1,
    }  # fmt: skip
    assert {name: db.pragma(name) for name in wanted} == wanted
    assert db.transaction_mode == "IMMEDIATE"
    db.close()


def test_nothing_on_disk_is_clear(path: Path, key: DatabaseKey) -> None:
    assert is_encrypted(path)
    db = connect(path, key)
    db.execute("insert into t values ('Lambiotte')")
    for file in path.parent.iterdir():
        assert b"Delvaux" not in file.read_bytes()
        assert b"Lambiotte" not in file.read_bytes()
    db.close()


def test_a_clear_file_is_seen_as_clear(tmp_path: Path) -> None:
    db = apsw.Connection(str(tmp_path / "clear.db"))
    db.execute("create table t (x)")
    assert not is_encrypted(tmp_path / "clear.db")
    db.close()


def test_a_wrong_key_opens_nothing(path: Path) -> None:
    with pytest.raises(WrongKey):
        connect(path, new_key())


def test_a_flipped_bit_is_noticed(path: Path, key: DatabaseKey) -> None:
    damaged = bytearray(path.read_bytes())
    damaged[5000] ^= 1
    path.write_bytes(damaged)
    with pytest.raises((apsw.Error, DamagedPractice, WrongKey)):
        connect(path, key).execute("select * from t").fetchall()


def test_a_missing_file_is_not_made(tmp_path: Path, key: DatabaseKey) -> None:
    with pytest.raises(DamagedPractice):
        connect(tmp_path / "nowhere.db", key)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_found_once(path: Path, key: DatabaseKey) -> None:
    with pytest.raises(FileExistsError):
        found(path, key)


def test_a_strict_table_refuses_a_wrong_type(world_db: apsw.Connection) -> None:
    with pytest.raises(apsw.ConstraintError):
        world_db.execute("update practice set demo = 'yes'")


def test_every_table_is_strict(world_db: apsw.Connection) -> None:
    loose = world_db.execute(
        "select name from pragma_table_list where schema = 'main' and type = 'table'"
        " and strict = 0 and name not like 'sqlite_%'"
    ).fetchall()
    assert loose == []


def test_every_state_column_has_its_check(world_db: apsw.Connection) -> None:
    tables = world_db.execute("select name, sql from main.sqlite_master where type = 'table'")
    for name, sql in tables.fetchall():
        if "    state text" in str(sql):
            assert "check (state in" in str(sql), name


def test_the_demo_mark_and_the_country_are_for_ever(world_db: apsw.Connection) -> None:
    for change in ("demo = 0", "country = 'FR'"):
        with pytest.raises(apsw.ConstraintError, match="immutable"):
            world_db.execute(f"update practice set {change}")  # noqa: S608 - a test's own words


def test_a_file_holds_one_practice(world_db: apsw.Connection) -> None:
    with pytest.raises(apsw.ConstraintError, match="one practice"):
        world_db.execute(
            "insert into practice (id, country, demo, name, lineage, created_at)"
            " values ('x', 'BE', 0, 'x', 'x', 'x')"
        )


def test_a_user_is_never_deleted(world_db: apsw.Connection) -> None:
    with pytest.raises(apsw.ConstraintError, match="deactivated"):
        world_db.execute("delete from app_user")


def test_a_reference_that_does_not_exist_is_refused(world_db: apsw.Connection) -> None:
    with pytest.raises(apsw.ConstraintError, match="FOREIGN KEY"):
        world_db.execute(
            "insert into patient_address values ('a', 'd', 1, 'nobody', 'CARD', 'x', '', '', '')"
        )


def test_the_reference_file_cannot_be_written(world_db: apsw.Connection) -> None:
    with pytest.raises(apsw.ReadOnlyError):
        world_db.execute("update ref.be_tariff set fee_cents = 1")


def test_each_thread_has_a_connection_and_writers_take_turns(path: Path, key: DatabaseKey) -> None:
    pool = Pool(path, key)
    seen: list[int] = []

    def write() -> None:
        db = pool.get()
        assert pool.get() is db
        seen.append(id(db))
        for _ in range(20):
            with db:
                count = db.execute("select count(*) from t").fetchall()[0][0]
                db.execute("insert into t values (?)", (str(count),))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = pool.get().execute("select count(*), count(distinct x) from t").fetchall()
    assert rows == [(81, 81)]
    pool.close()


def test_a_closed_pool_gives_nothing_more(path: Path, key: DatabaseKey) -> None:
    pool = Pool(path, key)
    db = pool.get()
    pool.close()
    with pytest.raises(Locked):
        pool.get()
    with pytest.raises(apsw.ConnectionClosedError):
        db.execute("select 1")


def test_another_reference_is_used_at_the_next_look(
    path: Path, key: DatabaseKey, demo_reference: Path, real_reference: Path
) -> None:
    pool = Pool(path, key, demo_reference)
    count = "select count(*) from ref.be_tariff where confidence = 'T'"
    assert value(pool.get(), count) > 0
    pool.use_reference(real_reference)
    assert pool.get().execute(count).fetchall() == [(0,)]
    pool.close()


def test_a_reference_of_an_awkward_name_is_attached(
    tmp_path: Path, key: DatabaseKey, demo_reference: Path
) -> None:
    place = tmp_path / "été 100% ?a=b&c"
    place.mkdir()
    copy = place / "reference.db"
    copy.write_bytes(demo_reference.read_bytes())
    db = found(tmp_path / "p.db", key)
    attach_reference(db, copy)
    assert value(db, "select count(*) from ref.be_tariff") > 0
    db.close()


def test_what_was_committed_survives_a_process_that_dies(path: Path, key: DatabaseKey) -> None:
    db = connect(path, key)
    with db:
        db.execute("insert into t values ('kept')")
    copy = path.parent / "after"
    copy.mkdir()
    for file in path.parent.glob("besace.db*"):
        (copy / file.name).write_bytes(file.read_bytes())
    other = connect(copy / "besace.db", key)
    assert other.execute("select x from t").fetchall() == [("Delvaux",), ("kept",)]
    other.close()
    db.close()
