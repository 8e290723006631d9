"""The card's side of the vpcd protocol, against a reader of a few lines."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from hardware.fake_eid import EidCard
from hardware.fake_person import Person
from hardware.fakes import Faults, FaultyCard
from hardware.vpcd import serve_card


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(5)
        yield server


def _say(line: socket.socket, body: bytes) -> None:
    line.sendall(len(body).to_bytes(2, "big") + body)


def _hear(line: socket.socket) -> bytes:
    header = line.recv(2, socket.MSG_WAITALL)
    return line.recv(int.from_bytes(header, "big"), socket.MSG_WAITALL) if header else b""


def test_a_card_tells_its_atr_answers_commands_and_forgets_on_reset(
    listener: socket.socket, ana: Person
) -> None:
    port = listener.getsockname()[1]
    with serve_card(EidCard(ana), port=port) as handle:
        line, _ = listener.accept()
        with line:
            _say(line, b"\x04")
            assert _hear(line) == EidCard(ana).atr
            _say(line, bytes.fromhex("00A4080C04DF014031"))
            assert _hear(line) == b"\x90\x00"
            _say(line, b"\x02")
            _say(line, bytes.fromhex("00B0000004"))
            assert _hear(line) == b"\x69\x86"
            assert handle.inserted
            handle.insert()  # it is in: nothing happens
            handle.remove()
            assert _hear(line) == b""
        assert not handle.inserted


def test_a_card_that_pulls_itself_out_closes_the_line(listener: socket.socket, ana: Person) -> None:
    port = listener.getsockname()[1]
    with serve_card(FaultyCard(EidCard(ana), Faults(pull_after=0)), port=port) as handle:
        line, _ = listener.accept()
        with line:
            _say(line, bytes.fromhex("80E400001C"))
            assert _hear(line) == b""
        handle.insert(EidCard(ana))
        line, _ = listener.accept()
        with line:
            _say(line, bytes.fromhex("80E400001C"))
            assert len(_hear(line)) == 30


@pytest.mark.parametrize("cut", [b"", b"\x00", b"\x00\x05\x00"])
def test_a_reader_that_leaves_frees_the_card(
    cut: bytes, listener: socket.socket, ana: Person
) -> None:
    handle = serve_card(EidCard(ana), port=listener.getsockname()[1])
    line, _ = listener.accept()
    line.sendall(cut)
    line.close()
    handle.stop()
    handle.stop()
    assert not handle.inserted


def test_a_card_without_a_reader_is_an_error_of_the_system(ana: Person) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    with pytest.raises(OSError, match="refused"):
        serve_card(EidCard(ana), port=port)
