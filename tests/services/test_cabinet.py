"""A practice folder, from creation to unlock to lock."""

import json
import shutil
import stat
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from server.core.clock import ClockTrust
from server.core.errors import (
    DamagedPractice,
    InvalidNumber,
    InvalidValue,
    KineError,
    Locked,
    NewerPractice,
    WrongKey,
)
from server.services import patients
from server.services.cabinet import Cabinet
from server.services.doorstep import DATABASE, REFERENCE
from server.services.founding import NewPractice
from server.services.keyring import KEYS
from server.store.connection import is_encrypted
from tests.world import BUILT_ON, CHEAP, MARCHAL, PASSPHRASE, FixedClock, World, seeded


@pytest.fixture
def folder(tmp_path: Path, demo_reference: Path) -> Path:
    place = tmp_path / "new"
    place.mkdir()
    shutil.copy(demo_reference, place / REFERENCE)
    return place


def _cabinet(folder: Path, clock: FixedClock | None = None) -> Cabinet:
    return Cabinet(folder, clock or FixedClock(), seeded(3), BUILT_ON, CHEAP)


def test_a_new_practice_is_encrypted_and_its_owners_alone(folder: Path) -> None:
    folder.chmod(0o755)
    cabinet = _cabinet(folder)
    cabinet.create(MARCHAL)
    assert is_encrypted(folder / DATABASE)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in (DATABASE, KEYS):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert not list(folder.glob("besace.new*"))
    assert b"Marchal" not in (folder / DATABASE).read_bytes()


def test_the_logs_beside_an_open_practice_are_its_owners_alone(world: World) -> None:
    patients.create(world.desk, {"last_name": "Delvaux", "first_name": "Marc"})
    beside = list(world.folder.glob(f"{DATABASE}-*"))
    assert beside
    assert {stat.S_IMODE(path.stat().st_mode) for path in beside} == {0o600}


def test_creating_over_a_practice_is_refused_and_loses_nothing(world: World) -> None:
    key = patients.create(world.desk, {"last_name": "Delvaux", "first_name": "Marc"})
    before = (world.folder / KEYS).read_bytes()
    with pytest.raises(DamagedPractice) as refused:
        _cabinet(world.folder).create(MARCHAL)
    assert refused.value.facts == {"reason": "practice_exists"}
    assert (world.folder / KEYS).read_bytes() == before
    assert patients.open_file(world.desk, key).patient.last_name == "Delvaux"


def test_a_creation_cut_short_can_be_done_again(folder: Path, demo_reference: Path) -> None:
    (folder / "besace.new").write_bytes(b"half a file")
    (folder / KEYS).write_text("{}")
    cabinet = _cabinet(folder)
    assert not cabinet.exists
    cabinet.create(MARCHAL)
    cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    assert cabinet.desk().practice.name == "Kiné Delporte"
    assert (folder / f"{KEYS}.old").read_text() == "{}"
    cabinet.lock()


@pytest.mark.parametrize(
    ("form", "error", "facts"),
    [
        (replace(MARCHAL, name="  "), InvalidValue, {"field": "name", "reason": "missing"}),
        (replace(MARCHAL, last_name=""), InvalidValue, {"field": "last_name", "reason": "missing"}),
        (replace(MARCHAL, country="DE"), InvalidValue, {"field": "country", "reason": "unknown"}),
        (
            replace(MARCHAL, passphrase="neuf sign"),
            InvalidValue,
            {"field": "passphrase", "reason": "too_short"},
        ),
        (
            replace(MARCHAL, provider_number="54900129527"),
            InvalidNumber,
            {"kind": "nihii", "given": "54900129527", "reason": "check"},
        ),
    ],
)
def test_a_bad_field_is_refused_before_anything_is_written(
    folder: Path, form: NewPractice, error: type[KineError], facts: dict[str, str]
) -> None:
    cabinet = _cabinet(folder)
    with pytest.raises(error) as refused:
        cabinet.create(form)
    assert refused.value.facts == facts
    assert [path.name for path in folder.iterdir()] == [REFERENCE]


def test_a_wrong_passphrase_opens_nothing(folder: Path) -> None:
    cabinet = _cabinet(folder)
    cabinet.create(MARCHAL)
    with pytest.raises(WrongKey) as refused:
        cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE + "!")
    assert refused.value.facts["reason"] == "wrong"
    assert not cabinet.is_open
    with pytest.raises(Locked):
        cabinet.desk()


def test_the_recovery_code_opens_and_gives_a_new_passphrase(folder: Path) -> None:
    cabinet = _cabinet(folder)
    code = cabinet.create(MARCHAL)
    user = cabinet.logins()[0].id
    cabinet.recover(code.lower().replace("-", " "), user, "une autre phrase")
    assert cabinet.is_open
    cabinet.lock()
    with pytest.raises(WrongKey):
        cabinet.unlock(user, PASSPHRASE)
    cabinet.unlock(user, "une autre phrase")
    cabinet.lock()


def test_the_recovery_code_needs_a_known_user_and_a_long_passphrase(folder: Path) -> None:
    cabinet = _cabinet(folder)
    code = cabinet.create(MARCHAL)
    with pytest.raises(WrongKey) as refused:
        cabinet.recover(code, "nobody", "une autre phrase")
    assert refused.value.facts["reason"] == "no_slot"
    with pytest.raises(InvalidValue):
        cabinet.recover(code, cabinet.logins()[0].id, "court")
    cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    cabinet.lock()


