"""The screens in a real browser: what is seen, the keyboard, accessibility, the policy."""

from contextlib import suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, expect

from server.core.rights import Right
from tests.webui.house import NOW, PASSPHRASE, House
from webui.gate import GateState
from webui.stream import EventRow

pytestmark = pytest.mark.e2e


def unlock(page: Page) -> None:
    page.get_by_label("Phrase de passe").fill(PASSPHRASE)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Aucune séance notée aujourd’hui.")
    page.wait_for_load_state()  # the heading shows before the page listens to keys


def go(page: Page, house: House, path: str) -> None:
    page.goto(house.door.origin + house.door.root + path)


@pytest.fixture(params=[(1366, 768), (683, 384), (320, 700)], ids=["desk", "zoomed", "phone"])
def sized(request: pytest.FixtureRequest, page: Page) -> Page:
    width, height = request.param
    page.set_viewport_size({"width": width, "height": height})
    return page


def test_the_day_opens_with_the_passphrase_and_one_key(page: Page) -> None:
    unlock(page)
    expect(page.get_by_text("Cabinet de démonstration — données fictives")).to_be_visible()
    expect(page.get_by_text("Version non homologuée")).to_be_visible()


def test_every_page_is_accessible_and_never_wider_than_the_window(
    sized: Page, served: House
) -> None:
    axe = Axe()

    def check(name: str) -> None:
        found = axe.run(sized)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert sized.evaluate("document.documentElement.scrollWidth <= innerWidth"), name

    check("unlock")
    unlock(sized)
    check("today")
    for path in ("gallery", "help/keys"):
        go(sized, served, path)
        check(path)
    served.gate.state = GateState.EMPTY
    go(sized, served, "new")
    check("new")
    served.gate.state = GateState.UNPROVEN
    go(sized, served, "recovery")
    check("recovery")


def test_the_keys_of_the_page_work(page: Page, served: House) -> None:
    unlock(page)
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Tout se fait au clavier.")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("F12")
    expect(page.get_by_role("heading", name="Aucune séance")).to_be_visible()
    page.keyboard.press("F6")
    expect(page.get_by_role("link", name="Besace")).to_be_focused()


def test_a_list_is_one_stop_with_arrows_and_letters_inside(page: Page, served: House) -> None:
    unlock(page)
    go(page, served, "gallery")
    first = page.get_by_role("link", name="Ahmed ZIANI")
    first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Marc DELVAUX")).to_be_focused()
    page.keyboard.press("o")
    expect(page.get_by_role("link", name="Odette RENSON")).to_be_focused()
    page.keyboard.press("Home")
    expect(first).to_be_focused()


def test_a_dialog_gives_the_focus_back(page: Page, served: House) -> None:
    unlock(page)
    go(page, served, "gallery")
    opener = page.get_by_role("button", name="Abandonner…")
    opener.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_pill_follows_the_event_table(page: Page, served: House) -> None:
    unlock(page)
    expect(page.get_by_role("status")).to_contain_text("7 envois en attente")
    served.services.shown = type(served.services.shown)(
        user="S",
        practice="K",
        demo=True,
        rights=frozenset(Right),
        online=True,
        waiting=0,
        saved_at=NOW,
    )
    served.events.rows.append(EventRow(4, "lot.sealed", "01LOT"))
    served.broker.wake()
    expect(page.get_by_role("status")).to_contain_text("rien ne reste à envoyer")


def test_every_open_page_leaves_when_the_practice_is_locked(page: Page, served: House) -> None:
    with page.expect_response("**/frame/line*"), page.expect_response("**/frame/lamp*"):
        unlock(page)  # both are drawn again once the stream is open
    served.gate.lock()
    served.broker.wake()
    expect(page.get_by_label("Phrase de passe")).to_be_visible()


def test_row_03_a_rebound_name_opens_nothing(browser: Browser, served: House) -> None:
    context = browser.new_context()
    page = context.new_page()
    with page.expect_response("**/*") as answered, suppress(Error):
        page.goto(served.door.invite().replace("127.0.0.1", "rebind.localhost"))
    assert answered.value.status == 403
    context.close()


def test_the_pages_work_without_the_script(browser: Browser, served: House) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(served.door.invite())
    page.get_by_label("Phrase de passe").fill(PASSPHRASE)
    page.get_by_role("button", name="Ouvrir la besace").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Aucune séance notée aujourd’hui.")
    page.get_by_role("button", name="Verrouiller").click()
    expect(page.get_by_label("Phrase de passe")).to_be_visible()
    context.close()
