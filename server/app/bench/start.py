"""Figures of the start: help, the first page, what it loads, and the memory it takes at rest.

Whole processes, from their start to what a person would see. The yardsticks are the same
interpreter doing nothing, and the plainest Flask application behind waitress (`bare_page`).
"""

import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from urllib.request import HTTPCookieProcessor, build_opener

from server.app import reference
from server.app.bench.figure import Figure
from server.app.demo_practice import FORM
from server.services.cabinet import Cabinet
from server.services.doorstep import REFERENCE
from server.settings import BUILT_ON
from server.store.keys import Cost
from sync.clock import SystemClock

HEAVY = ("zeep", "cv2", "numpy", "zxingcpp", "sqlite_utils", "webview", "smartcard")
_ROUNDS = 15
_ANSWER_SECONDS = 20
_PAUSE_SECONDS, _STILL_MB = 0.5, 0.1  # memory is at rest when it no longer grows
_CHEAP = Cost(19 * 1024, 2, 1)
_OUR_COMMAND = (sys.executable, "-c", "from server.app import main; main()")  # as `besace` does
_BARE_PAGE = (sys.executable, str(Path(__file__).with_name("bare_page.py")))
_LIST_MODULES = """
import sys
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener
from server.app.clocks import ShiftedClock
from server.app.program import Program
from server.settings import Settings
program = Program(Settings(Path(sys.argv[1]), window=False), ShiftedClock())
build_opener(HTTPCookieProcessor()).open(program.start()).read()
sys.stdout.write(" ".join(sys.modules))
program.stop()
"""


def run() -> list[Figure]:
    """Measure; every work is done in turns and the best of each counts."""
    with TemporaryDirectory(prefix="besace-bench-") as folder:
        practice = Path(folder)
        _found(practice)
        ours = (*_OUR_COMMAND, "run", "--no-window", "--practice", str(practice))
        taken = _in_turns(
            {
                "python": lambda: _whole([sys.executable, "-c", "pass"]),
                "help": lambda: _whole([*_OUR_COMMAND, "--help"]),
                "bare page": lambda: _first_page(_BARE_PAGE),
                "first page": lambda: _first_page(ours),
            }
        )
        loaded = _loaded_by_the_first_page(practice)
        memory = _memory_at_rest(ours)
    return [
        Figure("start.help", taken["help"] / taken["python"], 6.0, "lower", "×"),
        Figure("start.first_page", taken["first page"] / taken["bare page"], 1.7, "lower", "×"),
        Figure("start.heavy_modules", len(loaded), 0, "lower", "modules"),
        *(Figure("start.memory", held, 90.0, "lower", "MB") for held in memory),
    ]


def _in_turns(works: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Do the works in turns: a busy moment of the machine touches them alike; keep the best."""
    best = dict.fromkeys(works, float("inf"))
    for _ in range(_ROUNDS):
        for name, work in works.items():
            best[name] = min(best[name], work())
    return best


def _found(practice: Path) -> None:
    """Make a practice whose recovery code was proven, so that its door is the unlock page."""
    reference.build(practice / REFERENCE, demo=True)
    cabinet = Cabinet(practice, SystemClock(), secrets.token_bytes, BUILT_ON, _CHEAP)
    cabinet.create(FORM)
    cabinet.prove()


def _whole(command: Sequence[str]) -> float:
    """Return the seconds a process takes from its start to its end."""
    start = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words
    return perf_counter() - start


def _first_page(command: Sequence[str]) -> float:
    """Return the seconds from the start of a server to its first page, read to the end."""
    start = perf_counter()
    with _served(command) as (_, address):
        _look_at(address)
        return perf_counter() - start


def _memory_at_rest(command: Sequence[str]) -> list[float]:
    """Return the megabytes a server holds once what it fetches behind its first page is there."""
    with _served(command) as (process, address):
        _look_at(address)
        before, held = [0.0], _megabytes(process.pid)
        while held and held[0] - before[0] > _STILL_MB:
            sleep(_PAUSE_SECONDS)
            before, held = held, _megabytes(process.pid)
        return held


def _look_at(address: str) -> None:
    browser = build_opener(HTTPCookieProcessor())
    with browser.open(address, timeout=_ANSWER_SECONDS) as page:
        page.read()


@contextmanager
def _served(command: Sequence[str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a server and wait for the address it prints; stop it at the end."""
    with subprocess.Popen(  # noqa: S603 - our own words
        command, stdout=subprocess.PIPE, text=True
    ) as process:
        lines = process.stdout or ()
        try:
            yield process, next(line.strip() for line in lines if line.startswith("http"))
        finally:
            process.kill()  # how it ends is not measured


def _megabytes(process: int) -> list[float]:
    """Return the memory a process holds, its part of what is shared; nothing where not told."""
    told = Path(f"/proc/{process}/smaps_rollup")
    if not told.exists():
        return []
    lines = told.read_text().splitlines()
    return [int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")]


def _loaded_by_the_first_page(practice: Path) -> set[str]:
    """Name the heavy libraries loaded in a program that has just served its first page."""
    command = [sys.executable, "-c", _LIST_MODULES, str(practice)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - same
    return {name.partition(".")[0] for name in done.stdout.split()} & {*HEAVY}
