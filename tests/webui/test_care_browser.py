"""Care in a real browser: few keys, the card that opens its file, what is typed is not lost."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from server.core.cards import CardAddress, CardKind, CardRead, Identity, Proof
from server.core.identifiers import Niss
from server.services import cards, practices
from tests.people import LAMBIOTTE, OUCHENE, PIRSON, Person
from tests.webui.browsing import come_in, go_and_listen, quiet_page, served
from tests.webui.shop import Shop
from tests.world import World

pytestmark = pytest.mark.e2e


@pytest.fixture
def shop(world: World) -> Iterator[Shop]:
    """The screens of the practice behind waitress."""
    with served(world) as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, shop: Shop) -> Iterator[Page]:
    with quiet_page(browser) as opened:
        come_in(opened, shop.door.invite())
        yield opened


class Hand:
    """A hand on the keyboard that counts what it does: one key, or one word typed, is an action."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0

    def press(self, key: str, then: str) -> None:
        """Press one key and wait for the sentence of the screen it leads to."""
        self.page.wait_for_load_state()  # a heading shows before the page listens
        self.page.keyboard.press(key)
        self.actions += 1
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(then)

    def type(self, word: str) -> None:
        self.page.keyboard.type(word)
        self.actions += 1


def go(page: Page, shop: Shop, path: str) -> None:
    page.goto(shop.door.origin + shop.door.root + path)


def read_card(shop: Shop, person: Person) -> str | None:
    """Slide the person's demonstration card in; the stream tells the open page."""
    number = Niss.parse(person.niss)
    who = Identity(
        number, person.last_name, person.first_name, None, "", "", "000000000000", "BE", None,
        None, 1,
    )  # fmt: skip
    read = CardRead(
        CardKind.EID, shop.world.clock.now(), "paper", who,
        CardAddress("Rue Basse 1", "4000", "Liège"), Proof.DEMO, "", b"", b"", b"", b"", b"",
    )  # fmt: skip
    shown = cards.present(shop.world.desk, read)
    shop.broker.wake()
    return shown.patient


@pytest.mark.scenario("D-02")
def test_two_sessions_in_a_row_take_at_most_six_actions_each(page: Page, shop: Shop) -> None:
    shop.world.open_series(OUCHENE)
    shop.world.open_series(LAMBIOTTE)
    go(page, shop, f"patients/{shop.world.ids[OUCHENE]}")
    first = Hand(page)
    first.press("F2", then="Fatima OUCHENE paie 2,50")
    first.press("F2", then="Séance notée. Fatima OUCHENE")
    second = Hand(page)
    second.press("F3", then="2 patients")
    second.type("lamb")
    second.press("Enter", then="Jeanne LAMBIOTTE")
    second.press("F2", then="Jeanne LAMBIOTTE paie 6,25")
    second.press("F2", then="Séance notée. Jeanne LAMBIOTTE")
    assert first.actions <= 6
    assert second.actions <= 6
    assert shop.world.sql("select count(*) from session where state = 'Ready'") == 2
    assert shop.world.sql("select sum(copay_collected_cents) from session") == 250 + 625


def test_a_card_opens_its_file_without_a_click(page: Page, shop: Shop) -> None:
    read_card(shop, PIRSON)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Luc PIRSON")
    expect(page.get_by_text("Dossier à compléter")).to_be_visible()
    expect(page.get_by_text("Carte de démonstration").first).to_be_visible()


def test_a_card_does_not_take_away_what_is_being_typed(page: Page, shop: Shop) -> None:
    go(page, shop, "patients/new")
    page.get_by_label("Nom", exact=True).fill("Servais")
    patient = read_card(shop, PIRSON)
    expect(page.get_by_text("Carte lue")).to_contain_text("Luc PIRSON")
    expect(page.get_by_label("Nom", exact=True)).to_have_value("Servais")
    page.get_by_role("link", name="Ouvrir son dossier").click()
    expect(page).to_have_url(shop.door.origin + shop.door.root + f"patients/{patient}")


