"""What is copied for another program does not stay on the clipboard (attack 36)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.security.conftest import Served
from tests.webui.browsing import come_in

MINUTE = 61_000


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    opened.clock.install()
    come_in(opened, served.shop.door.invite())
    opened.evaluate(
        """document.getElementById("m").insertAdjacentHTML("afterbegin",
        '<input id="n" value="58.03.14-995.18"><button id="c" data-copy="n">x</button>')"""
    )
    opened.click("#c")
    opened.wait_for_function("navigator.clipboard.readText().then(t => t.length > 5)")
    yield opened
    context.close()


def held(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


@pytest.mark.e2e
def test_row_36_a_copied_number_is_gone_after_a_minute(page: Page) -> None:
    assert held(page) == "58.03.14-995.18"
    page.clock.run_for(MINUTE)
    page.wait_for_function("navigator.clipboard.readText().then(t => t === '')")


@pytest.mark.e2e
def test_row_36_what_somebody_copied_since_is_left_alone(page: Page) -> None:
    page.evaluate("navigator.clipboard.writeText('autre chose')")
    page.clock.run_for(MINUTE)
    page.evaluate("new Promise(done => done())")
    assert held(page) == "autre chose"
