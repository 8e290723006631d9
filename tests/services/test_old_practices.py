"""A practice file of every released version opens, migrates after a checked copy, and goes on."""

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from server.core.errors import BackupFailed, NewerPractice
from server.services import agenda, backups, rules, whole
from server.services.cabinet import Cabinet
from server.store import backup, manifest
from server.store.connection import connect
from server.store.keys import KeyFile
from server.store.migrate import is_behind
from tests.world import BUILT_ON, CHEAP, PASSPHRASE, FixedClock, seeded

KEPT = Path(__file__).parents[1] / "golden" / "practices"
OLD = sorted(path.name for path in KEPT.iterdir() if path.name.startswith("schema-"))


@pytest.fixture
def cabinet_of(tmp_path: Path, clock: FixedClock) -> Callable[[str], Cabinet]:
    def copied(name: str) -> Cabinet:
        folder = tmp_path / "cabinet"
        shutil.copytree(KEPT / name, folder)
        folder.chmod(0o700)
        return Cabinet(folder, clock, seeded(), BUILT_ON, CHEAP)

    return copied


def schema(folder: Path) -> int:
    key, _ = backup.key_behind(KeyFile(folder / "besace.key"), PASSPHRASE)
    db = connect(folder / "besace.db", key)
    try:
        return int(db.pragma("user_version"))
    finally:
        db.close()


def test_one_practice_is_kept_for_each_released_version() -> None:
    assert OLD[0] == "schema-0006"


@pytest.mark.parametrize("name", OLD)
def test_it_opens_migrates_and_is_whole(
    name: str, cabinet_of: Callable[[str], Cabinet], clock: FixedClock
) -> None:
    cabinet = cabinet_of(name)
    cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    desk = cabinet.desk()
    assert len(agenda.of_day(desk, FixedClock().now().date())) == 2
    assert not is_behind(desk.db)
    assert rules.code_profiles(desk) == []  # its tables are of before codes were read
    assert all(check.well for check in whole.practice(cabinet.vault()))
    assert backups.back_up(cabinet.vault(), "ASKED").is_good
    cabinet.lock()


def test_a_checked_copy_is_made_before_and_remembered_after(
    cabinet_of: Callable[[str], Cabinet], tmp_path: Path
) -> None:
    cabinet = cabinet_of("schema-0006")
    cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    [copy] = backup.listed(tmp_path / "cabinet-sauvegardes")
    facts = manifest.read(copy)
    assert (facts.schema, facts.cause) == (6, "MIGRATION")
    [held] = backups.listed(cabinet.desk(), tmp_path / "cabinet")
    assert (held.id, held.verdict) == (facts.id, "GOOD")
    cabinet.lock()
    cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    assert backup.listed(tmp_path / "cabinet-sauvegardes") == [copy]
    cabinet.lock()


def test_without_room_for_the_copy_nothing_is_migrated(
    cabinet_of: Callable[[str], Cabinet], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cabinet = cabinet_of("schema-0006")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "")

    with monkeypatch.context() as full_disk:
        full_disk.setattr(backup, "copy_pages", full)
        with pytest.raises(BackupFailed):
            cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    assert not cabinet.is_open
    assert schema(tmp_path / "cabinet") == 6
    cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    cabinet.lock()
    assert schema(tmp_path / "cabinet") > 6


def test_a_copy_that_does_not_come_back_stops_the_migration(
    cabinet_of: Callable[[str], Cabinet], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cabinet = cabinet_of("schema-0006")
    monkeypatch.setattr(backups, "drill", lambda *_, **__: "pages")
    with pytest.raises(BackupFailed) as failed:
        cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    assert failed.value.facts["reason"] == "pages"
    assert schema(tmp_path / "cabinet") == 6


def test_a_file_of_a_newer_program_is_refused_and_left_as_it_is(
    cabinet_of: Callable[[str], Cabinet], tmp_path: Path
) -> None:
    cabinet = cabinet_of("schema-0006")
    key, _ = backup.key_behind(KeyFile(tmp_path / "cabinet" / "besace.key"), PASSPHRASE)
    db = connect(tmp_path / "cabinet" / "besace.db", key)
    db.pragma("user_version", 1000)
    db.close()
    with pytest.raises(NewerPractice):
        cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    assert schema(tmp_path / "cabinet") == 1000
    assert not (tmp_path / "cabinet-sauvegardes").exists()
