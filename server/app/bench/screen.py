"""Figure: from a commit to the change of the screen, in Chromium, on the day's page of a program.

Another hand than the page's own writes: a session is recorded, then struck out, through the same
services. The row of the event reaches the open page by its stream, the page asks for its fragment,
and an observer in the page notes the instant at which it changed.
"""

from importlib.util import find_spec
from pathlib import Path
from shutil import which
from statistics import median
from tempfile import TemporaryDirectory
from time import time
from typing import TYPE_CHECKING

from server.app import reference
from server.app.bench.figure import Figure
from server.app.clocks import ShiftedClock
from server.app.demo_practice import PASSPHRASE, fill
from server.app.program import Program
from server.core.errors import Missing
from server.services import sessions
from server.services.doorstep import REFERENCE
from server.settings import Settings
from server.store.keys import Cost

if TYPE_CHECKING:
    from playwright.sync_api import Page

SAMPLES = 24
_CHEAP = Cost(19 * 1024, 2, 1)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_WATCH = """() => {
    const changes = [];
    let tell = null;
    new MutationObserver(() => {
        changes.push(performance.timeOrigin + performance.now());
        if (tell) { tell(); tell = null; }
    }).observe(document.getElementById("day"), {childList: true});
    window.firstChange = async () => {
        if (!changes.length) {
            await new Promise((done, fail) => {
                tell = done;
                setTimeout(() => fail(new Error("the page did not change")), 5000);
            });
        }
        return changes.splice(0)[0];
    };
}"""


def run() -> list[Figure]:
    """Measure; raise `Missing` without a browser or the library that drives it."""
    browser = browser_here()
    with TemporaryDirectory(prefix="besace-bench-") as folder:
        program = _program(Path(folder))
        url = program.start()
        try:
            waits = _waits(program, url, browser)
        finally:
            program.stop()
    return [Figure("screen.commit_to_change", median(waits), 60.0, "lower", "ms")]


def _program(folder: Path) -> Program:
    settings = Settings(folder / "cabinet", window=False, cards=False)
    settings.practice.mkdir(mode=0o700)
    reference.build(settings.practice / REFERENCE, demo=True)
    program = Program(settings, ShiftedClock(), cost=_CHEAP)
    fill(program.cabinet)
    program.cabinet.lock()
    return program


def browser_here() -> str:
    """Find the browser of this machine; raise `Missing` without it or what drives it."""
    if find_spec("playwright") is None:
        raise Missing(what="playwright")
    found = next(filter(None, map(which, _BROWSERS)), None)
    if found is None:
        raise Missing(what="chromium")
    return found


def _waits(program: Program, url: str, browser: str) -> list[float]:
    """Return the milliseconds of each change, on the day's page in a browser without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        try:
            page = chromium.new_page()
            _unlock(page, url)
            turns = [_recorded_and_struck(program, page) for _ in range(SAMPLES // 2)]
            return [wait for turn in turns for wait in turn]
        finally:
            chromium.close()


def _unlock(page: "Page", url: str) -> None:
    page.goto(url)
    page.fill("input[name=passphrase]", PASSPHRASE)
    page.press("input[name=passphrase]", "Enter")
    page.wait_for_selector("#day")
    page.wait_for_load_state("load")
    page.evaluate(_WATCH)


def _recorded_and_struck(program: Program, page: "Page") -> list[float]:
    """Record a session of today and strike it out again: two commits, two changes."""
    desk = program.cabinet.desk()
    series = desk.db.execute("select id from treatment order by id limit 1").fetchone()
    if series is None:
        raise LookupError("a demo practice without a series")
    session = sessions.record(desk, str(series[0]), {})
    waits = [_shown(program, page)]
    sessions.void(program.cabinet.desk(), session, "bench")
    return [*waits, _shown(program, page)]


def _shown(program: Program, page: "Page") -> float:
    """Wake the streams, as after any change, and return how long the page took to show it."""
    committed = time() * 1000
    program.broker.wake()
    return float(page.evaluate("() => window.firstChange()")) - committed
