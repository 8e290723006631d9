"""What is typed survives a lock and a passphrase asked again: same user, same page, same form."""

import json
from collections.abc import Iterator
from html import unescape
from re import search

import pytest
from playwright.sync_api import Browser, Page, expect

from server.app.web import WebThread
from server.services import drafts
from server.services.drafts import Typed
from tests.people import DELVAUX
from tests.webui.shop import Shop
from tests.world import PASSPHRASE, World
from webui.security import admits
from webui.serving import bind, server_for


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def keep(shop: Shop, place: str, *forms: tuple[str, list[list[str]]]) -> int:
    root = shop.door.root
    told = json.dumps([[root + action, fields] for action, fields in forms])
    return shop.post("drafts/", place=root + place, forms=told).status_code


def left_on(page: str) -> object:
    found = search(r'data-forms="([^"]*)"', page)
    return json.loads(unescape(found[1])) if found else None


def test_a_page_gives_back_what_was_typed_on_it_without_secrets(shop: Shop) -> None:
    fields = [["name", "Kiné <b>"], ["passphrase", "secret"], ["page_token", "x"]]
    assert keep(shop, "options/", ("options/practice", fields)) == 204
    page = shop.get("options/")
    assert left_on(page) == [[f"{shop.door.root}options/practice", [["name", "Kiné <b>"]]]]
    assert "Repris" in page
    assert left_on(shop.get("journal/")) is None


def test_nothing_typed_any_more_is_nothing_kept(shop: Shop) -> None:
    keep(shop, "options/", ("options/practice", [["name", "x"]]))
    assert keep(shop, "options/") == 204
    assert left_on(shop.get("options/")) is None


def test_it_can_be_discarded(shop: Shop) -> None:
    keep(shop, "options/", ("options/practice", [["name", "x"]]))
    back = shop.post("drafts/discard", place="options/")
    assert back.headers["Location"] == f"{shop.door.root}options/"
    assert left_on(shop.get("options/")) is None
    elsewhere = shop.post("drafts/discard", place="//evil.example/")
    assert elsewhere.headers["Location"] == shop.door.root


def test_the_form_once_sent_leaves_nothing_and_a_refused_one_does(shop: Shop) -> None:
    keep(shop, "options/", ("options/language", [["locale", "nl"]]))
    assert shop.post("options/security/idle", minutes="99").status_code == 422
    assert left_on(shop.get("options/")) is not None
    assert shop.post("options/language", locale="nl").status_code == 303
    assert left_on(shop.get("options/")) is None


@pytest.mark.parametrize("forms", ["", "{}", "[1]", '[["a"]]', '[["a", [1]]]', "null"])
def test_what_our_pages_do_not_send_is_refused(shop: Shop, forms: str) -> None:
    answer = shop.post("drafts/", place="options/", forms=forms)
    assert answer.status_code == 422 or (forms == "{}" and answer.status_code == 204)
    assert left_on(shop.get("options/")) is None


def test_unlocking_leads_back_to_the_page_and_no_further_for_another_user(shop: Shop) -> None:
    keep(shop, "options/?x=1", ("options/practice", [["name", "x"]]))
    shop.gate.lock()
    assert shop.client.post(
        f"{shop.door.root}drafts/", data={"page_token": shop.door.page_token}
    ).status_code == 403  # fmt: skip
    user = shop.world.cabinet.logins()[0].id
    back = shop.post("unlock", user=user, passphrase=PASSPHRASE)
    assert back.headers["Location"] == f"{shop.door.root}options/?x=1"
    shop.post("drafts/left", place=f"{shop.door.root}options/?x=1")
    shop.gate.lock()
    again = shop.post("unlock", user=user, passphrase=PASSPHRASE)
    assert again.headers["Location"] == shop.door.root
    assert left_on(shop.get("options/?x=1")) is not None


