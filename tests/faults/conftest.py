"""Practices with something to lose, and ways to hurt their files."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.app.clocks import ShiftedClock
from server.app.program import Program
from server.services.cabinet import Cabinet
from server.settings import Settings
from tests.app.visitor import Visitor
from tests.people import CARLIER, LAMBIOTTE, OUCHENE
from tests.world import CHEAP, FixedClock, World, open_cabinet


@pytest.fixture
def busy(world: World) -> World:
    """A practice with patients, sessions and a sealed lot, proven and open."""
    world.cabinet.prove()
    for person in (OUCHENE, LAMBIOTTE, CARLIER):
        world.visit(person)
        world.clock.advance(minutes=30)
    world.seal("100")
    return world


@pytest.fixture
def crashed(busy: World, tmp_path: Path) -> Path:
    """The folder of a program that died: what it did last is in the log beside the file."""
    folder = copy_of(busy.folder, tmp_path / "crashed")
    busy.cabinet.lock()
    assert (folder / "besace.db-wal").stat().st_size
    return folder


@pytest.fixture
def closed(busy: World) -> Path:
    """The folder of the same practice, closed in good order."""
    busy.cabinet.lock()
    assert not (busy.folder / "besace.db-wal").exists()
    return busy.folder


@pytest.fixture
def reopen() -> Iterator[Callable[[Path], Cabinet]]:
    """Open practice folders for their first user; they are locked again at the end."""
    opened: list[Cabinet] = []

    def again(folder: Path) -> Cabinet:
        opened.append(open_cabinet(folder, FixedClock()))
        return opened[-1]

    yield again
    for cabinet in opened:
        cabinet.lock()


@pytest.fixture
def running() -> Iterator[Callable[[Path], tuple[Program, Visitor]]]:
    """Start the whole program on a folder, with somebody at its window."""
    started: list[tuple[Program, Visitor]] = []

    def begin(folder: Path) -> tuple[Program, Visitor]:
        program = Program(Settings(folder, cards=False), ShiftedClock(), cost=CHEAP)
        started.append((program, Visitor(program.start())))
        return started[-1]

    yield begin
    for program, visitor in started:
        visitor.close()
        program.stop()


def copy_of(folder: Path, to: Path) -> Path:
    """Copy a practice folder as it lies on the disk at this moment."""
    to.mkdir(mode=0o700)
    for file in folder.iterdir():
        if not file.name.endswith("-shm"):
            shutil.copy(file, to / file.name)
    return to
