"""The mailbox in a real browser: named in the options, read, seen on the table, twice is once."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from server.app.mailing import Mailing
from server.app.sorter import Sorter
from sync.outbound import Outbound
from tests.hardware.drawn import on_a_page, pdf
from tests.sync.pop import ACCOUNT, HURRY, PASSWORD, PopServer, mail
from tests.webui.browsing import come_in, quiet_page, served
from tests.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.alone]
_LONG = 20_000  # milliseconds for pages to be drawn on a busy machine


@pytest.fixture
def server() -> Iterator[PopServer]:
    made = PopServer()
    yield made
    made.close()


@pytest.fixture
def page(world: World, browser: Browser) -> Iterator[Page]:
    """The screens behind waitress, with the threads that the program starts."""
    with served(world) as shop, quiet_page(browser, forgiven="422") as opened:
        sorter = Sorter(world.cabinet, shop.broker.wake)

        def came() -> None:
            sorter.wake()
            shop.broker.wake()

        mailing = Mailing(world.cabinet, shop.broker.publish, Outbound(), came, patience=HURRY)
        shop.rooms.mail = mailing
        sorter.start()
        mailing.start()
        come_in(opened, shop.door.invite())
        opened.goto(f"{shop.door.origin}{shop.door.root}options/devices/")
        yield opened
        mailing.stop()
        sorter.stop()


@pytest.mark.scenario("H-16")
def test_a_paper_mailed_twice_is_one_document_and_what_is_left_is_said(
    page: Page, server: PopServer
) -> None:
    paper = pdf(on_a_page(width=720))
    server.box["one"] = mail(("ordre.pdf", paper), ("lettre.docx", b"PK"))
    page.get_by_label("Serveur POP3").fill("127.0.0.1")
    page.get_by_label("Port").fill(str(server.port))
    page.get_by_label("Compte").fill(ACCOUNT)
    page.get_by_label("Mot de passe").fill("faux")
    page.get_by_label("Sans chiffrement").check()
    page.get_by_role("button", name="Retenir la boîte").click()
    expect(page.locator("#mail")).to_contain_text("est refusé", timeout=_LONG)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Retenir la boîte").click()
    expect(page.locator("#mail")).to_contain_text("1 papier pris. 1 laissé.", timeout=_LONG)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("F7")
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 document", timeout=_LONG)
    expect(page.locator("#mail")).to_contain_text("lettre.docx")
    server.box["two"] = mail(("encore.pdf", paper))
    page.keyboard.press("Alt+5")
    expect(page.locator("#mail")).to_contain_text("0 papier pris. 1 déjà reçu.", timeout=_LONG)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.locator("#mail").get_by_role("link", name="Voir le document").click()
    expect(page.locator("main")).to_contain_text("Déjà reçu : c’est le document du", timeout=_LONG)
    expect(page.get_by_role("heading", level=2, name="ordre.pdf")).to_be_visible()


@pytest.mark.parametrize("width", [1366, 320])
def test_the_screen_is_never_wider_than_its_window(
    page: Page, server: PopServer, width: int
) -> None:
    server.box["one"] = mail(("un-nom-de-fichier-interminable" * 4 + ".txt", b"no sheet"))
    page.get_by_label("Serveur POP3").fill("127.0.0.1")
    page.get_by_label("Port").fill(str(server.port))
    page.get_by_label("Compte").fill(ACCOUNT)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_label("Sans chiffrement").check()
    page.get_by_role("button", name="Retenir la boîte").click()
    expect(page.locator("#mail")).to_contain_text("Relevé à", timeout=_LONG)
    page.set_viewport_size({"width": width, "height": 768})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("F7")
    expect(page.locator("#mail")).to_contain_text("Laissé")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
