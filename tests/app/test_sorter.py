"""The sorter: what came in gets its pages and codes beside the screens, and is never lost."""

import sys
from collections.abc import Iterator

import pytest

from hardware.decoder import Decoder
from hardware.papers import Papers
from server.app.sorter import STUMBLE, Sorter
from server.core.tray import Origin, TrayState
from server.services import revisions, tray
from server.services.tray import Page
from tests.app.waiting import until
from tests.hardware.drawn import on_a_page, pdf, qr
from tests.world import PASSPHRASE, World

TEXT = "https://exemple.test/?NumeroAMC=775678584&NumAdherent=0123456789"
PAPER = pdf(on_a_page(qr(TEXT)), on_a_page(qr("autre")))


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def sorter(world: World, told: list[str]) -> Iterator[Sorter]:
    made = Sorter(world.cabinet, lambda: told.append("told"))
    yield made
    made.stop()


def receive(world: World, content: bytes = PAPER) -> str:
    return tray.receive(world.desk, content, "reçu.pdf", Origin.IMPORT).id


def state(world: World, key: str) -> TrayState:
    return tray.document(world.desk, key).filing.state


@pytest.mark.row("MAIIA-41")
def test_what_came_in_has_its_pages_and_the_texts_of_its_codes(
    world: World, sorter: Sorter, told: list[str]
) -> None:
    waited = receive(world)  # from an earlier run
    sorter.start()
    assert until(lambda: state(world, waited) is TrayState.TO_PROCESS)
    assert len(tray.document(world.desk, waited).pages) == 2
    assert tray.page(world.desk, waited, 1).startswith(b"\xff\xd8")
    assert [each.mark.text for each in tray.codes(world.desk, waited)] == [TEXT, "autre"]
    assert until(lambda: told == ["told"])


def test_something_that_comes_in_later_wakes_it(world: World, sorter: Sorter) -> None:
    sorter.start()
    key = receive(world)
    sorter.wake()
    assert until(lambda: state(world, key) is TrayState.TO_PROCESS)


@pytest.mark.row("MAIIA-34")
def test_pages_are_turned_and_the_file_stays_as_it_came(
    world: World, sorter: Sorter, told: list[str]
) -> None:
    key = receive(world)
    sorter.start()
    assert until(lambda: state(world, key) is TrayState.TO_PROCESS)
    before = tray.page(world.desk, key, 1)
    revisions.turn(world.desk, key, 1)
    assert tray.page(world.desk, key, 1) == before
    sorter.wake()
    assert until(lambda: not tray.document(world.desk, key).revising)
    assert tray.page(world.desk, key, 1) != before
    assert revisions.corrected(world.desk, key)[1].startswith(b"%PDF-")
    assert tray.as_it_came(world.desk, key)[1] == PAPER
    revisions.undo(world.desk, key)
    assert tray.page(world.desk, key, 1) == before
    assert until(lambda: len(told) >= 2)  # the words of the page may be told of too


def test_what_cannot_be_redrawn_is_seen_as_before(world: World, sorter: Sorter) -> None:
    key = receive(world, b"%PDF-1.7 broken")
    tray.looked_into(world.desk, key, [Page(b"\xff\xd8 page", 90, ())])
    revisions.turn(world.desk, key, 1)
    sorter.start()
    assert until(lambda: not tray.document(world.desk, key).revising)
    assert tray.document(world.desk, key).trouble == "pdf.damaged"
    assert tray.page(world.desk, key, 1) == b"\xff\xd8 page"


def test_what_cannot_be_drawn_stays_with_its_sentence(world: World, sorter: Sorter) -> None:
    keys = [receive(world, b"%PDF-1.7 broken"), receive(world, b"a letter in words")]
    sorter.start()
    assert until(lambda: all(state(world, key) is TrayState.TO_PROCESS for key in keys))
    problems = [tray.document(world.desk, key).filing.problem for key in keys]
    assert problems == ["pdf.damaged", "image.unknown"]
    assert tray.as_it_came(world.desk, keys[1])[1] == b"a letter in words"


def test_a_process_that_falls_loses_no_document(world: World) -> None:
    falls = [sys.executable, "-c", "raise SystemExit(3)"]
    made = Sorter(world.cabinet, lambda: None, Papers(falls), Decoder(falls))
    key = receive(world)
    made.start()
    assert until(lambda: state(world, key) is TrayState.TO_PROCESS)
    made.stop()
    assert tray.document(world.desk, key).filing.problem == "code.no_support"
    assert tray.as_it_came(world.desk, key)[1] == PAPER


class Clumsy(Papers):
    """Papers that stumble over a mistake of ours."""

    def pages(self, data: bytes) -> None:  # type: ignore[override]
        raise ValueError(data)


def test_our_own_mistake_is_a_sentence_and_never_told_with_what_it_was_reading(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    made = Sorter(world.cabinet, lambda: None, Clumsy())
    key = receive(world)
    made.start()
    assert until(lambda: state(world, key) is TrayState.TO_PROCESS)
    made.stop()
    assert tray.document(world.desk, key).filing.problem == STUMBLE
    assert "ValueError" in caplog.text
    assert "%PDF" not in caplog.text


def test_a_practice_locked_meanwhile_finds_it_again_at_the_next_unlocking(world: World) -> None:
    key = receive(world)
    user = world.cabinet.logins()[0].id
    world.cabinet.lock()
    first = Sorter(world.cabinet, lambda: None)
    first.start()
    first.stop()
    world.cabinet.unlock(user, PASSPHRASE)
    assert list(tray.unseen(world.desk)) == [key]
    second = Sorter(world.cabinet, lambda: None)
    second.start()
    assert until(lambda: state(world, key) is TrayState.TO_PROCESS)
    second.stop()