def test_a_card_that_cannot_be_read_is_a_sentence_on_the_screen(page: Page, shop: Shop) -> None:
    go_and_listen(page, page.url)
    shop.broker.publish("card.failed", "card.pulled")
    expect(page.get_by_role("alert")).to_contain_text("La carte est sortie avant la fin")
    shop.broker.publish("card.inserted", "")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_lamp_tells_how_much_of_the_card_is_read(page: Page, shop: Shop) -> None:
    go_and_listen(page, page.url)
    shop.broker.publish("card.reading", "45")
    expect(page.get_by_text("Lecture de la carte, 45")).to_be_visible()


def test_the_lamp_is_asked_after_a_reading_only_by_a_page_that_stays(
    page: Page, shop: Shop
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    go_and_listen(page, shop.door.origin + shop.door.root + "patients/")
    shop.broker.publish("card.done", "somebody")
    shop.broker.publish("card.reading", "80")
    expect(page.get_by_text("Lecture de la carte, 80")).to_be_visible()
    assert not [url for url in asked if "card.done" in url]
    go_and_listen(page, shop.door.origin + shop.door.root + "patients/new")
    page.get_by_label("Nom", exact=True).fill("Servais")
    with page.expect_request("**/frame/lamp?event=card.done*"):
        shop.broker.publish("card.done", "somebody")


def test_the_list_of_patients_follows_what_is_typed_and_the_arrows(page: Page, shop: Shop) -> None:
    shop.world.patient(OUCHENE)
    shop.world.patient(LAMBIOTTE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.keyboard.press("F3")
    expect(page.get_by_role("link", name="Fatima OUCHENE")).to_be_visible()
    expect(page.locator("[name=q]")).to_be_focused()
    page.keyboard.type("lam")
    expect(page.get_by_role("link", name="Fatima OUCHENE")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Jeanne LAMBIOTTE")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Jeanne LAMBIOTTE")
    assert any(url.endswith("/patients/found") for url in asked)
    assert not [url for url in asked if "lam" in url.rpartition("/")[2] and "lamp" not in url]


def test_another_place_changes_the_code_proposed(page: Page, shop: Shop) -> None:
    series = shop.world.open_series(OUCHENE)
    go(page, shop, f"sessions/of/{series}")
    code = page.get_by_label("Prestation proposée")
    at_home = code.input_value()
    with page.expect_request("**/sessions/of/*") as asked:
        page.get_by_role("radio", name="cabinet").check()
    assert {*parse_qs(urlsplit(asked.value.url).query)} == {"care_date", "place"}
    expect(code).not_to_have_value(at_home)
    page.wait_for_load_state()
    page.keyboard.press("F2")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Séance notée")
    assert shop.world.sql("select place from session") == "CABINET"


def test_the_paper_of_a_session_is_one_key_away_and_one_key_back(page: Page, shop: Shop) -> None:
    session = shop.world.visit(OUCHENE)
    go(page, shop, f"sessions/{session}")
    hand = Hand(page)
    with page.expect_response("**/document.pdf"):
        hand.press("F8", then="Document justificatif prêt pour Fatima OUCHENE")
    hand.press("F5", then="Fatima OUCHENE 44 ans")
    assert shop.world.sql("select count(*) from document") == 1


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (683, 384), (320, 700)])
@pytest.mark.parametrize("locale", ["fr_BE", "nl"])
def test_every_care_page_is_accessible_and_never_wider_than_the_window(
    page: Page, shop: Shop, width: int, height: int, locale: str
) -> None:
    practices.choose_language(shop.world.desk, locale)
    session = shop.world.visit(OUCHENE)
    waiting = shop.world.open_series(LAMBIOTTE, agreed=False)
    shop.world.visit(LAMBIOTTE)
    patient = shop.world.ids[OUCHENE]
    page.set_viewport_size({"width": width, "height": height})
    for path in (
        "today/", "patients/", "patients/new", f"patients/{patient}", f"patients/{patient}/edit",
        f"series/of/{patient}/new", f"series/{waiting}", f"sessions/of/{waiting}",
        f"sessions/{session}", "options/", "cards/",
    ):  # fmt: skip
        go(page, shop, path)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
