"""The PIN: a way back into a running program that locked itself, and nothing more."""

import pytest

from server.core.errors import InvalidForm, ProofNeeded, WrongKey
from server.services import pins
from server.services.cabinet import Cabinet
from server.store import pins as store
from tests.world import BUILT_ON, CHEAP, PASSPHRASE, World, faults, seeded

PIN, WRONG = "2580", "7391"


@pytest.fixture
def pinned(world: World) -> World:
    """A practice whose user has a PIN, locked by itself."""
    world.cabinet.choose_pin(PIN)
    world.cabinet.lock("idle")
    return world


def user(cabinet: Cabinet) -> str:
    return cabinet.logins()[0].id


def reasons(world: World) -> list[tuple[str, str | None]]:
    db = world.desk.db
    return [*db.execute("select action, reason from journal order by seq desc limit 3")]


def wrong(cabinet: Cabinet, times: int = 1) -> WrongKey:
    for _ in range(times):
        with pytest.raises(WrongKey) as refused:
            cabinet.unlock_with_pin(WRONG)
    return refused.value


def test_a_pin_opens_what_locked_itself_and_proves_nothing(pinned: World) -> None:
    cabinet = pinned.cabinet
    assert cabinet.pin_user == user(cabinet)
    cabinet.unlock_with_pin(PIN)
    assert cabinet.is_open and not pinned.desk.fresh
    assert reasons(pinned)[0] == ("door.unlocked", None)
    with pytest.raises(ProofNeeded):
        cabinet.choose_pin("9731")


def test_row_37_the_sixth_wrong_pin_finds_no_pin_any_more(pinned: World) -> None:
    cabinet = pinned.cabinet
    assert wrong(cabinet).facts == {"slot": "pin", "reason": "pin", "tries": 4}
    assert wrong(cabinet, 4).facts["reason"] == "pin_gone"
    assert cabinet.pin_user == ""
    with pytest.raises(WrongKey) as gone:
        cabinet.unlock_with_pin(PIN)
    assert gone.value.facts == {"slot": "pin", "reason": "pin_gone"}
    cabinet.unlock(user(cabinet), PASSPHRASE)
    assert ("door.refused_pin", "5") in reasons(pinned)


def test_row_37_wrong_pins_are_counted_until_the_right_one(pinned: World) -> None:
    wrong(pinned.cabinet, 4)
    pinned.cabinet.unlock_with_pin(PIN)
    assert ("door.refused_pin", "4") in reasons(pinned)
    pinned.cabinet.lock("idle")
    wrong(pinned.cabinet, 4)
    pinned.cabinet.unlock_with_pin(PIN)


def test_row_37_a_restart_knows_no_pin(pinned: World) -> None:
    again = Cabinet(pinned.folder, pinned.clock, seeded(9), BUILT_ON, CHEAP)
    assert again.pin_user == ""
    with pytest.raises(WrongKey):
        again.unlock_with_pin(PIN)
    again.unlock(user(again), PASSPHRASE)
    again.lock("idle")
    again.unlock_with_pin(PIN)  # the PIN itself was kept for this run
    again.lock("ended")
    assert again.pin_user == ""


@pytest.mark.parametrize("asleep", [False, True])
def test_a_pin_serves_four_hours_also_when_the_machine_slept(pinned: World, asleep: bool) -> None:
    pinned.clock.advance(hours=3, minutes=59)
    assert pinned.cabinet.pin_user
    seconds = pinned.clock.seconds
    pinned.clock.advance(minutes=2)
    if asleep:
        pinned.clock.seconds = seconds
    assert pinned.cabinet.pin_user == ""


@pytest.mark.parametrize(
    ("typed", "reason"),
    [("123", "digits"), ("123456789", "digits"), ("12a4", "digits"), ("١٢٣٤", "digits"),
     ("1111", "simple"), ("1234", "simple"), ("98765", "simple")],
)  # fmt: skip
def test_a_pin_anybody_guesses_is_not_taken(world: World, typed: str, reason: str) -> None:
    with pytest.raises(InvalidForm) as refused:
        world.cabinet.choose_pin(typed)
    assert faults(refused.value) == (("pin", reason),)
    assert not pins.has_one(world.desk)


def test_a_pin_given_up_or_changed_opens_nothing_more(pinned: World) -> None:
    cabinet = pinned.cabinet
    cabinet.unlock(user(cabinet), PASSPHRASE)
    assert pins.has_one(pinned.desk)
    cabinet.choose_pin("9731")
    cabinet.lock("idle")
    with pytest.raises(WrongKey):
        cabinet.unlock_with_pin(PIN)
    cabinet.unlock_with_pin("9731")
    pins.give_up(pinned.desk)
    cabinet.lock("idle")
    assert cabinet.pin_user == ""


def test_neither_the_pin_nor_the_key_lies_in_the_file_in_clear(pinned: World) -> None:
    cabinet = pinned.cabinet
    cabinet.unlock_with_pin(PIN)
    kept = store.get(pinned.desk.db, pinned.desk.user.id)
    assert kept is not None
    assert PIN.encode() not in kept.half + kept.salt
    assert cabinet.vault().key.raw not in kept.half
    assert kept.half.hex() not in repr(kept)
