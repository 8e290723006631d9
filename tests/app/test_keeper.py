"""The keeper of copies: on demand, when due, when the practice is left; never in the way."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from server.app.keeper import Keeper
from server.core.errors import BackupFailed
from server.services import backups, places
from server.store import backup
from tests.app.waiting import until
from tests.people import DELVAUX, OUCHENE
from tests.world import PASSPHRASE, World


@pytest.fixture
def told() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def keeper(world: World, told: list[tuple[str, str]]) -> Iterator[Keeper]:
    """A keeper whose first look is far away, so that tests say when."""
    made = Keeper(world.cabinet, world.folder, lambda *what: told.append(what), 3600.0)
    yield made
    made.finish()


def copies(world: World) -> list[Path]:
    return backup.listed(places.beside(world.folder))


def test_a_copy_asked_for_is_made_beside_the_screens(
    world: World, keeper: Keeper, told: list[tuple[str, str]]
) -> None:
    world.visit(DELVAUX)
    keeper.opened()
    keeper.back_up_now()
    assert until(lambda: ("backup.ran", "") in told)
    assert len(copies(world)) == 1
    assert keeper.state.working is None
    assert keeper.state.failure == ""
    assert "backup.progress" in {kind for kind, _ in told}


def test_a_practice_is_copied_when_it_is_left_and_not_when_nothing_was_done(
    world: World, keeper: Keeper
) -> None:
    world.visit(DELVAUX)
    keeper.opened()
    keeper.closing()
    world.cabinet.lock()
    [first] = until(lambda: copies(world))
    assert "CLOSING" in (first / "manifest.json").read_text()
    world.cabinet.unlock(world.cabinet.logins()[0].id, PASSPHRASE)
    keeper.closing()
    world.cabinet.lock()
    keeper.finish()
    assert copies(world) == [first]


def test_the_end_of_the_program_waits_for_the_copy_of_what_was_left(
    world: World, keeper: Keeper
) -> None:
    world.visit(DELVAUX)
    keeper.opened()
    keeper.closing()
    world.cabinet.lock()
    keeper.finish()
    assert len(copies(world)) == 1


def test_a_keeper_of_a_locked_practice_has_nothing_to_do(world: World, keeper: Keeper) -> None:
    world.cabinet.lock()
    keeper.closing()
    keeper.opened()
    keeper.back_up_now()
    keeper.finish()
    assert copies(world) == []


def test_a_first_look_makes_the_copy_that_is_due(world: World) -> None:
    world.visit(DELVAUX)
    keeper = Keeper(world.cabinet, world.folder, lambda *_: None, 0.0)
    keeper.opened()
    assert until(lambda: copies(world))
    keeper.finish()


def test_a_rehearsal_asked_for_is_journalled(world: World, keeper: Keeper) -> None:
    world.visit(DELVAUX)
    keeper.opened()
    keeper.back_up_now()
    keeper.drill_now()
    assert until(lambda: backups.drilled_at(world.desk))


def test_a_copy_under_way_can_be_stopped(
    world: World, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = Event()
    pages = backup.copy_pages

    def slowly(source: object, target: object, tell: object, stopped: Callable[[], bool]) -> None:
        began.set()
        until(stopped)
        pages(source, target, tell, stopped)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(backup, "copy_pages", slowly)
    keeper.opened()
    keeper.back_up_now()
    assert began.wait(20)
    assert keeper.state.working == ("backup", 0)
    keeper.back_up_now()
    keeper.cancel()
    assert until(lambda: keeper.state.working is None)
    assert copies(world) == []


def test_a_copy_that_fails_says_why_until_one_goes_well(
    world: World, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:

        def full(*_: object, **__: object) -> None:
            raise BackupFailed(reason="full", place="")

        broken.setattr(backups, "back_up", full)
        keeper.opened()
        keeper.back_up_now()
        until(lambda: keeper.state.failure == "full")
    keeper.back_up_now()
    assert until(lambda: keeper.state.failure == "")
    assert until(lambda: copies(world))


def test_a_mistake_of_ours_is_logged_without_its_words_and_the_keeper_goes_on(
    world: World,
    keeper: Keeper,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def mistaken(*_: object, **__: object) -> None:
        raise ValueError(OUCHENE.niss)

    with monkeypatch.context() as broken:
        broken.setattr(backups, "back_up", mistaken)
        keeper.opened()
        keeper.back_up_now()
        until(lambda: keeper.state.failure == "stumble")
    assert "ValueError" in caplog.text
    assert OUCHENE.niss not in caplog.text
    keeper.back_up_now()
    assert until(lambda: copies(world))
