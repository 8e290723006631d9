"""Fixtures of the days played whole: the real program, its simulator, a browser before it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from server.app.clocks import ShiftedClock
from server.app.demo import Demo
from tests.e2e.kine import DayBegun, Kine
from tests.webui.browsing import hear

_PATIENCE = 15_000  # milliseconds a locator waits, on a machine that does other things too
expect.set_options(timeout=_PATIENCE)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """The demo practice on disk, the insurers in a process of their own."""
    made = Demo(tmp_path, ShiftedClock(DayBegun()))
    yield made
    made.program.stop()
    made.simulator.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A screen of 1366 by 768 that complains of nothing."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="fr-BE")
    context.set_default_timeout(_PATIENCE)
    opened = context.new_page()
    complaints: list[str] = []
    hear(opened, complaints.append)
    yield opened
    context.close()
    assert complaints == []


@pytest.fixture
def kine(demo: Demo, page: Page) -> Kine:
    return Kine(page, demo)
