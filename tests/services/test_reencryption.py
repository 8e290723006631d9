"""A practice encrypted again: whole, under another key, its journal unbroken, its copies kept."""

from pathlib import Path

import apsw
import pytest

from server.core.errors import DamagedPractice, Forbidden, WrongKey
from server.services import backups, patients, restoring, safety, whole
from server.services.cabinet import Cabinet
from server.services.founding import BESIDE
from server.services.restoring import Ground
from server.store import rekey
from server.store.connection import connect
from server.store.keys import KeyFile, new_key
from server.store.soundness import Check
from tests.people import DELVAUX
from tests.world import BUILT_ON, CHEAP, PASSPHRASE, World, seeded


def silent(_: int, __: int) -> None:
    """Nobody looks on."""


def user(cabinet: Cabinet) -> str:
    return cabinet.logins()[0].id


@pytest.fixture
def busy(world: World) -> World:
    """A practice with a visit, and another user who has a slot."""
    world.visit(DELVAUX)
    vault = world.cabinet.vault()
    KeyFile(vault.keys).add(vault.key, "user:other", "autre phrase", CHEAP, "Léa DOE")
    return world


def test_the_file_has_another_key_and_everything_else_is_as_it_was(busy: World) -> None:
    cabinet, key = busy.cabinet, busy.cabinet.vault().key
    mac = busy.desk.stamp.mac_key
    told: list[int] = []
    cabinet.reencrypt(PASSPHRASE, lambda done, _: told.append(done))
    assert cabinet.vault().key.raw != key.raw
    assert busy.desk.stamp.mac_key == mac
    assert busy.sql("select count(*) from patient") == 1
    assert cabinet.examine(Check.FULL, lambda: False) is True
    assert all(check.well for check in whole.practice(cabinet.vault()))
    with pytest.raises(WrongKey):
        connect(busy.folder / "besace.db", key)
    cabinet.lock()
    cabinet.unlock(user(cabinet), PASSPHRASE)
    assert safety.kept(busy.desk, cabinet.keyring).encrypted_at.date() == busy.desk.today
    assert not list(busy.folder.glob(f"{BESIDE}*"))


def test_the_others_and_the_code_of_before_open_nothing_more(busy: World) -> None:
    cabinet = busy.cabinet
    old = cabinet.renew_recovery()
    new = cabinet.reencrypt(PASSPHRASE, silent)
    assert [login.name for login in cabinet.logins()] == ["Sophie MARCHAL"]
    sign = cabinet.sign
    assert sign is not None and not sign.proven
    cabinet.lock()
    with pytest.raises(WrongKey):
        cabinet.recover(old, user(cabinet), "une autre phrase")
    cabinet.recover(new, user(cabinet), "une autre phrase")


def test_an_old_key_file_opens_nothing_once_the_file_has_another_key(busy: World) -> None:
    keys = busy.folder / "besace.key"
    before = keys.read_bytes()
    busy.cabinet.reencrypt(PASSPHRASE, silent)
    busy.cabinet.lock()
    keys.write_bytes(before)
    with pytest.raises(DamagedPractice) as refused:
        busy.cabinet.unlock(user(busy.cabinet), PASSPHRASE)
    assert refused.value.facts == {"reason": "first_page"}


def test_an_old_key_file_noticed_is_forgotten_with_the_new_key(busy: World) -> None:
    keys, cabinet = busy.folder / "besace.key", busy.cabinet
    before = keys.read_bytes()
    for phrase, next_one in ((PASSPHRASE, "deuxième phrase"), ("deuxième phrase", PASSPHRASE)):
        cabinet.change_passphrase(phrase, next_one)
    cabinet.lock()
    keys.write_bytes(before)
    cabinet.unlock(user(cabinet), PASSPHRASE)
    assert safety.holds_old_slots(busy.desk, cabinet.keyring)
    cabinet.reencrypt(PASSPHRASE, silent)
    assert not safety.holds_old_slots(busy.desk, cabinet.keyring)


def test_a_verified_copy_is_made_first_and_comes_back_with_the_passphrase_of_then(
    busy: World, tmp_path: Path
) -> None:
    busy.cabinet.reencrypt(PASSPHRASE, silent)
    [copy] = backups.listed(busy.desk, busy.folder)
    assert (copy.cause, copy.verdict) == ("REKEY", "GOOD")
    ground = Ground(busy.clock, seeded(4), BUILT_ON)
    back = restoring.restore(
        Path(copy.place) / copy.name, tmp_path / "back", PASSPHRASE, ground, cost=CHEAP
    )
    home = Cabinet(tmp_path / "back", busy.clock, seeded(5), BUILT_ON, CHEAP)
    home.unlock(back.user, PASSPHRASE)
    assert home.desk().db.execute("select count(*) from patient").fetchall() == [(1,)]
    home.lock()


