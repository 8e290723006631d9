"""Slots that open the same key, and a recovery code that notices a slip of the pen."""

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import DamagedPractice, WrongKey
from server.store.keys import (
    RECOVERY,
    Cost,
    DatabaseKey,
    KeyFile,
    new_key,
    new_recovery_code,
    parse_recovery_code,
)
from tests.world import CHEAP

USER, SECRET = "user:01", "correct horse battery"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@pytest.fixture
def key() -> DatabaseKey:
    return new_key()


@pytest.fixture
def file(tmp_path: Path, key: DatabaseKey) -> KeyFile:
    keys = KeyFile(tmp_path / "besace.key")
    keys.create(key, {USER: (SECRET, "Sophie")}, CHEAP, {"name": "Delporte"})
    return keys


def test_each_slot_opens_the_same_key(file: KeyFile, key: DatabaseKey) -> None:
    file.add(key, RECOVERY, "A" * 25, CHEAP)
    assert file.open(USER, SECRET).raw == key.raw
    assert file.open(RECOVERY, "A" * 25).raw == key.raw
    assert file.slots() == {USER: "Sophie", RECOVERY: ""}
    assert file.sign() == {"name": "Delporte"}


@pytest.mark.parametrize(
    ("slot", "secret", "reason"),
    [(USER, SECRET + " ", "wrong"), (USER, "", "wrong"), ("user:02", SECRET, "no_slot")],
)
def test_what_does_not_open_is_said(file: KeyFile, slot: str, secret: str, reason: str) -> None:
    with pytest.raises(WrongKey) as refused:
        file.open(slot, secret)
    assert refused.value.facts == {"slot": slot, "reason": reason}


def test_a_slot_cannot_be_moved_to_another_name(
    file: KeyFile, tmp_path: Path, key: DatabaseKey
) -> None:
    path = tmp_path / "besace.key"
    document = json.loads(path.read_text())
    document["slots"]["user:99"] = document["slots"][USER]
    path.write_text(json.dumps(document))
    with pytest.raises(WrongKey):
        file.open("user:99", SECRET)


def test_a_new_passphrase_replaces_the_old_one(file: KeyFile, key: DatabaseKey) -> None:
    file.add(key, USER, "une nouvelle phrase", CHEAP, "Sophie")
    assert file.open(USER, "une nouvelle phrase").raw == key.raw
    with pytest.raises(WrongKey):
        file.open(USER, SECRET)


def test_an_existing_key_file_is_never_written_over(file: KeyFile, key: DatabaseKey) -> None:
    with pytest.raises(DamagedPractice):
        file.create(new_key(), {USER: (SECRET, "")}, CHEAP, {})
    assert file.open(USER, SECRET).raw == key.raw


def test_the_key_file_holds_no_key_in_clear(
    tmp_path: Path, file: KeyFile, key: DatabaseKey
) -> None:
    text = (tmp_path / "besace.key").read_text()
    assert key.raw.hex() not in text
    assert SECRET not in text
    assert key.raw.hex() not in repr(key)
    assert stat.S_IMODE((tmp_path / "besace.key").stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_the_old_file(
    tmp_path: Path, file: KeyFile, key: DatabaseKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (tmp_path / "besace.key").read_bytes()

    def cut(_: int) -> None:
        raise OSError("power")

    monkeypatch.setattr(os, "fsync", cut)
    with pytest.raises(OSError, match="power"):
        file.add(key, RECOVERY, "B" * 25, CHEAP)
    assert (tmp_path / "besace.key").read_bytes() == before
    monkeypatch.undo()
    file.add(key, RECOVERY, "B" * 25, CHEAP)
    assert [path.name for path in tmp_path.iterdir()] == ["besace.key"]


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"format": 2, "slots": {}}', "{}"])
def test_a_spoilt_key_file_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "besace.key"
    path.write_text(text)
    with pytest.raises(DamagedPractice):
        KeyFile(path).slots()


@pytest.mark.parametrize("field", ["salt", "nonce", "wrapped", "memory_kib"])
def test_a_slot_that_lacks_a_part_is_said(tmp_path: Path, file: KeyFile, field: str) -> None:
    path = tmp_path / "besace.key"
    document = json.loads(path.read_text())
    del document["slots"][USER][field]
    path.write_text(json.dumps(document))
    with pytest.raises(DamagedPractice):
        file.open(USER, SECRET)


@pytest.mark.parametrize(("memory", "passes"), [(19 * 1024 - 1, 2), (65_536, 1)])
def test_a_cost_that_protects_nobody_is_refused(memory: int, passes: int) -> None:
    with pytest.raises(ValueError, match="protects nobody"):
        Cost(memory, passes, 1)


def test_a_key_for_another_purpose_tells_nothing_of_the_first(key: DatabaseKey) -> None:
    assert len(key.derive("journal")) == 32
    assert len({key.raw, key.derive("journal"), key.derive("pin")}) == 3


def test_a_recovery_code_is_read_however_it_is_typed() -> None:
    code = new_recovery_code()
    bare = code.replace("-", "")
    assert len(bare) == 27
    for typed in (code, code.lower(), bare, " ".join(bare), code.replace("0", "O")):
        assert parse_recovery_code(typed) == bare[:25]
    assert len({new_recovery_code() for _ in range(50)}) == 50


@given(st.integers(0, 26), st.integers(1, 31))
def test_one_wrong_character_is_noticed(place: int, shift: int) -> None:
    bare = new_recovery_code().replace("-", "")
    wrong = ALPHABET[(ALPHABET.index(bare[place]) + shift) % 32]
    with pytest.raises(WrongKey) as refused:
        parse_recovery_code(bare[:place] + wrong + bare[place + 1 :])
    assert refused.value.facts["reason"] == "typo"


@given(st.integers(0, 23))
def test_two_characters_swapped_are_noticed(place: int) -> None:
    bare = new_recovery_code().replace("-", "")
    if bare[place] == bare[place + 1]:
        return
    swapped = bare[:place] + bare[place + 1] + bare[place] + bare[place + 2 :]
    with pytest.raises(WrongKey):
        parse_recovery_code(swapped)


@pytest.mark.parametrize("text", ["", "ABC", "A" * 26, "A" * 28, "é" * 27])
def test_what_is_no_recovery_code_is_refused(text: str) -> None:
    with pytest.raises(WrongKey):
        parse_recovery_code(text)
