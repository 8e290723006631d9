"""Codes in a real browser: a camera fed from a film, a reader that types, its calibration."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from hardware.camera import Camera
from hardware.code_ports import PublishCode
from hardware.wedge import CALIBRATION
from server.app.code_desk import CodeDesk
from server.app.web import WebThread
from tests.hardware.drawn import on_a_page, png, qr
from tests.hardware.test_camera import DESK, shot
from tests.hardware.test_wedge import american
from tests.people import OUCHENE
from tests.webui.browsing import come_in, quiet_page
from tests.webui.shop import Shop
from tests.world import World
from webui.security import admits
from webui.serving import bind, server_for

pytestmark = [pytest.mark.e2e, pytest.mark.alone]
_LONG = 20_000  # milliseconds for a process to start on a busy machine

ATTESTATION = "NumeroAMC=775678584;NumAdherent=0123456789"

READER = """
(text) => {
  for (const each of text) {
    const key = each === "\\n" ? "Enter" : each;
    const at = document.activeElement;
    const how = { key, bubbles: true, cancelable: true };
    const went = at.dispatchEvent(new KeyboardEvent("keydown", how));
    if (went && key.length === 1 && at.matches("input, textarea")) {
      at.setRangeText(key, at.selectionStart, at.selectionEnd, "end");
      at.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (went && key === "Enter" && at.form) at.form.requestSubmit();
  }
}
"""
"""A hand reader that is a keyboard: every key at once, text only where nobody forbids it."""

HEARD = """
window.heard = [];
class Quiet {
  constructor() { this.currentTime = 0; this.destination = {}; }
  createOscillator() {
    return { frequency: {}, connect: (to) => to, stop: () => {},
             start: () => window.heard.push("note") };
  }
  createGain() {
    const gain = { setValueAtTime: () => {}, exponentialRampToValueAtTime: () => {} };
    return { gain, connect: (to) => to };
  }
}
window.AudioContext = Quiet;
"""


@dataclass
class Counter:
    """The desk of one user: the screens, the codes, and the film before the camera."""

    shop: Shop
    page: Page
    film: str = "/nowhere.avi"

    def __post_init__(self) -> None:
        self.cameras: list[Camera] = []

    def open_camera(
        self, publish: PublishCode, known: Callable[[str], bool], device: str
    ) -> Camera:
        camera = Camera(publish, known, self.film)
        self.cameras.append(camera)
        return camera

    def go(self, path: str) -> None:
        self.page.goto(f"{self.shop.door.origin}{self.shop.door.root}{path}")

    def read(self, text: str) -> None:
        self.page.evaluate(READER, text)


@pytest.fixture
def counter(world: World, browser: Browser) -> Iterator[Counter]:
    world.patient(OUCHENE)
    listener = bind()
    shop = Shop(world, port=listener.getsockname()[1])
    with quiet_page(browser, forgiven="422") as page:
        made = Counter(shop, page)
        desk = CodeDesk(world.cabinet, shop.broker.publish, made.open_camera)
        shop.rooms.codes = desk
        web = WebThread(server_for(shop.app, listener, admits(shop.door)))
        web.start()
        desk.start()
        page.add_init_script(HEARD)
        come_in(page, shop.door.invite())
        yield made
    desk.stop()
    web.stop()


@pytest.mark.row("MAIIA-37")
def test_what_the_camera_sees_is_shown_read_with_a_sound_and_let_go(
    counter: Counter, tmp_path: Path
) -> None:
    page = counter.page
    card = on_a_page(qr(ATTESTATION, 6))
    counter.film = shot(tmp_path / "film.avi", *[DESK] * 40, *[card] * 120)
    counter.go("codes/")
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("F2")
    expect(page.locator("canvas[data-shown]")).to_be_visible(timeout=_LONG)
    expect(page.locator("#camera")).to_contain_text("Tenez le code devant la caméra")
    expect(page.locator("#code-note")).to_contain_text("775678584", timeout=_LONG)
    expect(page.locator("#code-note")).to_contain_text("lu par la caméra")
    expect(page.get_by_role("button", name="Ouvrir la caméra")).to_be_visible()
    page.wait_for_function("window.heard.length > 1")
    assert page.evaluate("window.heard") == ["note", "note"]
    process = counter.cameras[0]._process
    assert process is not None
    assert process.wait(20) is not None
    assert Axe().run(page).violations_count == 0


def test_a_camera_left_on_by_a_page_that_goes_is_let_go(counter: Counter, tmp_path: Path) -> None:
    page = counter.page
    counter.film = shot(tmp_path / "film.avi", *[DESK] * 360)
    counter.go("codes/")
    page.keyboard.press("F2")
    expect(page.locator("canvas[data-shown]")).to_be_visible(timeout=_LONG)
    page.keyboard.press("F7")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rien à ranger.")
    process = counter.cameras[0]._process
    assert process is not None
    assert process.wait(20) is not None


def test_without_a_camera_the_way_on_is_said_and_an_image_is_read(
    counter: Counter, tmp_path: Path
) -> None:
    page = counter.page
    counter.go("codes/")
    page.keyboard.press("F2")
    expect(page.locator("#camera")).to_contain_text("Aucune caméra ne répond", timeout=_LONG)
    photo = tmp_path / "photo.png"
    photo.write_bytes(png(on_a_page(qr(ATTESTATION, 6))))
    page.get_by_label("Image ou PDF").set_input_files(photo)
    page.get_by_role("button", name="Lire le fichier").click()
    expect(page.locator("#code-note")).to_contain_text("775678584", timeout=_LONG)


def test_i4_a_code_typed_into_the_wrong_field_is_taken_out_and_offered(counter: Counter) -> None:
    page = counter.page
    counter.go("patients/new")
    street = page.get_by_label("Rue")
    street.fill("rue du ")
    counter.read(ATTESTATION + "\n")
    expect(page.locator("#code-note")).to_contain_text("Le lecteur a tapé dans «\u00a0Rue")
    expect(street).to_have_value("rue du ")
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="Le mettre dans ce champ").click()
    expect(street).to_have_value(ATTESTATION)
    expect(street).to_be_focused()
    expect(page.locator("#code-note")).to_be_empty()


@pytest.mark.row("MAIIA-37")
def test_a_vignette_read_anywhere_opens_its_patient_with_one_key(counter: Counter) -> None:
    page = counter.page
    counter.read("".join(each for each in OUCHENE.niss if each.isdigit()) + "\n")
    expect(page.locator("#code-note")).to_contain_text("Fatima OUCHENE")
    page.keyboard.press("F4")
    expect(page.get_by_role("heading", level=1)).to_contain_text("OUCHENE")


def test_what_fingers_type_stays_where_it_is_and_keys_keep_their_meaning(counter: Counter) -> None:
    page = counter.page
    counter.go("patients/new")
    street = page.get_by_label("Rue")
    street.focus()
    page.keyboard.type("rue Haute", delay=45)
    page.keyboard.press("Tab")
    expect(street).to_have_value("rue Haute")
    counter.read("12345\n")  # too short to be a code: the form is sent, as Enter says
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("body").click(position={"x": 5, "y": 700})
    page.keyboard.press("?")
    page.wait_for_url("**/help/keys")
    expect(page.locator("#code-note")).to_be_empty()


def test_a_code_that_holds_a_key_of_the_page_presses_nothing(counter: Counter) -> None:
    page = counter.page
    counter.go("patients/")
    address = page.url
    counter.read("?/AMC 12?34/\nADH 77/\n")
    expect(page.locator("#code-note")).to_contain_text("?/AMC 12?34/␊ADH 77/")
    assert page.url == address


def test_no_secret_is_taken_for_a_code(counter: Counter) -> None:
    page = counter.page
    counter.go("options/security/")
    secret = page.locator("input[type=password]").first
    secret.focus()
    counter.read("correct-horse")
    expect(secret).to_have_value("correct-horse")
    expect(page.locator("#code-note")).to_be_empty()


@pytest.mark.row("MAIIA-36")
def test_the_light_says_whether_a_reader_types_right_is_mended_or_cannot_be(
    counter: Counter,
) -> None:
    page = counter.page
    counter.go("codes/reader")
    expect(page.locator("#light")).to_contain_text("En attente du lecteur")
    expect(page.get_by_role("img", name="Code d’essai")).to_be_visible()
    assert page.evaluate("document.querySelector('.test-code').naturalWidth") > 0
    assert Axe().run(page).violations_count == 0
    counter.read(american(CALIBRATION) + "\n")
    expect(page.locator("#light")).to_contain_text("et Besace le corrige")
    counter.read("0123456789\n")
    expect(page.locator("#light")).to_contain_text("ne peut pas être corrigé")
    counter.read(CALIBRATION + "\n")
    expect(page.locator("#light")).to_contain_text("Le lecteur tape juste")


@pytest.mark.parametrize("width", [1366, 683, 320])
@pytest.mark.parametrize("path", ["codes/", "codes/reader"])
def test_the_screens_are_never_wider_than_their_window(
    counter: Counter, path: str, width: int
) -> None:
    counter.go(path)
    counter.page.set_viewport_size({"width": width, "height": 768})
    assert counter.page.evaluate("document.documentElement.scrollWidth") <= width