def test_a_copy_made_after_is_whole_and_one_made_before_says_why_it_is_not_tried(
    busy: World,
) -> None:
    busy.cabinet.reencrypt(PASSPHRASE, silent)
    busy.clock.advance(minutes=1)
    [before] = backups.rehearse(busy.cabinet.vault())
    assert (before.cause, before.reason, before.verdict) == ("REKEY", "other_key", "")
    after = backups.back_up(busy.cabinet.vault(), "ASKED")
    assert after.is_good
    reasons = {row.id: row.reason for row in backups.rehearse(busy.cabinet.vault())}
    assert reasons == {after.id: ""}


def test_it_needs_the_passphrase_and_the_right(busy: World) -> None:
    with pytest.raises(WrongKey):
        busy.cabinet.reencrypt("faux", silent)
    busy.desk.db.execute("update app_user set is_main = 0").fetchall()
    with pytest.raises(Forbidden):
        busy.cabinet.reencrypt(PASSPHRASE, silent)
    assert busy.cabinet.is_open


@pytest.mark.parametrize("step", ["copy", "rename"])
def test_what_fails_leaves_the_practice_open_and_whole(
    busy: World, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no room")

    place = (rekey, "copy_pages") if step == "copy" else (rekey, "sync_folder")
    monkeypatch.setattr(*place, fail)
    with pytest.raises(OSError, match="no room"):
        busy.cabinet.reencrypt(PASSPHRASE, silent)
    assert busy.cabinet.is_open
    assert not busy.cabinet.keyring.file.has_next()
    assert not list(busy.folder.glob(f"{BESIDE}*"))
    assert busy.cabinet.examine(Check.FULL, lambda: False) is True
    busy.cabinet.lock()
    busy.cabinet.unlock(user(busy.cabinet), PASSPHRASE)


def test_a_file_somebody_else_has_open_is_left_alone(
    busy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rekey, "_PAUSE", 0.001)
    other = connect(busy.folder / "besace.db", busy.cabinet.vault().key)
    other.execute("select count(*) from patient").fetchall()
    with pytest.raises(apsw.BusyError):
        busy.cabinet.reencrypt(PASSPHRASE, silent)
    other.close()
    assert busy.cabinet.is_open
    busy.cabinet.reencrypt(PASSPHRASE, silent)


def cut(busy: World, monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> None:
    """Let a re-encryption end at a point as if the power had gone: nothing is put away."""

    def gone(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, name, gone)
    monkeypatch.setattr(busy.cabinet, "_settled", gone)
    with pytest.raises(KeyboardInterrupt):
        busy.cabinet.reencrypt(PASSPHRASE, silent)
    monkeypatch.undo()


def test_another_user_is_told_that_the_first_must_open_after_a_cut(
    busy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(busy, monkeypatch, rekey, "sync_folder")  # the new file is in place, the slots are not
    again = Cabinet(busy.folder, busy.clock, seeded(8), BUILT_ON, CHEAP)
    with pytest.raises(WrongKey) as refused:
        again.unlock("other", "autre phrase")
    assert refused.value.facts["reason"] == "rekeyed"
    again.unlock(user(again), PASSPHRASE)
    assert [login.name for login in again.logins()] == ["Sophie MARCHAL"]
    assert patients.search(again.desk(), "delv")
    again.lock()


def test_a_cut_before_the_new_file_took_its_place_changes_nothing(
    busy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = busy.cabinet.vault().key
    cut(busy, monkeypatch, rekey, "_copy")
    again = Cabinet(busy.folder, busy.clock, seeded(8), BUILT_ON, CHEAP)
    assert again.keyring.file.has_next()
    again.unlock(user(again), PASSPHRASE)
    assert again.vault().key.raw == key.raw
    assert not again.keyring.file.has_next()
    again.lock()


def test_a_file_that_neither_key_opens_is_damaged(
    busy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(busy, monkeypatch, rekey, "sync_folder")
    path = busy.folder / "besace.db"
    path.write_bytes(new_key().raw * (path.stat().st_size // 32))
    again = Cabinet(busy.folder, busy.clock, seeded(8), BUILT_ON, CHEAP)
    with pytest.raises(DamagedPractice):
        again.unlock(user(again), PASSPHRASE)
