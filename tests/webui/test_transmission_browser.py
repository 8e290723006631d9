"""Signing and sending in a real browser, with the simulated component in its own process."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from server.app.signing import Signing
from server.core.sesam import Mode
from tests.app.signing_office import PIN, signing_office
from tests.webui.browsing import come_in, go_and_listen, quiet_page, served
from tests.webui.signing_shop import Counter
from tests.world import World
from webui.signing import SigningState, SigningTask

pytestmark = pytest.mark.e2e

CAISSE = {"tp_amo": "1"}
ZOOMED = {"width": 683, "height": 384}  # 1366 × 768 at 200 %
DESK = {"width": 1366, "height": 768}


@pytest.fixture
def desk(french_world: World, tmp_path: Path) -> Iterator[Counter]:
    """The screens of a French practice behind waitress, told when the component moves."""
    french_world.clock.advance(days=8)  # 10 March 2026
    with served(french_world) as shop, signing_office(french_world, tmp_path) as office:
        office.signing = Signing(
            french_world.cabinet, office.driver, shop.broker.publish, lambda: None, simulated=True
        )
        yield Counter(shop, office)


@pytest.fixture
def page(browser: Browser, desk: Counter) -> Iterator[Page]:
    with quiet_page(browser) as opened:
        come_in(opened, desk.shop.door.invite())
        yield opened


def judge(page: Page, name: str) -> None:
    """Look at a screen as it is and zoomed: nothing too wide, nothing a reader of it cannot use."""
    pictures = os.environ.get("BESACE_PICTURES", "")
    for size, words in ((DESK, ""), (ZOOMED, "-zoom200")):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # width and height
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        if pictures:
            page.screenshot(path=Path(pictures) / f"{name}{words}.png", full_page=True)
    page.set_viewport_size(DESK)  # type: ignore[arg-type]  # width and height


def test_both_cards_sign_then_a_lot_is_made_and_waits_to_leave(desk: Counter, page: Page) -> None:
    session = desk.billed()
    base = f"{desk.shop.door.origin}{desk.shop.door.root}"
    go_and_listen(page, f"{base}invoicing/{session}")
    page.keyboard.press("F9")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("1 FSE à la caisse et 1 DRE à la mutuelle")
    judge(page, "signer")
    go_and_listen(page, page.url)
    page.get_by_label("Code de votre carte CPS").first.fill(PIN)
    page.keyboard.press("Enter")
    expect(heading).to_contain_text("signée")
    expect(page.get_by_text("au plus tard le 20/03/2026").first).to_be_visible()
    expect(page.locator("#keys")).not_to_contain_text("Sécuriser")
    judge(page, "signee")
    page.keyboard.press("F9")
    expect(heading).to_contain_text("2 documents sont prêts à partir")
    judge(page, "pret-a-partir")
    go_and_listen(page, page.url)
    page.get_by_label("Code de votre carte CPS").fill(PIN)
    page.keyboard.press("Enter")
    lots = page.locator("#lots")
    expect(lots.get_by_text("À envoyer")).to_have_count(2)
    expect(heading).to_contain_text("Rien n’attend de partir")
    judge(page, "lots")
    lots.get_by_role("link", name="FSE").click()
    expect(page.get_by_text("Dans un lot")).to_be_visible()
    judge(page, "lot")


def test_a_wrong_code_is_told_where_it_was_typed_and_nothing_is_signed(
    desk: Counter, page: Page
) -> None:
    session = desk.billed(CAISSE)
    go_and_listen(page, f"{desk.shop.door.origin}{desk.shop.door.root}invoicing/{session}/sign")
    page.get_by_label("Code de votre carte CPS").first.fill("0000")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ce code est faux")).to_be_visible()
    assert desk.office.documents(session) == []
    judge(page, "code-faux")


def test_what_ends_before_the_page_listens_is_told_once_it_does(desk: Counter, page: Page) -> None:
    """The answer of a component that is quick passes while its page is still being drawn."""
    session, signing = desk.billed(CAISSE), desk.office.signing
    signing.state = SigningState(SigningTask.SECURE, session, running=True, total=1)

    def meanwhile(route: Route) -> None:
        signing.state = replace(signing.state, running=False, problem="wrong_pin", tries=2)
        route.continue_()

    page.route("**/events*", meanwhile)
    page.goto(f"{desk.shop.door.origin}{desk.shop.door.root}invoicing/{session}/sign")
    expect(page.get_by_text("Ce code est faux")).to_be_visible()


def test_every_section_of_the_sendings_is_whole_at_every_size(desk: Counter, page: Page) -> None:
    base = f"{desk.shop.door.origin}{desk.shop.door.root}"
    desk.twice_refused(CAISSE)
    office = desk.office
    office.world.clock.advance(days=1)
    desk.signed(CAISSE)
    office.batch()
    office.run()
    office.world.clock.advance(days=8)
    office.signing.secure(desk.billed(CAISSE), "", Mode.DESYNCHRONISED)
    desk.settled()
    office.world.clock.advance(days=1)
    desk.signed({"tp_amo": ""})
    office.world.clock.advance(days=5)
    office.answer({"kind": "ARL", "origin": "AMO", "lot_kind": "FSE", "ps_number": "991086265",
                   "lot_number": 77, "positive": True, "reason": ""})  # fmt: skip
    office.run()
    page.goto(f"{base}transmission/")
    for name in ("countersign", "ready", "failed", "lots", "held", "letters"):
        expect(page.locator(f"section#{name}")).to_be_visible()
    judge(page, "tout")
