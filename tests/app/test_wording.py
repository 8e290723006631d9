"""Words of papers are read beside: they propose, they keep nobody waiting, they end at once."""

from collections.abc import Iterator, Sequence
from threading import Event

import pytest

from hardware.ocr import Ocr
from server.app.sorter import Sorter
from server.app.wording import Wording
from server.core.tray import Origin
from server.services import tray
from tests.app.waiting import until
from tests.hardware.drawn import on_a_page, pdf
from tests.world import World


class Reader(Ocr):
    """A program that says what a test wants, when it wants."""

    def __init__(self, said: str = "", *, known: bool = True) -> None:
        super().__init__(find=lambda _: None)
        self.said, self.known = said, known
        self.asked = 0
        self.passed_over = 0  # documents that came while no language was known
        self.may = Event()
        self.may.set()

    @property
    def languages(self) -> Sequence[str]:
        if self.known:
            return ["fra"]
        self.passed_over += 1
        return []

    def words(self, jpeg: bytes) -> str:
        self.asked += 1
        self.may.wait(30)
        if self.said == "stumbles":
            raise MemoryError
        return self.said

    def stop(self) -> None:
        self.may.set()


@pytest.fixture
def reader() -> Reader:
    return Reader("Dr Anne Willems, 18 séances")


@pytest.fixture
def sorter(world: World, reader: Reader) -> Iterator[Sorter]:
    made = Sorter(world.cabinet, lambda: None, wording=Wording(world.cabinet, lambda: None, reader))
    made.start()
    yield made
    made.stop()


def dropped(world: World, sorter: Sorter, *, mark: int = 0) -> str:
    content = pdf(on_a_page(width=720 + mark))
    key = tray.receive(world.desk, content, "", Origin.SCAN).id
    sorter.wake()
    return key


def test_what_a_paper_says_is_proposed_once_it_is_on_the_table(
    world: World, sorter: Sorter
) -> None:
    key = dropped(world, sorter)
    until(lambda: tray.suggestions(world.desk, key))
    assert tray.suggestions(world.desk, key) == {"prescriber": "Anne Willems", "sessions": "18"}
    assert tray.document(world.desk, key).filing.dated is None


def test_a_slow_reading_keeps_no_page_from_the_screen(
    world: World, sorter: Sorter, reader: Reader
) -> None:
    reader.may.clear()
    first = dropped(world, sorter)
    until(lambda: reader.asked)
    second = dropped(world, sorter, mark=8)
    until(lambda: tray.document(world.desk, second).pages)
    assert tray.suggestions(world.desk, first) == {}
    reader.may.set()
    until(lambda: tray.suggestions(world.desk, second))


def test_a_reading_that_stumbles_or_a_machine_without_it_proposes_nothing(
    world: World, sorter: Sorter, reader: Reader
) -> None:
    reader.said = "stumbles"
    first = dropped(world, sorter)
    until(lambda: reader.asked)
    reader.said, reader.known = "18 séances", False
    second = dropped(world, sorter, mark=8)
    until(lambda: reader.passed_over)
    reader.known = True
    third = dropped(world, sorter, mark=16)
    until(lambda: tray.suggestions(world.desk, third))
    assert tray.suggestions(world.desk, first) == tray.suggestions(world.desk, second) == {}


def test_the_end_waits_for_no_word(world: World, sorter: Sorter, reader: Reader) -> None:
    reader.may.clear()
    key = dropped(world, sorter)
    until(lambda: reader.asked)
    sorter.stop()
    assert tray.suggestions(world.desk, key) == {}
