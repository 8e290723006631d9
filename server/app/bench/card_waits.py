"""Figures: from a card put in to its patient's file on the screen, in Chromium.

Twice: from the instant the service tells of the card (a reader of paper), and from the hand that
puts it into the virtual reader of a real service, which looks only every 0.4 s. The file counts as
shown when its page has been read whole; the page itself notes the instant.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import monotonic, sleep, time
from typing import TYPE_CHECKING

from hardware.fake_eid import EidCard
from hardware.fake_scard import PaperScard
from server.app import reference
from server.app.bench.figure import Figure
from server.app.bench.screen import browser_here
from server.app.bench.virtual_reader import virtual_reader
from server.app.clocks import ShiftedClock
from server.app.demo_people import PEOPLE
from server.app.demo_practice import PASSPHRASE, fill
from server.app.program import Program
from server.services.doorstep import REFERENCE
from server.settings import Settings
from server.store.keys import Cost

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from hardware.scard import Scard

INSERTIONS = 40
_PATIENCE = 10.0  # seconds
_READER = "Bench Reader 00 00"
_CHEAP = Cost(19 * 1024, 2, 1)
_SHOWN = """() => performance.timeOrigin
    + performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd"""

Hand = Callable[[bool], None]
"""Puts the card in, or takes it out."""


def on_paper() -> list[Figure]:
    """Measure from the insertion event; raise `Missing` without a browser."""
    scard = PaperScard()
    scard.add_reader(_READER)
    card = EidCard(PEOPLE[0].person)
    waits = _waits(scard, lambda there: scard.insert(_READER, card if there else None))
    return [Figure("cards.event_to_file_p95", _p95(waits), 350.0, "lower", "ms")]


def in_the_hand() -> list[Figure]:
    """Measure from the hand; raise `Missing` without a browser or a card service of our own."""
    with virtual_reader(EidCard(PEOPLE[0].person)) as hand:
        waits = _waits(None, lambda there: hand.insert() if there else hand.remove())
    return [Figure("cards.hand_to_file_p95", _p95(waits), 1000.0, "lower", "ms")]


def _p95(waits: list[float]) -> float:
    return quantiles(waits, n=20)[-1]


def _waits(scard: "Scard | None", hand: Hand) -> list[float]:
    """Return the milliseconds of each insertion."""
    from playwright.sync_api import sync_playwright

    browser = browser_here()
    with _program(scard) as program, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        try:
            page = chromium.new_page()
            page.goto(program.start())
            page.fill("input[name=passphrase]", PASSPHRASE)
            page.press("input[name=passphrase]", "Enter")
            page.wait_for_selector("#day")
            turns = (_one(page, hand, program) for _ in range(INSERTIONS + 1))
            return [*turns][1:]  # the first one warms
        finally:
            chromium.close()


def _one(page: "Page", hand: Hand, program: Program) -> float:
    """Put the card in before the day's page, wait for its file, take it out."""
    page.wait_for_load_state("load")
    begun = time() * 1000
    hand(True)
    page.wait_for_url("**/patients/*", wait_until="domcontentloaded")
    shown = float(page.evaluate(_SHOWN))
    hand(False)
    _await_nobody(program)
    page.goto(f"{page.url.partition('/patients/')[0]}/today/")
    page.wait_for_selector("#day")
    return shown - begun


def _await_nobody(program: Program) -> None:
    """Wait until the service has noticed that the card left: it looks now and then."""
    until = monotonic() + _PATIENCE
    while program.hands and program.hands.holder and monotonic() < until:
        sleep(0.01)


@contextmanager
def _program(scard: "Scard | None") -> Iterator[Program]:
    """Furnish a demo practice on disk, its readers those handed in or the system's."""
    with TemporaryDirectory(prefix="besace-bench-") as folder:
        settings = Settings(Path(folder) / "cabinet", window=False)
        settings.practice.mkdir(mode=0o700)
        reference.build(settings.practice / REFERENCE, demo=True)
        program = Program(settings, ShiftedClock(), scard=scard, cost=_CHEAP)
        fill(program.cabinet)
        program.cabinet.lock()
        try:
            yield program
        finally:
            program.stop()