def test_a_renewed_recovery_code_makes_the_old_one_useless(folder: Path) -> None:
    cabinet = _cabinet(folder)
    old = cabinet.create(MARCHAL)
    with pytest.raises(Locked):
        cabinet.renew_recovery()
    user = cabinet.logins()[0].id
    cabinet.unlock(user, PASSPHRASE)
    new = cabinet.renew_recovery()
    cabinet.lock()
    with pytest.raises(WrongKey):
        cabinet.recover(old, user, "une autre phrase")
    cabinet.recover(new, user, "une autre phrase")
    cabinet.lock()


def test_the_sign_on_the_door_says_no_more_than_it_should(folder: Path) -> None:
    cabinet = _cabinet(folder)
    assert cabinet.sign is None
    cabinet.create(MARCHAL)
    sign = cabinet.sign
    assert sign is not None
    assert (sign.name, sign.country, sign.demo, sign.proven) == ("Kiné Delporte", "BE", True, False)
    cabinet.prove()
    assert cabinet.sign is not None and cabinet.sign.proven
    assert [login.name for login in cabinet.logins()] == ["Sophie MARCHAL"]


def test_a_locked_cabinet_has_no_desk(world: World) -> None:
    world.cabinet.lock()
    with pytest.raises(Locked):
        _ = world.desk
    with pytest.raises(Locked):
        world.cabinet.adopt_reference(world.folder / REFERENCE)


def test_a_desk_taken_before_the_lock_reads_nothing_after_it(world: World) -> None:
    desk = world.desk
    world.cabinet.lock()
    with pytest.raises(Exception, match="closed"):
        patients.search(desk, "del")


def test_another_thread_at_its_desk_does_not_keep_the_cabinet_open(world: World) -> None:
    def work() -> None:
        try:
            for _ in range(200):
                patients.search(world.cabinet.desk(), "del")
        except Exception as error:  # noqa: BLE001 - what it is, is what the test looks at
            seen.append(error)

    seen: list[Exception] = []
    thread = Thread(target=work)
    thread.start()
    world.cabinet.lock()
    thread.join()
    assert not world.cabinet.is_open
    with pytest.raises(Locked):
        world.cabinet.desk()


def test_a_key_file_that_is_gone_or_spoilt_is_said(world: World) -> None:
    cabinet, keys = world.cabinet, world.folder / KEYS
    cabinet.lock()
    document = json.loads(keys.read_text())
    user = cabinet.logins()[0].id
    document["slots"][f"user:{user}"]["memory_kib"] = 8
    keys.write_text(json.dumps(document))
    with pytest.raises(DamagedPractice, match="damaged"):
        cabinet.unlock(user, PASSPHRASE)
    keys.write_text("[]")
    with pytest.raises(DamagedPractice):
        cabinet.unlock(user, PASSPHRASE)
    keys.unlink()
    assert not cabinet.exists
    with pytest.raises(DamagedPractice):
        cabinet.unlock(user, PASSPHRASE)


def test_a_practice_file_that_is_gone_is_not_made_anew(world: World) -> None:
    world.cabinet.lock()
    (world.folder / DATABASE).unlink()
    with pytest.raises(DamagedPractice) as refused:
        world.cabinet.unlock(world.cabinet.logins()[0].id, PASSPHRASE)
    assert refused.value.facts == {"reason": "missing"}
    assert not (world.folder / DATABASE).exists()


def test_a_spoilt_practice_file_is_damage_not_a_wrong_passphrase(world: World) -> None:
    world.cabinet.lock()
    (world.folder / DATABASE).write_bytes(b"\x00" * 8192)
    with pytest.raises(DamagedPractice) as refused:
        world.cabinet.unlock(world.cabinet.logins()[0].id, PASSPHRASE)
    assert refused.value.facts == {"reason": "first_page"}


def test_a_file_of_a_newer_program_is_refused(world: World) -> None:
    world.desk.db.pragma("user_version", 99)
    world.cabinet.lock()
    with pytest.raises(NewerPractice) as refused:
        world.cabinet.unlock(world.cabinet.logins()[0].id, PASSPHRASE)
    assert refused.value.facts["found"] == 99


def test_a_changed_reference_file_stops_the_opening(world: World) -> None:
    reference = world.cabinet.reference
    world.cabinet.lock()
    reference.write_bytes(reference.read_bytes()[:-1] + b"?")
    with pytest.raises(DamagedPractice) as refused:
        world.cabinet.unlock(world.cabinet.logins()[0].id, PASSPHRASE)
    assert refused.value.facts == {"reason": "reference_changed"}
    reference.unlink()
    with pytest.raises(DamagedPractice) as refused:
        world.cabinet.unlock(world.cabinet.logins()[0].id, PASSPHRASE)
    assert refused.value.facts == {"reason": "reference_missing"}


def test_a_user_made_inactive_has_no_desk(world: World) -> None:
    world.desk.db.execute("update app_user set active = 0")
    with pytest.raises(Locked):
        _ = world.desk


def test_a_clock_that_jumps_is_suspect_until_the_date_is_confirmed(world: World) -> None:
    assert world.desk.stamp.trust is ClockTrust.PLAUSIBLE
    world.clock.at = world.clock.at.replace(year=2029)
    assert world.desk.clock_is_suspect
    world.cabinet.confirm_date()
    assert not world.desk.clock_is_suspect
