"""How a run ends: everything is put away, whoever asks and however rudely."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from server.app.demo import Demo
from server.app.insurers import SimulatorProcess
from server.core.errors import Missing
from tests.app.running import BESACE, Running, quiet
from tests.app.waiting import until

Start = Callable[..., Running]
posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX systems")


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    return folder


def children(pid: int) -> list[int]:
    return [int(x) for x in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and ") Z " not in stat.read_text()


@posix
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_demo_asked_to_end_leaves_no_folder_and_no_process(
    start: Start, temporary: Path, sign: int
) -> None:
    running = start("demo", "--no-window", "--json", TMPDIR=str(temporary))
    url = running.said()["url"]
    [simulator] = children(running.process.pid)
    assert [path.name[:12] for path in temporary.iterdir()] == ["besace-demo-"]
    assert running.end(sign) == 0
    assert list(temporary.iterdir()) == []
    assert until(lambda: not alive(simulator))
    assert running.errors == ""
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=2, proxies={"http": ""})


@posix
def test_a_demo_ends_by_itself_after_its_hours(start: Start, temporary: Path) -> None:
    running = start("demo", "--no-window", "--json", "--hours", "0.0001", TMPDIR=str(temporary))
    running.said()
    assert running.process.wait(20) == 0
    assert list(temporary.iterdir()) == []


@posix
def test_the_simulator_dies_with_a_demo_that_is_killed(start: Start, temporary: Path) -> None:
    running = start("demo", "--no-window", "--json", TMPDIR=str(temporary))
    running.said()
    [simulator] = children(running.process.pid)
    running.end(signal.SIGKILL)
    assert until(lambda: not alive(simulator))


def test_the_address_is_seen_at_once_by_who_reads_our_output(start: Start, tmp_path: Path) -> None:
    running = start("run", "--practice", str(tmp_path / "c"), "--no-window")
    assert running.process.stdout
    first, second = running.process.stdout.readline(), running.process.stdout.readline()
    assert "une seule fois" in first
    assert second.startswith("http://127.0.0.1:")
    assert running.process.poll() is None


def test_a_closed_practice_may_be_closed_again_by_anybody(opened: Demo) -> None:
    program = opened.program
    with ThreadPoolExecutor(8) as many:
        for done in [many.submit(program.gate.lock) for _ in range(16)]:
            done.result(20)
    assert (program.cabinet.is_open, program.post, program.hands) == (False, None, None)
    program.stop()
    program.stop()


def test_a_simulator_that_cannot_start_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Missing) as missing:
        SimulatorProcess(tmp_path / "no" / "such" / "folder" / "books.db")
    assert missing.value.facts == {"what": "simulator"}


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[str]:
    """A screen made of memory."""
    if not shutil.which("Xvfb"):
        pytest.skip("no Xvfb on this machine")
    display = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert display.stdout
    yield ":" + display.stdout.readline().strip()
    display.terminate()
    display.communicate()


@posix
@pytest.mark.e2e
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_demo_in_its_window_asked_to_end_puts_everything_away(
    screen: str, temporary: Path, tmp_path: Path, sign: int
) -> None:
    env = {**quiet(), "DISPLAY": screen, "TMPDIR": str(temporary), "HOME": str(tmp_path)}
    looked = subprocess.run(
        [*BESACE, "doctor", "--json"], env=env, capture_output=True, text=True, check=False
    )
    if '"window.ok"' not in looked.stdout:
        pytest.skip("no window can open on this machine")
    running = subprocess.Popen(
        [*BESACE, "demo"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        until(lambda: _window_is_open(running.pid), within=40)
        [simulator] = [pid for pid in children(running.pid) if "simulate" in _words(pid)]
        running.send_signal(sign)
        out, _ = running.communicate(timeout=40)
    finally:
        running.kill()
        running.communicate()
    assert (running.returncode, out) == (0, "")
    assert list(temporary.glob("besace-demo-*")) == []
    assert until(lambda: not alive(simulator))


def _window_is_open(pid: int) -> bool:
    """Whether the web view's own process draws: the window is up and its loop runs."""
    return any("WebKitWebProcess" in _words(child) for child in children(pid))


def _words(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
