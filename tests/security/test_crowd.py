"""Strangers who will not leave: slow, many, heavy; and streams without end."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import requests

from tests.app.visitor import raw
from tests.app.waiting import until
from tests.security.conftest import Served
from webui.broker import STREAMS
from webui.crowd import CROWD
from webui.security import BODY_LIMIT
from webui.serving import THREADS

ONE = "127.0.0.1"
HARD = ("Content-Security-Policy", "X-Content-Type-Options", "Cache-Control")


@pytest.fixture
def hall() -> Iterator[ExitStack]:
    with ExitStack() as held:
        yield held


def knock(hall: ExitStack, served: Served, said: bytes) -> socket.socket:
    line = hall.enter_context(socket.create_connection((ONE, served.port), 10))
    line.sendall(said)
    return line


def head(served: Served, first: str, *lines: str) -> bytes:
    host = f"Host: {ONE}:{served.port}"
    return "\r\n".join((first, host, *lines, "", "")).encode()


def resident() -> int:
    """Bytes of memory this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_row_32_three_hundred_slow_strangers_keep_nobody_out(
    hall: ExitStack, served: Served
) -> None:
    visitor = served.visitor()
    for number in range(300):
        with suppress(ConnectionError):  # the oldest are shown the door meanwhile
            knock(hall, served, b"GET / HTTP/1.1\r\nX-%d: sl" % number)
    assert visitor.get("today/").status_code == 200
    assert served.visitor().get("today/").status_code == 200


def test_row_32_the_window_keeps_its_connection_whatever_the_crowd(
    hall: ExitStack, served: Served
) -> None:
    visitor = served.visitor()
    cookies = "; ".join(f"{c.name}={c.value}" for c in visitor.session.cookies)
    ask = head(served, f"GET {served.shop.door.root}today/ HTTP/1.1", f"Cookie: {cookies}")
    window = knock(hall, served, ask)
    assert read_answer(window).startswith(b"HTTP/1.1 200")
    for _ in range(2 * CROWD):
        with suppress(ConnectionError):
            knock(hall, served, b"G")
    assert visitor.get("today/").status_code == 200
    window.sendall(ask)
    assert read_answer(window).startswith(b"HTTP/1.1 200")


def test_row_32_a_crowd_of_idle_guests_gives_up_the_longest_unused(
    hall: ExitStack, served: Served
) -> None:
    visitor = served.visitor()
    cookies = "; ".join(f"{c.name}={c.value}" for c in visitor.session.cookies)
    ask = head(served, f"GET {served.shop.door.root}today/ HTTP/1.1", f"Cookie: {cookies}")
    lines = []
    for _ in range(CROWD + 4):
        lines.append(knock(hall, served, ask))
        assert read_answer(lines[-1]).startswith(b"HTTP/1.1 200")
    assert until(lambda: is_shut(lines[0]))


def test_row_32_the_body_of_a_stranger_is_not_received(hall: ExitStack, served: Served) -> None:
    before = resident()
    heavy = f"Content-Length: {BODY_LIMIT - 1}"
    for path in ("/", served.shop.door.root, f"{served.shop.door.root}unlock"):
        for _ in range(12):
            line = knock(hall, served, head(served, f"POST {path} HTTP/1.1", heavy))
            with suppress(ConnectionError):
                line.sendall(b"x" * 4_000_000)
            with suppress(ConnectionError):
                assert read_answer(line).startswith(b"HTTP/1.1 403")
    assert resident() - before < 30_000_000


@pytest.mark.parametrize(
    ("first", "lines", "status"),
    [
        ("GET / HTTP/1.1", ("X: " + "x" * 1_000_000,), 431),
        ("POST / HTTP/1.1", ("Content-Length: 8000000", "Expect: 100-continue"), 403),
        ("POST / HTTP/1.1", ("Transfer-Encoding: chunked",), 403),
        ("POST / HTTP/1.1", ("Content-Length: -1",), 400),
        ("POST / HTTP/1.1", ("Transfer-Encoding: gzip",), 501),
        ("GET / HTTP/1.1", ("no colon here",), 400),
        ("GET /\x00 HTTP/1.1", (), 403),
        ("GET http://evil.example/ HTTP/1.1", (), 403),
    ],
)
def test_row_32_what_no_application_answers_has_the_hard_headers_and_not_a_word(
    served: Served, first: str, lines: tuple[str, ...], status: int
) -> None:
    try:
        answer = raw(served.port, head(served, first, *lines, "Connection: close"))
    except ConnectionError:  # hung up before all of it was read: also an answer
        return
    top, _, body = answer.partition(b"\r\n\r\n")
    assert int(top.split()[1]) == status
    assert body == b""
    assert b"waitress" not in top.lower() and b"esace" not in top
    for name in HARD:
        assert name.encode() in top


def test_row_32_more_streams_than_threads_leave_the_pages_reachable(
    hall: ExitStack, served: Served
) -> None:
    visitor = served.visitor()
    address = f"{served.shop.door.root}events"
    cookies = "; ".join(f"{c.name}={c.value}" for c in visitor.session.cookies)
    ask = head(served, f"GET {address} HTTP/1.1", f"Cookie: {cookies}")
    streams = [knock(hall, served, ask) for _ in range(3 * THREADS)]
    assert streams[-1].recv(100).startswith(b"HTTP/1.1 200")
    assert visitor.get("today/").status_code == 200
    assert until(lambda: len(served.shop.broker._open) <= STREAMS)


def test_row_07_a_stream_is_not_opened_for_another_page(served: Served) -> None:
    visitor = served.visitor()
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": f"http://127.0.0.1:{served.port + 1}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Upgrade": "websocket", "Connection": "Upgrade", "Origin": "http://evil.example"},
    ):
        answer = visitor.session.get(visitor.root + "events", headers=headers, timeout=10)
        assert (answer.status_code, answer.content) == (403, b"")
    with requests.Session() as stranger:
        stranger.trust_env = False
        assert stranger.get(visitor.root + "events", timeout=10).status_code == 403


def read_answer(line: socket.socket) -> bytes:
    """Read one whole answer with a length."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += received(line)
    top, _, body = data.partition(b"\r\n\r\n")
    length = int(top.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += received(line)
    return data


def received(line: socket.socket) -> bytes:
    piece = line.recv(65_536)
    if not piece:
        raise ConnectionError
    return piece


def is_shut(line: socket.socket) -> bool:
    line.setblocking(False)
    try:
        return line.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
