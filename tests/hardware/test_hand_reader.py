"""A reader on a serial line, on a real pseudo-terminal; its cable is pulled and put back."""

import os
import queue
import sys
from collections.abc import Iterator

import pytest

from hardware import hand_reader
from hardware.code_ports import CodeDone, CodeEvent, CodeFailed, CodeProblem, Source, SourceReady
from hardware.hand_reader import HandReader, listen, open_line, ports, typed
from server.core.codes import CodeRead, Symbology

PATIENCE = 10.0
READY = SourceReady(Source.HAND_READER)
GONE = CodeFailed(Source.HAND_READER, CodeProblem.NO_HAND_READER)


class Cable:
    """A pseudo-terminal: we hold the reader's end."""

    def __init__(self) -> None:
        self.ours, self._theirs = os.openpty()
        self.port = os.ttyname(self._theirs)

    def send(self, data: bytes) -> None:
        os.write(self.ours, data)

    def pull(self) -> None:
        for end in (self.ours, self._theirs):
            os.close(end)


@pytest.fixture
def events() -> "queue.Queue[CodeEvent]":
    return queue.Queue()


@pytest.fixture
def cable() -> Iterator[Cable]:
    if sys.platform == "win32":
        pytest.skip("no pseudo-terminal on this system")
    yield Cable()


def next_text(events: "queue.Queue[CodeEvent]") -> str:
    event = events.get(timeout=PATIENCE)
    assert isinstance(event, CodeDone)
    return event.code.text


def test_a_burst_is_a_code_its_line_ends_and_accents_kept(
    cable: Cable, events: "queue.Queue[CodeEvent]"
) -> None:
    reader = HandReader(events.put, cable.port)
    reader.start()
    try:
        assert events.get(timeout=PATIENCE) == READY
        cable.send("AMC: 99123456\nAdhérent: 77\r\n".encode())
        assert next_text(events) == "AMC: 99123456\nAdhérent: 77"
    finally:
        reader.stop()
        cable.pull()


def test_a_pulled_cable_is_said_once_and_found_again(
    events: "queue.Queue[CodeEvent]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_reader, "REOPEN", 0.01)
    cables = [Cable()]
    tries = iter([0, 1, 1, 1, 2])

    def open_port(_: str) -> hand_reader.Line:
        if next(tries) == 1:
            raise OSError("no such port")
        return open_line(cables[-1].port)

    reader = HandReader(events.put, "COM7", open_port)
    reader.start()
    try:
        assert events.get(timeout=PATIENCE) == READY
        first = cables[0]
        cables.append(Cable())
        first.pull()
        assert events.get(timeout=PATIENCE) == GONE
        assert events.get(timeout=PATIENCE) == READY
        cables[-1].send(b"12345678\r")
        assert next_text(events) == "12345678"
    finally:
        reader.stop()
    assert events.empty()


def test_a_reader_that_never_was_there_is_said_once(
    events: "queue.Queue[CodeEvent]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_reader, "REOPEN", 0.01)
    reader = HandReader(events.put, "/dev/nowhere")
    reader.start()
    assert events.get(timeout=PATIENCE) == GONE
    reader.stop()
    assert events.empty()
    HandReader(events.put, "x").stop()  # never started


class Tape:
    """A line that gives what it was made of, silences included."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)
        self.closed = False

    def read(self, size: int) -> bytes:
        if not self.pieces:
            raise OSError
        return self.pieces.pop(0)

    def close(self) -> None:
        self.closed = True


def heard(*pieces: bytes) -> list[CodeEvent]:
    told: list[CodeEvent] = []
    tape = Tape(*pieces)
    listen(tape, told.append, lambda: False)
    assert tape.closed
    return told


def test_pieces_become_bursts_and_what_is_no_code_is_dropped() -> None:
    told = heard(
        b"12", b"34\r", b"", b"\r\n", b"", b"x" * 4000, b"x" * 4000, b"x", b"", b"5\r", b""
    )
    assert [event.code.text for event in told if isinstance(event, CodeDone)] == ["1234", "5"]


def test_letters_of_windows_are_to_be_verified() -> None:
    assert typed("Gaël".encode()) == CodeRead(Symbology.TYPED, "Gaël", "Gaël".encode())
    assert typed(b"Ga\xebl \x9c") == CodeRead(Symbology.TYPED, "Gaël œ", b"Ga\xebl \x9c", True)


def test_ports_are_named() -> None:
    assert all(name for name, _ in ports())