def test_a_page_that_is_no_more_leads_home(shop: Shop) -> None:
    drafts.keep(shop.world.desk, "gone/", [Typed("gone/", [("a", "b")])])
    shop.gate.lock()
    user = shop.world.cabinet.logins()[0].id
    assert shop.post("unlock", user=user, passphrase=PASSPHRASE).headers["Location"] == (
        shop.door.root
    )


def test_what_was_sent_without_a_fresh_passphrase_waits_on_its_screen(shop: Shop) -> None:
    assert shop.client
    shop.rooms.fresh = False
    root = shop.door.root
    answer = shop.client.post(
        f"{root}options/backups/answer",
        data={"page_token": shop.door.page_token, "word": "vu avec la mutuelle"},
        headers={"Referer": f"{shop.door.origin}{root}options/"},
    )
    assert answer.status_code == 303, answer.text[-500:]
    ask = answer.headers["Location"].removeprefix(root)
    assert ask.startswith("proof/"), ask
    assert "word" not in ask and "mutuelle" not in ask
    proved = shop.post(ask, passphrase=PASSPHRASE)
    assert proved.status_code == 303, proved.text[-800:]
    held = [[f"{root}options/backups/answer", [["word", "vu avec la mutuelle"]]]]
    assert left_on(shop.get("options/")) == held


@pytest.fixture
def served(world: World) -> Iterator[Shop]:
    """The screens of the practice behind waitress."""
    listener = bind()
    open_shop = Shop(world, port=listener.getsockname()[1])
    web = WebThread(server_for(open_shop.app, listener, admits(open_shop.door)))
    web.start()
    yield open_shop
    web.stop()


def unlock(page: Page) -> None:
    page.get_by_label("Phrase de passe").fill(PASSPHRASE)
    page.keyboard.press("Enter")


def chosen(page: Page) -> object:
    """The radios that are on."""
    every = page.locator("main input[type=radio]:checked")
    return every.evaluate_all("all => all.map(each => each.name + each.value)")


@pytest.fixture
def page(browser: Browser, served: Shop) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    opened = context.new_page()
    opened.goto(served.door.invite())
    unlock(opened)
    expect(opened.get_by_role("navigation").first).to_be_visible()
    yield opened
    context.close()


@pytest.mark.e2e
def test_a_lock_in_the_middle_of_a_word_loses_nothing(served: Shop, page: Page) -> None:
    series = served.world.open_series(DELVAUX)
    visit = f"{served.door.origin}{served.door.root}sessions/of/{series}"
    page.goto(visit)
    page.wait_for_load_state()
    field = page.locator("#f-copay_collected")
    field.fill("2,50")
    with page.expect_response("**/drafts/") as answer:
        page.locator("input[name=payment_means]:not(:checked)").first.check()
    assert answer.value.status == 204
    typed = field.input_value()
    ticked = page.locator("main input[type=radio]:checked").evaluate_all(
        "all => all.map(x => x.value)"
    )
    served.gate.lock("idle")
    served.door.close_session()
    expect(page.get_by_label("Phrase de passe")).to_be_visible()  # the page leaves by itself
    unlock(page)
    expect(page).to_have_url(visit)
    expect(page.locator("#draft")).to_contain_text("Repris")
    assert field.input_value() == typed == "2,50"
    again = page.locator("main input[type=radio]:checked").evaluate_all(
        "all => all.map(x => x.value)"
    )
    assert again == ticked
    page.get_by_role("button", name="Effacer ce qui est repris").click()
    expect(page.locator("#draft")).to_have_count(0)
    assert field.input_value() != "2,50"


@pytest.mark.e2e
def test_locking_by_hand_keeps_the_last_word_too(served: Shop, page: Page) -> None:
    page.goto(f"{served.door.origin}{served.door.root}options/")
    page.wait_for_load_state()
    page.locator("#f-city").fill("Namur")
    page.get_by_role("button", name="Verrouiller").click()
    expect(page.get_by_label("Phrase de passe")).to_be_visible()
    unlock(page)
    expect(page.locator("#draft")).to_be_visible()
    assert page.locator("#f-city").input_value() == "Namur"
