"""Wrong tries are counted on the disk; what the disk refuses is counted for the run."""

from pathlib import Path

import pytest

from server.store import tries as tries_module
from server.store.tries import NOTE, Tries
from tests.world import FixedClock

SLOT = "user:01"


def wrong(tries: Tries, times: int) -> None:
    for _ in range(times):
        tries.add(SLOT)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def tries(tmp_path: Path, clock: FixedClock) -> Tries:
    return Tries(tmp_path, clock)


def test_nothing_is_kept_while_nobody_errs(tmp_path: Path, tries: Tries) -> None:
    tries.add(SLOT)
    assert (tmp_path / NOTE).exists()
    tries.take_back(SLOT)
    assert tries.wait(SLOT) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_restart_forgives_nothing(tmp_path: Path, tries: Tries, clock: FixedClock) -> None:
    wrong(tries, 5)
    assert tries.wait(SLOT) == 10
    assert Tries(tmp_path, clock).wait(SLOT) == 10
    clock.advance(seconds=4)
    assert tries.wait(SLOT) == Tries(tmp_path, clock).wait(SLOT) == 6
    clock.advance(seconds=7)
    assert tries.wait(SLOT) == 0


def test_a_clock_set_forward_shortens_no_wait_and_one_set_back_makes_none_endless(
    tmp_path: Path, tries: Tries, clock: FixedClock
) -> None:
    wrong(tries, 8)
    clock.at = clock.at.replace(year=2031)
    assert tries.wait(SLOT) == 80
    clock.at = clock.at.replace(year=2019)
    again = Tries(tmp_path, clock)
    assert again.wait(SLOT) == 80
    clock.seconds += 79
    assert again.wait(SLOT) == 1
    clock.seconds += 1
    assert again.wait(SLOT) == 0


def test_each_slot_waits_for_itself(tries: Tries) -> None:
    wrong(tries, 6)
    assert tries.wait("recovery") == 0


def test_the_journal_is_told_each_wrong_try_once(tries: Tries) -> None:
    wrong(tries, 2)
    tries.add("recovery")
    assert tries.untold() == {SLOT: 2, "recovery": 1}
    tries.settle(SLOT)
    assert tries.untold() == {}
    tries.add("recovery")
    assert tries.untold() == {"recovery": 1}


def test_a_disk_that_takes_nothing_is_counted_in_memory(
    tmp_path: Path, tries: Tries, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("read only")

    monkeypatch.setattr(tries_module, "_write", refuse)
    wrong(tries, 4)
    assert list(tmp_path.iterdir()) == []
    assert tries.wait(SLOT) == 5
    tries.settle(SLOT)
    assert tries.wait(SLOT) == 0
    assert tries.untold() == {}


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"user:01": 4}', '{"user:01": {"times": "x", "at": "2026-01-01", "told": 0}}'],
)
def test_a_note_that_cannot_be_read_counts_for_nothing(
    tmp_path: Path, tries: Tries, text: str
) -> None:
    (tmp_path / NOTE).write_text(text)
    assert tries.wait(SLOT) == 0
    tries.add(SLOT)
    assert tries.untold() == {SLOT: 1}
