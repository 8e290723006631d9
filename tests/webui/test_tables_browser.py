"""A convention table in a real browser: followed as it is read, stopped and placed by keys."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from server.app import tables as app_tables
from server.app.tables import Tables
from server.services import convention_import
from tests.countries.france.tables import many, written
from tests.services.test_convention_import import FIRST
from tests.webui.browsing import come_in, quiet_page, served
from tests.webui.test_convention_columns import ODD
from tests.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.alone]


class Slow:
    """Pieces of a file that come when the test lets them."""

    def __init__(self) -> None:
        self.go_on = Event()

    def __call__(self, content: bytes) -> Iterator[bytes]:
        for piece in convention_import.pieces_of(content):
            yield piece[:1000]
            self.go_on.wait(10)
            yield piece[1000:]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    made = Slow()
    monkeypatch.setattr(app_tables, "pieces_of", made)
    return made


@pytest.fixture
def page(browser: Browser, french_world: World) -> Iterator[Page]:
    """The screen of conventions; every file is a large one."""
    with served(french_world) as shop, quiet_page(browser) as opened:
        shop.rooms.tables = Tables(french_world.cabinet, shop.broker.publish, large=0)
        come_in(opened, shop.door.invite())
        opened.goto(f"{shop.door.origin}{shop.door.root}options/conventions/")
        yield opened


def give(page: Page, folder: Path, name: str, data: bytes) -> None:
    file = folder / name
    file.write_bytes(data)
    page.locator("[name=table]").set_input_files(file)
    page.locator("#import button").press("Enter")


def test_a_large_table_is_followed_stopped_by_escape_then_read(
    page: Page, slow: Slow, tmp_path: Path
) -> None:
    give(page, tmp_path, FIRST, written(many(30)))
    page.wait_for_url("**/reading")
    expect(page.locator("progress")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    with page.expect_response("**/conventions/stop"):
        page.keyboard.press("Escape")
    slow.go_on.set()
    expect(page.locator("#reading")).to_contain_text("Lecture arrêtée")
    page.get_by_role("link", name="Revenir aux conventions").click()
    give(page, tmp_path, FIRST, written(many(30)))
    page.wait_for_url("**/version/*")
    expect(page.locator("main")).to_contain_text("30 ajoutées")


def test_columns_are_placed_with_the_keyboard_alone(page: Page, slow: Slow, tmp_path: Path) -> None:
    slow.go_on.set()
    give(page, tmp_path, "C-Ti Doue.csv", ODD)
    page.wait_for_url("**/columns")
    for number, down in enumerate((2, 3, 5, 7, 6)):  # number, name, type, accord, criterion
        page.locator(f"#f-column_{number}").focus()
        for _ in range(down):
            page.keyboard.press("ArrowDown")
    page.keyboard.press("F2")
    page.wait_for_url("**/version/*")
    expect(page.locator("main")).to_contain_text("2 ajoutées")
