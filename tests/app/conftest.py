"""Real parts: a demo practice with its simulator process, real practices, real processes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hardware.demo_reader import DemoReader
from server.app.clocks import ShiftedClock
from server.app.demo import Demo
from server.app.demo_practice import PASSPHRASE
from server.app.program import Program
from server.settings import Settings
from tests.app.running import Running
from tests.app.visitor import Visitor
from tests.world import CHEAP


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """A demo practice, locked, behind its door."""
    made = Demo(tmp_path)
    try:
        made.program.start()
        yield made
    finally:
        made.program.stop()
        made.simulator.stop()


@pytest.fixture
def opened(demo: Demo) -> Demo:
    """The same, unlocked."""
    demo.program.gate.unlock(demo.program.gate.users()[0].id, PASSPHRASE)
    return demo


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start real `besace` processes; what still runs at the end is ended."""
    started: list[Running] = []

    def begin(*words: str, **more: str) -> Running:
        started.append(Running(*words, env=more, cwd=tmp_path))
        return started[-1]

    yield begin
    for running in started:
        running.end()


@pytest.fixture
def visit() -> Iterator[Callable[[str], Visitor]]:
    """Follow launch addresses."""
    open_ones: list[Visitor] = []

    def follow(url: str) -> Visitor:
        open_ones.append(Visitor(url))
        return open_ones[-1]

    yield follow
    for visitor in open_ones:
        visitor.close()


@pytest.fixture
def reader() -> DemoReader:
    return DemoReader()


@pytest.fixture
def program_on(reader: DemoReader) -> Iterator[Callable[..., Program]]:
    """Start the program on a practice folder, with a paper reader; it is stopped at the end."""
    running: list[Program] = []

    def begin(folder: Path, endpoint: str = "") -> Program:
        settings = Settings(folder, endpoint=endpoint)
        program = Program(settings, ShiftedClock(), scard=reader.scard, cost=CHEAP)
        running.append(program)
        program.start()
        return program

    yield begin
    for program in running:
        program.stop()
