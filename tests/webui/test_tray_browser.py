"""The porte-document in a real browser, by the keyboard alone: from a file to a patient's file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from server.app.sorter import Sorter
from server.app.web import WebThread
from tests.hardware.drawn import on_a_page, pdf, qr
from tests.people import OUCHENE, VERHULST, Person
from tests.webui.browsing import come_in, quiet_page
from tests.webui.shop import Shop
from tests.world import World
from webui.security import admits
from webui.serving import bind, server_for

pytestmark = [pytest.mark.e2e, pytest.mark.alone]

VERLAINE = Person("Verlaine", "Anne", "", "", "")
FARTHEST = 60  # presses of Tab before a thing is said to be out of reach


@pytest.fixture
def shop(world: World) -> Iterator[Shop]:
    """The screens behind waitress, with the sorter that the program starts."""
    world.patient(OUCHENE)
    world.patient(VERHULST)
    world.patient(VERLAINE)
    listener = bind()
    made = Shop(world, port=listener.getsockname()[1])
    sorter = Sorter(world.cabinet, made.broker.wake)
    made.rooms.wake_sorter = sorter.wake  # type: ignore[method-assign]
    web = WebThread(server_for(made.app, listener, admits(made.door)))
    web.start()
    sorter.start()
    yield made
    sorter.stop()
    web.stop()


@pytest.fixture
def page(browser: Browser, shop: Shop) -> Iterator[Page]:
    with quiet_page(browser, forgiven="422") as opened:  # a form shown again
        come_in(opened, shop.door.invite())
        yield opened


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """An attestation of two pages, with a code on the first."""
    file = tmp_path / "attestation.pdf"
    code = qr("NumeroAMC=775678584;NumAdherent=0123456789")
    file.write_bytes(pdf(on_a_page(code, height=1000, width=720), on_a_page(width=720)))
    return file


def reach(page: Page, selector: str) -> None:
    """Walk to a thing with Tab."""
    for _ in range(FARTHEST):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is out of reach")


def bring_in(page: Page, file: Path) -> None:
    """Open the table with its key, choose a file and send it."""
    page.keyboard.press("F7")
    expect(page.get_by_role("heading", level=1)).to_contain_text("ranger")
    page.wait_for_load_state()
    reach(page, "[name=files]")
    with page.expect_file_chooser() as asked:
        page.keyboard.press("Space")
    asked.value.set_files(file)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


@pytest.mark.scenario("F-12")
@pytest.mark.row("MAIIA-33")
def test_a_paper_certificate_gets_into_the_file_by_the_keyboard_alone(
    page: Page, shop: Shop, paper: Path
) -> None:
    bring_in(page, paper)
    expect(page.get_by_role("img", name="Page 2 sur 2")).to_be_visible(timeout=20_000)
    expect(page.locator("aside")).to_contain_text("775678584")
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("/")
    page.keyboard.type("ouch")
    expect(page.get_by_role("radio")).to_be_checked()
    page.keyboard.press("F2")  # without its dates
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("radio")).to_be_checked()
    page.keyboard.press("Alt+1")
    expect(page.get_by_label("Valable du")).to_have_value("01/01/2026")
    page.keyboard.press("F2")
    expect(page.locator("main")).to_contain_text("Rangé dans le dossier de Fatima OUCHENE")
    page.keyboard.press("F12")
    expect(page.locator("#to-do b")).to_have_text("0")
    page.goto(f"{shop.door.origin}{shop.door.root}patients/{shop.world.ids[OUCHENE]}")
    expect(page.locator("#documents")).to_contain_text("valable du 01/01/2026 au 31/12/2026")


@pytest.mark.row("MAIIA-34")
def test_a_page_is_turned_by_its_key_and_cut_with_the_pointer(page: Page, paper: Path) -> None:
    bring_in(page, paper)
    first = page.get_by_role("img", name="Page 1 sur 2")
    expect(first).to_be_visible(timeout=20_000)
    tall = first.bounding_box()
    assert tall and tall["height"] > tall["width"]
    page.keyboard.press("/")
    page.keyboard.type("ouch")
    expect(page.get_by_role("radio")).to_be_checked()
    page.locator("body").click(position={"x": 700, "y": 30})
    page.keyboard.press("Alt+3")
    expect(page.get_by_text("Pages tournées ou rognées")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("radio")).to_be_checked()  # what was typed beside is still there
    wide = first.bounding_box()
    assert wide and wide["height"] < wide["width"]
    page.mouse.move(wide["x"] + 5, wide["y"] + 5)
    page.mouse.down()
    page.mouse.move(wide["x"] + wide["width"] / 2, wide["y"] + wide["height"] - 3, steps=3)
    page.mouse.up()
    expect(page.get_by_label("Droite").first).to_have_value("50")
    before = first.get_attribute("src") or ""
    page.keyboard.press("Enter")
    expect(first).not_to_have_attribute("src", before, timeout=20_000)
    page.wait_for_load_state("networkidle")
    half = first.bounding_box()
    assert half and half["height"] > half["width"]


@pytest.mark.scenario("H-16")
def test_the_same_file_again_leads_to_the_first(page: Page, paper: Path) -> None:
    bring_in(page, paper)
    expect(page.get_by_role("img", name="Page 1 sur 2")).to_be_visible(timeout=20_000)
    bring_in(page, paper)
    expect(page.locator("main")).to_contain_text("Déjà reçu")
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 document à ranger")


def test_several_patients_are_walked_with_the_arrows(page: Page, paper: Path) -> None:
    bring_in(page, paper)
    expect(page.get_by_role("img", name="Page 1 sur 2")).to_be_visible(timeout=20_000)
    page.keyboard.press("/")
    page.keyboard.type("ve")
    expect(page.get_by_role("radio")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio").nth(1)).to_be_checked()


@pytest.mark.parametrize("width", [1366, 683, 320])
def test_the_table_is_never_wider_than_its_window(page: Page, paper: Path, width: int) -> None:
    bring_in(page, paper)
    expect(page.get_by_role("img", name="Page 1 sur 2")).to_be_visible(timeout=20_000)
    page.set_viewport_size({"width": width, "height": 768})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
