"""Attacks on the real program over real sockets (`reliability-security.md` §6, by row)."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from server.app.clocks import ShiftedClock
from server.app.program import Program
from server.settings import Settings
from tests.app.running import Running
from tests.app.visitor import Visitor, raw

Start = Callable[..., Running]
Visit = Callable[[str], Visitor]

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="this system has no /proc to look into"
)


class Seconds:
    """The machine's seconds, moved by hand."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Seconds:
    made = Seconds()
    monkeypatch.setattr("server.app.program.monotonic", made)
    return made


@pytest.fixture
def program(tmp_path: Path, seconds: Seconds) -> Iterator[Program]:
    """The program on an empty folder, serving; its door gives addresses."""
    made = Program(Settings(tmp_path / "cabinet"), ShiftedClock())
    made.start()
    yield made
    made.stop()


def port(program: Program) -> int:
    found = urlsplit(program.door.origin).port
    assert found
    return found


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


CLOSE = b"Connection: close\r\n\r\n"
HOSTS = {
    "another name": b"Host: evil.example\r\n",
    "a name of loopback": b"Host: localhost:%d\r\n",
    "no port": b"Host: 127.0.0.1\r\n",
    "none": b"",
    "two": b"Host: 127.0.0.1:%d\r\nHost: evil.example\r\n",
    "rebound": b"Host: rebind.localhost:%d\r\n",
}


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS.keys())
def test_row_02_a_request_for_another_host_is_refused(program: Program, host: bytes) -> None:
    path = program.door.invite().removeprefix(program.door.origin).encode()
    line = host % port(program) if b"%d" in host else host
    answer = raw(port(program), b"GET " + path + b" HTTP/1.1\r\n" + line + CLOSE)
    assert status(answer) in (400, 403)
    assert b"Set-Cookie" not in answer
    assert b"esace" not in answer


def test_row_02_an_absolute_address_is_refused(program: Program) -> None:
    target = program.door.invite().encode()
    host = program.door.host.encode()
    answer = raw(port(program), b"GET " + target + b" HTTP/1.1\r\nHost: " + host + b"\r\n" + CLOSE)
    assert status(answer) in (400, 403)


def test_row_08_a_launch_address_opens_once(program: Program, visit: Visit) -> None:
    url = program.door.invite()
    assert visit(url).page.status_code == 200
    again = visit(url).page
    assert (again.status_code, again.content) == (403, b"")


def test_row_08_a_launch_address_is_worth_nothing_after_sixty_seconds(
    program: Program, seconds: Seconds, visit: Visit
) -> None:
    last, late = program.door.invite(), 60.5
    seconds.now += late
    assert visit(last).page.status_code == 403
    in_time = program.door.invite()
    seconds.now += 59.5
    assert visit(in_time).page.status_code == 200


def test_row_08_a_thousand_guesses_open_nothing_and_raise_the_alarm(
    program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    secret = program.door.invite().rsplit("/", 1)[1]
    with requests.Session() as guesser, caplog.at_level(logging.WARNING):
        guesser.trust_env = False
        for n in range(1_000):
            guess = f"{n:04x}{secret[4:]}" if not secret.startswith(f"{n:04x}") else "0" * 64
            answer = guesser.get(f"{program.door.origin}/launch/{guess}")
            assert (answer.status_code, answer.content) == (403, b"")
    assert program.door.alarmed
    assert "1000 unknown launch secrets were tried" in caplog.text
    assert secret[4:] not in caplog.text


@needs_proc
def test_row_09_the_launch_address_is_in_no_argument_variable_or_log(
    start: Start, tmp_path: Path, visit: Visit
) -> None:
    running = start("run", "--practice", str(tmp_path / "cabinet"), "--no-window", "--json")
    url = running.said()["url"]
    secret = url.rsplit("/", 1)[1].encode()
    seen = [content for pid in _family(running.process.pid) for content in _shown(pid)]
    assert seen
    visitor = visit(url)
    cookies = [str(cookie.value).encode() for cookie in visitor.session.cookies]
    for content in seen:
        assert not [word for word in (secret, *cookies) if word in content]
    running.end()
    assert secret.decode() not in running.errors


def test_row_10_somebody_without_the_cookie_is_told_nothing(program: Program, visit: Visit) -> None:
    visitor = visit(program.door.invite())
    inside = [visitor.root, visitor.root + "new", visitor.root + "static/app.css"]
    with requests.Session() as other:
        other.trust_env = False
        for url in (*inside, program.door.origin + "/", program.door.origin + "/nothing"):
            answer = other.get(url, allow_redirects=False)
            assert answer.status_code in (403, 404)
            assert b"esace" not in answer.content
            assert len(answer.content) < 100


@needs_proc
def test_row_11_one_loopback_port_is_open_and_no_other(tmp_path: Path) -> None:
    before = _listening()
    program = Program(Settings(tmp_path / "cabinet"), ShiftedClock())
    program.start()
    try:
        assert _listening() - before == {("0100007F", port(program))}
    finally:
        program.stop()
    assert _listening() == before


def _family(pid: int) -> list[int]:
    """A process and the processes it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(grand for child in children for grand in _family(int(child)))]


def _shown(pid: int) -> Iterator[bytes]:
    """What other programs of this machine can read of a process."""
    for name in ("cmdline", "environ"):
        try:
            yield Path(f"/proc/{pid}/{name}").read_bytes()
        except PermissionError:
            yield b"closed to this account"


def _listening() -> set[tuple[str, int]]:
    """Addresses (hexadecimal) and ports this very process listens on."""
    links = [_target(link) for link in Path("/proc/self/fd").iterdir()]
    mine = {link[len("socket:[") : -1] for link in links if link.startswith("socket:[")}
    found = set()
    for table in ("tcp", "tcp6"):
        for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            cells = row.split()
            address, _, number = cells[1].partition(":")
            if cells[3] == "0A" and cells[9] in mine:
                found.add((address, int(number, 16)))
    return found


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # the descriptor that listed the folder
        return ""
