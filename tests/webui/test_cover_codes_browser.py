"""The zone « Mutuelle » in a real browser: a reader shoots, the hand types the dates, F2 keeps."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from server.app.code_desk import CodeDesk
from server.app.web import WebThread
from server.services import complementaries
from tests.france import MARCHAND, admitted
from tests.webui.browsing import quiet_page
from tests.webui.shop import Shop
from tests.webui.test_codes_browser import HEARD, READER
from tests.webui.test_cover_codes import KNOWN, TIDOUE, UNKNOWN
from tests.world import PASSPHRASE, World
from webui.security import admits
from webui.serving import bind, server_for

pytestmark = [pytest.mark.e2e, pytest.mark.alone]


@pytest.fixture
def page(french_world: World, browser: Browser) -> Iterator[Page]:
    """The leaf « Complémentaire » of one patient."""
    listener = bind()
    shop = Shop(french_world, port=listener.getsockname()[1])
    complementaries.create(french_world.desk, TIDOUE)
    patient = admitted(french_world, MARCHAND)
    desk = CodeDesk(french_world.cabinet, shop.broker.publish)
    shop.rooms.codes = desk
    web = WebThread(server_for(shop.app, listener, admits(shop.door)))
    web.start()
    desk.start()
    with quiet_page(browser, forgiven="422") as opened:
        opened.add_init_script(HEARD)
        opened.goto(shop.door.invite())
        opened.get_by_label("Phrase de passe").fill(PASSPHRASE)
        opened.keyboard.press("Enter")
        opened.wait_for_url("**/today/")
        opened.goto(f"{shop.door.origin}{shop.door.root}covers/{patient}")
        yield opened
    desk.stop()
    web.stop()


@pytest.mark.row("MAIIA-38")
@pytest.mark.row("MAIIA-39")
@pytest.mark.scenario("F-09")
def test_a_shot_of_the_reader_fills_all_but_the_dates_and_two_keys_end_it(page: Page) -> None:
    page.evaluate(READER, KNOWN + "\n")
    page.wait_for_url("**scanned=*")
    start = page.get_by_label("Droits du")
    expect(start).to_be_focused()
    expect(start).to_have_value("")
    expect(page.locator("#f-amc")).to_have_value("0799900010")
    expect(page.locator("#f-member")).to_have_value("0123456789")
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("Alt+A")
    expect(page.get_by_label("Droits du")).to_have_value("01/01/2026")
    page.keyboard.press("F2")
    page.wait_for_url("**kept=QR")
    expect(page.locator("#mutual")).to_contain_text("Numériser l’attestation")
    expect(page.locator("main")).to_contain_text("Mutuelle Ti Doué")


@pytest.mark.scenario("F-10")
def test_a_code_asked_for_by_its_key_comes_back_to_the_leaf(page: Page) -> None:
    page.keyboard.press("Alt+L")
    page.wait_for_url("**/codes/?patient=*")
    page.evaluate(READER, "ceci n’est pas un code connu\n")
    expect(page.locator("#code-note")).to_contain_text("Ce code n’est pas connu")
    page.evaluate(READER, UNKNOWN + "\n")
    page.wait_for_url("**kept=unknown")
    expect(page.locator("main")).to_contain_text("0799900075")


@pytest.mark.parametrize("width", [1366, 683, 320])
def test_the_leaf_filled_by_a_code_is_never_wider_than_its_window(page: Page, width: int) -> None:
    page.evaluate(READER, KNOWN + "\n")
    page.wait_for_url("**scanned=*")
    page.set_viewport_size({"width": width, "height": 768})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
