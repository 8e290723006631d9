"""Scanning in a real browser: from the scanner into the patient's file, by the keyboard."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, Route, expect

from hardware.sane import SaneScanner
from hardware.scan_ports import Device, Job, Mode, Offer, Scanner, Source, Stop
from server.app.scanning import Scanning
from server.app.sorter import Sorter
from server.app.web import WebThread
from server.core.sheets import Sheet
from server.services import scanners
from server.simulators.scanner.machine import Fault, Machine, Setting
from server.simulators.scanner.service import NAME, Running, serve
from sync.outbound import Outbound
from tests.people import OUCHENE
from tests.webui.browsing import come_in, quiet_page
from tests.webui.shop import Shop
from tests.world import World
from webui.security import admits
from webui.serving import bind, server_for

pytestmark = [pytest.mark.e2e, pytest.mark.alone]
_LONG = 30_000  # milliseconds for pages to be drawn on a busy machine


@pytest.fixture
def scanner() -> Iterator[Running]:
    running = serve(Machine(Setting(sheets=3)))
    yield running
    running.stop()


def opened(world: World, browser: Browser, system: Scanner) -> Iterator[Page]:
    """The screens behind waitress, with the threads that the program starts."""
    world.patient(OUCHENE)
    listener = bind()
    shop = Shop(world, port=listener.getsockname()[1])
    sorter = Sorter(world.cabinet, shop.broker.wake)
    scans = Scanning(world.cabinet, shop.broker.publish, Outbound(), sorter.wake, system=system)
    shop.rooms.scans = scans
    web = WebThread(server_for(shop.app, listener, admits(shop.door)))
    web.start()
    sorter.start()
    scans.start()
    with quiet_page(browser, forgiven="422") as page:
        come_in(page, shop.door.invite())
        page.keyboard.press("F7")
        expect(page.get_by_role("heading", level=1)).to_contain_text("ranger")
        page.wait_for_load_state()
        yield page
    scans.stop()
    sorter.stop()
    web.stop()


@pytest.fixture
def page(world: World, browser: Browser, scanner: Running) -> Iterator[Page]:
    scanners.add(world.desk, scanner.endpoint)
    yield from opened(world, browser, SaneScanner("no-such-program"))


@pytest.fixture
def of_the_system(
    world: World, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Page]:
    if not SaneScanner().installed:
        pytest.skip("the package sane-utils is not installed")
    monkeypatch.setenv("SANE_CONFIG_DIR", str(tmp_path))
    (tmp_path / "dll.conf").write_text("test\n")
    yield from opened(world, browser, SaneScanner())


@pytest.mark.row("MAIIA-34")
@pytest.mark.scenario("F-12")
def test_a_paper_goes_from_the_network_scanner_into_the_file_by_the_keyboard_alone(
    page: Page,
) -> None:
    page.keyboard.press("Alt+2")
    expect(page.get_by_label("Scanner", exact=True)).to_contain_text(NAME)
    assert Axe().run(page).violations_count == 0
    page.get_by_label("Dans le chargeur").focus()
    page.keyboard.press("Space")
    page.keyboard.press("F2")
    expect(page.get_by_role("img", name="Page 3 sur 3")).to_be_visible(timeout=_LONG)
    expect(page.locator("#paper")).to_contain_text("Qualité")
    page.keyboard.press("/")
    page.keyboard.type("ouch")
    expect(page.get_by_role("radio")).to_be_checked()
    page.get_by_label("Type", exact=True).select_option("CORRESPONDENCE")
    page.keyboard.press("F2")
    expect(page.locator("main")).to_contain_text("Rangé dans le dossier de Fatima OUCHENE")


def test_a_jam_is_a_sentence_and_the_pages_before_it_are_one_press_away(
    page: Page, scanner: Running
) -> None:
    page.keyboard.press("Alt+2")
    scanner.machine.load(Setting(sheets=4, fault=Fault.JAM, after=2))
    page.get_by_label("Dans le chargeur").check()
    page.keyboard.press("F2")
    expect(page.locator("#scan")).to_contain_text("Une feuille est coincée", timeout=_LONG)
    page.get_by_role("link", name="Voir le document").click()
    expect(page.get_by_role("img", name="Page 2 sur 2")).to_be_visible(timeout=_LONG)


def test_a_scan_is_stopped_with_escape(page: Page, scanner: Running) -> None:
    page.keyboard.press("Alt+2")
    scanner.machine.load(Setting(sheets=9, pages_per_minute=60))
    page.get_by_label("Dans le chargeur").check()
    page.keyboard.press("F2")
    expect(page.locator("#scan")).to_contain_text("1 page reçue", timeout=_LONG)
    page.keyboard.press("Escape")
    expect(page.locator("#scan")).to_contain_text("Arrêté à votre demande", timeout=_LONG)


@pytest.mark.device
def test_a_paper_comes_from_the_glass_of_a_scanner_of_the_system(of_the_system: Page) -> None:
    page = of_the_system
    page.keyboard.press("Alt+2")
    expect(page.get_by_label("Scanner", exact=True)).to_contain_text("frontend-tester")
    page.get_by_label("Sur la vitre").check()
    page.keyboard.press("F2")
    expect(page.get_by_role("img", name="Page 1 sur 1")).to_be_visible(timeout=_LONG)


class Unhurried:
    """Scanners of a system that are found when the test says so."""

    def __init__(self) -> None:
        self.found = Event()

    def devices(self) -> Sequence[Device]:
        self.found.wait(_LONG / 1000)
        return (Device("glass", "Verre lent"),)

    def offer(self, _device: str) -> Offer:
        return Offer((Source.GLASS,), (Mode.COLOUR,), (200,), duplex=False)

    def scan(self, _job: Job, _stop: Stop) -> Iterator[Sheet]:
        raise AssertionError


@pytest.fixture
def unhurried() -> Unhurried:
    return Unhurried()


@pytest.fixture
def of_slow_glass(world: World, browser: Browser, unhurried: Unhurried) -> Iterator[Page]:
    yield from opened(world, browser, unhurried)
    unhurried.found.set()


def test_scanners_found_while_the_page_asks_for_them_are_shown(
    of_slow_glass: Page, unhurried: Unhurried
) -> None:
    page = of_slow_glass

    def found_on_the_way(route: Route) -> None:
        if route.request.resource_type == "document" or unhurried.found.is_set():
            route.continue_()
            return
        answer = route.fetch()  # written before they are found, delivered after the page was told
        assert "Recherche des scanners" in answer.text()
        unhurried.found.set()
        page.wait_for_timeout(1500)
        with suppress(Error):  # given up meanwhile
            route.fulfill(response=answer)

    page.route(re.compile(r"/scan/(\?|$)"), found_on_the_way)
    page.keyboard.press("Alt+2")
    expect(page.get_by_label("Scanner", exact=True)).to_contain_text("Verre lent")
    page.unroute_all(behavior="wait")


@pytest.mark.parametrize("width", [1366, 683, 320])
def test_the_screen_is_never_wider_than_its_window(page: Page, width: int) -> None:
    page.keyboard.press("Alt+2")
    expect(page.get_by_label("Scanner", exact=True)).to_contain_text(NAME)
    page.set_viewport_size({"width": width, "height": 768})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
