"""One real program on a big practice, in a process of its own that does what it is told by line.

    python -m server.app.bench.big_server FOLDER [ADDRESS OF THE PARTNER]

It prints its one-time address and its looked-at routes, then answers each line of its input with
one line: `advance SECONDS`, `round`, `memory`, `settle`.
"""

import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from gc import collect
from pathlib import Path
from time import sleep

from flask import Flask

from server.app.bench.big_practice import CHEAP, MORNING
from server.app.clocks import ShiftedClock
from server.app.keeper import Keeper
from server.app.program import Program
from server.settings import Settings
from sync.clock import SystemClock
from webui import application

_A_ROUND_SECONDS = 20.0
_A_READING_SECONDS = 600.0  # of the whole file, behind each opening


class Copyless(Program):
    """The program but for its keeper of copies, whom `besace bench backup` measures alone.

    A copy of the big practice is gigabytes and lasts minutes; kept for each hour of the measure of
    memory, they would fill the disk.
    """

    def _start_keeper(self) -> None:
        """Have a keeper, as the screens ask, whose thread is never started."""
        self.keeper = self.keeper or Keeper(
            self.cabinet, self.settings.practice, self.broker.publish
        )


class Morning:
    """A clock that begins at nine on the day of the practice and runs from there."""

    def __init__(self) -> None:
        self._system = SystemClock()
        self._start = self._system.monotonic()

    def now(self) -> datetime:
        """Return the instant of that day."""
        return MORNING + timedelta(hours=1, seconds=self._system.monotonic() - self._start)

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return self._system.monotonic()


def serve(folder: Path, endpoint: str) -> None:
    """Serve until the input ends."""
    settings = Settings(folder, window=False, cards=False, endpoint=endpoint)
    program = Copyless(settings, ShiftedClock(Morning()), cost=CHEAP)
    url = program.start()
    _say({"url": url, "routes": sorted(every_route())})
    orders: Mapping[str, Callable[[str], object]] = {
        "advance": lambda seconds: program.clock.advance(timedelta(seconds=float(seconds))),
        "round": lambda _: _round(program),
        "memory": lambda _: _megabytes(),
        "settle": lambda _: program.health and program.health.first_done.wait(_A_READING_SECONDS),
    }
    try:
        for line in sys.stdin:
            order, _, words = line.strip().partition(" ")
            _say(orders[order](words))
    finally:
        program.stop()


def every_route() -> set[str]:
    """Name every page that is looked at, each as its blueprint and its function."""
    app = Flask("routes")
    for page in application.every_page():
        app.register_blueprint(page)
    rules = app.url_map.iter_rules()
    return {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}


def _round(program: Program) -> str:
    """Let the post go round once; return the reason code of what went wrong, "" when nothing."""
    post = program.post
    if post is None:
        return "no_post"
    before = post.last
    post.send_now()
    waited = 0.0
    while post.last is before and waited < _A_ROUND_SECONDS:
        sleep(0.01)
        waited += 0.01
    return post.state.last_trouble if post.last is not before else "no_round"


def _megabytes() -> float:
    """Return the memory this process holds, its part of what is shared."""
    collect()
    told = Path("/proc/self/smaps_rollup").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in told if line.startswith("Pss:"))


def _say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
