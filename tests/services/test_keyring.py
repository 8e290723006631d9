"""What the users of a practice do with their secrets, and what somebody else tries."""

import shutil

import pytest

from server.core.errors import InvalidValue, Locked, ProofNeeded, WrongKey
from server.services import safety
from server.services.cabinet import Cabinet
from server.services.keyring import KEYS
from server.services.safety import is_old
from server.store.tries import NOTE
from tests.world import BUILT_ON, CHEAP, PASSPHRASE, World, seeded

NEW = "une autre phrase de passe"


def again(world: World) -> Cabinet:
    """The same folder, as a program started again finds it."""
    return Cabinet(world.folder, world.clock, seeded(9), BUILT_ON, CHEAP)


def user(cabinet: Cabinet) -> str:
    return cabinet.logins()[0].id


def refused(cabinet: Cabinet, typed: str = "faux") -> WrongKey:
    with pytest.raises(WrongKey) as error:
        cabinet.unlock(user(cabinet), typed)
    return error.value


def did(cabinet: Cabinet) -> list[tuple[str, str | None]]:
    """The newest acts, as (name, reason), the newest first."""
    db = cabinet.desk().db
    return [*db.execute("select action, reason from journal order by seq desc limit 12")]


def test_row_37_ten_wrong_passphrases_wait_longer_each_across_restarts(world: World) -> None:
    world.cabinet.lock()
    waits = []
    for _ in range(10):
        cabinet = again(world)
        waits.append(refused(cabinet).facts["wait"])
        world.clock.advance(seconds=int(str(waits[-1])))
    assert waits == [0, 0, 0, 5, 10, 20, 40, 80, 160, 320]


def test_row_37_while_the_wait_runs_even_the_right_passphrase_is_not_looked_at(
    world: World,
) -> None:
    world.cabinet.lock()
    for _ in range(4):
        refused(world.cabinet)
    assert (world.folder / NOTE).exists()
    early = refused(again(world), PASSPHRASE)
    assert early.facts == {"slot": f"user:{user(world.cabinet)}", "reason": "wait", "wait": 5}
    world.clock.advance(seconds=5)
    world.cabinet.unlock(user(world.cabinet), PASSPHRASE)
    assert not (world.folder / NOTE).exists()
    assert did(world.cabinet)[:2] == [("door.unlocked", None), ("door.refused", "4")]


def test_row_37_the_recovery_code_is_not_guessed_either(world: World) -> None:
    code, right = world.cabinet.renew_recovery(), world.cabinet.renew_recovery()
    world.cabinet.lock()
    for _ in range(4):
        with pytest.raises(WrongKey):
            world.cabinet.recover(code, user(world.cabinet), NEW)
    with pytest.raises(WrongKey) as early:
        world.cabinet.recover(right, user(world.cabinet), NEW)
    assert early.value.facts["reason"] == "wait"
    world.clock.advance(seconds=5)
    world.cabinet.recover(right, user(world.cabinet), NEW)
    assert ("door.refused", "4") in did(world.cabinet)


def test_a_slip_in_the_code_is_told_and_not_counted(world: World) -> None:
    world.cabinet.lock()
    with pytest.raises(WrongKey) as slip:
        world.cabinet.recover("AAAAA", user(world.cabinet), NEW)
    assert slip.value.facts["reason"] == "typo"
    assert not (world.folder / NOTE).exists()


def test_coming_in_and_going_out_are_journalled_and_change_nothing(world: World) -> None:
    world.cabinet.lock("idle")
    world.cabinet.lock()  # harmless twice, and told once
    world.cabinet.unlock(user(world.cabinet), PASSPHRASE)
    names = [name for name, _ in did(world.cabinet)]
    assert names[:2] == ["door.unlocked", "door.locked"]
    assert names[2] == "door.unlocked"


def test_a_passphrase_typed_is_a_proof_for_ten_minutes(world: World) -> None:
    cabinet = world.cabinet
    assert cabinet.desk().fresh
    world.clock.advance(minutes=10)
    assert not cabinet.desk().fresh
    with pytest.raises(ProofNeeded):
        cabinet.renew_recovery()
    with pytest.raises(WrongKey):
        cabinet.confirm("faux")
    assert not cabinet.desk().fresh
    cabinet.confirm(PASSPHRASE)
    assert cabinet.desk().fresh
    assert did(cabinet)[:2] == [("door.proved", None), ("door.refused", "1")]
    cabinet.lock()
    with pytest.raises(Locked):
        cabinet.confirm(PASSPHRASE)


def test_a_changed_passphrase_opens_and_the_old_one_does_not(world: World) -> None:
    before = (world.folder / "besace.db").stat().st_ino
    world.clock.advance(hours=1)
    world.cabinet.change_passphrase(PASSPHRASE, NEW)
    assert did(world.cabinet)[0] == ("keys.passphrase", None)
    world.cabinet.lock()
    refused(world.cabinet, PASSPHRASE)
    world.cabinet.unlock(user(world.cabinet), NEW)
    assert (world.folder / "besace.db").stat().st_ino == before
    assert not safety.holds_old_slots(world.desk, world.cabinet.keyring)


@pytest.mark.parametrize(
    ("current", "new", "error"),
    [("faux", NEW, WrongKey), (PASSPHRASE, "neuf sign", InvalidValue),
     (PASSPHRASE, PASSPHRASE, InvalidValue)],
)  # fmt: skip
def test_a_passphrase_that_cannot_be_changed_stays(
    world: World, current: str, new: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        world.cabinet.change_passphrase(current, new)
    world.cabinet.lock()
    world.cabinet.unlock(user(world.cabinet), PASSPHRASE)


def test_row_39_an_old_key_file_put_back_opens_and_is_noticed(world: World) -> None:
    keys = world.folder / KEYS
    shutil.copy(keys, world.folder / "aside")
    world.cabinet.change_passphrase(PASSPHRASE, NEW)
    world.cabinet.lock()
    new = keys.read_bytes()
    shutil.copy(world.folder / "aside", keys)
    world.cabinet.unlock(user(world.cabinet), PASSPHRASE)
    assert safety.holds_old_slots(world.desk, world.cabinet.keyring)
    assert did(world.cabinet)[0] == ("keys.old_file", None)
    world.cabinet.lock()
    keys.write_bytes(new)
    world.cabinet.unlock(user(world.cabinet), NEW)
    assert not safety.holds_old_slots(world.desk, world.cabinet.keyring)


def test_row_39_an_old_slot_cannot_be_given_a_new_number(world: World) -> None:
    keys = world.folder / KEYS
    world.cabinet.lock()
    text = keys.read_text()
    keys.write_text(text.replace('"number": 1', '"number": 7'))
    refused(world.cabinet, PASSPHRASE)
    keys.write_text(text)
    world.cabinet.unlock(user(world.cabinet), PASSPHRASE)


@pytest.mark.parametrize(
    ("found", "known", "old"),
    [
        ({"a": 1}, {}, False),
        ({"a": 0}, {}, False),
        ({"a": 1}, {"a": 1}, False),
        ({"a": 2}, {"a": 1}, False),  # a code was used: learnt
        ({"a": 1}, {"a": 2}, True),
        ({"a": 3, "b": 2}, {"a": 3}, True),  # b was dropped, and is back
        ({"a": 3, "b": 4}, {"a": 3}, False),
        ({"a": 3}, {"a": 3, "b": 4}, False),
    ],
)
def test_what_an_old_key_file_is(found: dict[str, int], known: dict[str, int], old: bool) -> None:
    assert is_old(found, known) is old
