"""A browser that complains of nothing, before a door of a test."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect

from server.app.web import WebThread
from tests.webui.shop import Shop
from tests.world import PASSPHRASE, World
from webui.security import admits
from webui.serving import bind, server_for

_LEFT_BEHIND = re.compile(r"htmx:(afterRequest|sendAbort)\b")
"""What htmx says of a request that a page left behind; of one that failed it says more."""


def hear(page: Page, note: Callable[[str], None]) -> None:
    """Have every complaint of a page noted, but not that it was left with a request on its way."""
    page.on(
        "console",
        lambda said: (
            note(said.text) if said.type == "error" and not _LEFT_BEHIND.match(said.text) else None
        ),
    )
    page.on("pageerror", lambda error: note(str(error)))


@contextmanager
def quiet_page(browser: Browser, forgiven: str = "\0") -> Iterator[Page]:
    """Give a page of the usual size; it may complain in the words `forgiven` and in no others."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    opened = context.new_page()
    complaints: list[str] = []
    hear(opened, complaints.append)
    opened.on("filechooser", lambda _: None)  # asked for from the start, never after the key
    yield opened
    context.close()
    assert [words for words in complaints if forgiven not in words] == []


@contextmanager
def served(world: World) -> Iterator[Shop]:
    """Put the screens of a practice behind waitress; its rooms are furnished by who asks."""
    listener = bind()
    shop = Shop(world, port=listener.getsockname()[1])
    web = WebThread(server_for(shop.app, listener, admits(shop.door)))
    web.start()
    try:
        yield shop
    finally:
        web.stop()


def come_in(page: Page, invitation: str) -> None:
    """Pass the door and unlock."""
    page.goto(invitation)
    page.get_by_label("Phrase de passe").fill(PASSPHRASE)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Nouvelle séance")).to_be_visible()


def go_and_listen(page: Page, url: str) -> None:
    """Open a page and wait until it hears the stream and has drawn what that asks for.

    The page before is left first, so that what it asked for is not taken for the answer.
    """
    page.goto("about:blank")
    with page.expect_response("**/frame/line*"), page.expect_response("**/frame/lamp*"):
        page.goto(url)
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping')")
