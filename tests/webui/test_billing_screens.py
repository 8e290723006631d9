"""The billing screens in a browser: readable at every size, alive, and usable by keyboard."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from server.app.web import WebThread
from tests.people import BODART, DELVAUX, LAMBIOTTE, OUCHENE
from tests.webui.shop import ONLINE, FakePost, FakeToys, Shop
from tests.world import PASSPHRASE, World
from webui.security import admits
from webui.serving import bind, server_for

pytestmark = pytest.mark.e2e
SCREENS = ("billing/", "ledger/", "lots/", "refusals/", "finances/", "connection/", "demo/")


@pytest.fixture
def shop(world: World) -> Iterator[Shop]:
    """A practice with one lot refused in part and one line still to be billed, on a real socket."""
    listener = bind()
    shop = Shop(world, listener.getsockname()[1])
    _fill(shop)
    web = WebThread(server_for(shop.app, listener, admits(shop.door)))
    web.start()
    yield shop
    web.stop()


@pytest.fixture
def page(browser: Browser, shop: Shop) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    opened = context.new_page()
    opened.goto(shop.door.invite())
    opened.fill("input[type=password]", PASSPHRASE)
    opened.keyboard.press("Enter")
    opened.wait_for_selector("main h1")
    yield opened
    context.close()


@pytest.mark.parametrize("path", SCREENS)
def test_a_screen_has_no_accessibility_fault_and_never_scrolls_sideways(
    page: Page, shop: Shop, path: str
) -> None:
    page.goto(f"{shop.door.origin}{shop.door.root}{path}")
    for width in (1366, 320):
        page.set_viewport_size({"width": width, "height": 768})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_a_lot_sealed_elsewhere_shows_by_itself_on_an_open_screen(page: Page, shop: Shop) -> None:
    page.goto(f"{shop.door.origin}{shop.door.root}lots/")
    page.wait_for_selector("tbody tr")
    shop.world.seal("300")
    shop.broker.wake()
    page.wait_for_selector("tbody tr:nth-child(2)", timeout=5_000)


def test_the_keyboard_alone_seals_and_goes_on(page: Page, shop: Shop) -> None:
    page.goto(f"{shop.door.origin}{shop.door.root}billing/")
    page.keyboard.press("F9")
    page.wait_for_selector("text=1 lot scellé")
    page.keyboard.press("Enter")
    page.wait_for_selector("#ledger")
    assert shop.world.sql("select count(*) from lot") == 2


def _fill(shop: Shop) -> None:
    shop.rooms.post, shop.rooms.demo = FakePost(ONLINE), FakeToys()
    shop.world.visit(OUCHENE, copay_collected="2,50", payment_means="CASH")
    shop.world.visit(LAMBIOTTE, copay_collected="6,25", payment_means="CASH")
    lot = shop.world.seal("100")
    shop.office.run()
    sent = shop.office.sent(lot)
    rank = sent.rank(shop.office.line_of(lot, LAMBIOTTE).ref)
    refusing = sent.saying(rank, "R500522")
    shop.office.take(refusing.accepted())
    shop.office.take(refusing.settled(shop.office.line_of(lot, OUCHENE).oa_cents, "REF12345"))
    shop.world.insure(LAMBIOTTE, ct1="111", ct2="111")
    for person in (DELVAUX, BODART):
        shop.world.visit(person)
