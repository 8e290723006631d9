"""The watched folder in a real browser: chosen in the options, seen on the table, twice is once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from hardware.inbox import TAKEN
from server.app.dropping import Dropping
from server.app.sorter import Sorter
from tests.hardware.drawn import on_a_page, pdf
from tests.webui.browsing import come_in, quiet_page, served
from tests.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.alone]
_LONG = 20_000  # milliseconds for pages to be drawn on a busy machine


@pytest.fixture
def page(world: World, browser: Browser) -> Iterator[Page]:
    """The screens behind waitress, with the threads that the program starts."""
    with served(world) as shop, quiet_page(browser, forgiven="422") as opened:
        sorter = Sorter(world.cabinet, shop.broker.wake)

        def came() -> None:
            sorter.wake()
            shop.broker.wake()

        dropping = Dropping(world.cabinet, shop.broker.publish, came, pace=0.05)
        shop.rooms.folder = dropping
        sorter.start()
        dropping.start()
        come_in(opened, shop.door.invite())
        opened.goto(f"{shop.door.origin}{shop.door.root}options/devices/")
        yield opened
        dropping.stop()
        sorter.stop()


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    place = tmp_path / "scans"
    place.mkdir()
    return place


def watch(page: Page, place: Path) -> None:
    page.get_by_label("Chemin complet du dossier").fill(str(place))
    page.get_by_role("button", name="Retenir", exact=True).click()


@pytest.mark.scenario("H-16")
@pytest.mark.row("MAIIA-32")
def test_a_prescription_dropped_twice_is_one_document_to_process_and_the_second_is_said(
    page: Page, scans: Path
) -> None:
    watch(page, scans)
    expect(page.locator("#folder")).to_contain_text("Rien n’y est encore tombé")
    assert Axe().run(page).violations_count == 0
    paper = pdf(on_a_page(width=720))
    page.keyboard.press("F7")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rien à ranger.")
    (scans / "ordre.pdf").write_bytes(paper)
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 document", timeout=_LONG)
    (scans / "encore.pdf").write_bytes(paper)
    expect(page.locator("#folder")).to_contain_text("déjà reçu", timeout=_LONG)
    page.get_by_role("link", name="Voir le document").click()
    expect(page.locator("main")).to_contain_text("Déjà reçu : c’est le document du")
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 document")
    expect(page.get_by_role("heading", level=2, name="ordre.pdf")).to_be_visible()
    assert {each.name for each in (scans / TAKEN).iterdir()} == {"ordre.pdf", "encore.pdf"}
    page.keyboard.press("F12")
    expect(page.locator("#to-do b")).to_have_text("1")


def test_a_folder_that_leaves_and_returns_is_said_without_a_key_pressed(
    page: Page, scans: Path
) -> None:
    watch(page, scans.with_name("nowhere"))
    expect(page.get_by_role("alert")).to_contain_text("n’existe pas sur ce poste")
    watch(page, scans)
    expect(page.locator("#folder")).to_contain_text("Surveillé")
    scans.rename(scans.with_name("unplugged"))
    expect(page.locator("#folder")).to_contain_text("ne répond plus", timeout=_LONG)
    scans.with_name("unplugged").rename(scans)
    (scans / "lettre.docx").write_bytes(b"PK")
    expect(page.locator("#folder")).to_contain_text("ni un PDF, ni une image", timeout=_LONG)
    expect(page.locator("#folder")).not_to_contain_text("ne répond plus")


@pytest.mark.parametrize("width", [1366, 683, 320])
def test_the_screen_is_never_wider_than_its_window(page: Page, scans: Path, width: int) -> None:
    watch(page, scans)
    (scans / ("un-nom-de-fichier-interminable" * 4 + ".txt")).write_bytes(b"no sheet")
    expect(page.locator("#folder")).to_contain_text("Laissé", timeout=_LONG)
    page.set_viewport_size({"width": width, "height": 768})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("F7")
    expect(page.locator("#folder")).to_contain_text("Laissé")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
