"""The leaves of a file in a real browser: ten digits, from wherever the hand is."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from server.services import alarms, notes
from tests.france import MARCHAND, admitted
from tests.webui.browsing import come_in, quiet_page, served
from tests.webui.test_file_areas import LEAVES
from tests.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.alone]


@pytest.fixture
def page(french_world: World, browser: Browser) -> Iterator[Page]:
    """The file of one patient, with a note and an alarm."""
    patient = admitted(french_world, MARCHAND)
    notes.write(french_world.desk, patient, {"note": "Sonner", "reach": "PRACTICE"})
    alarms.set_alarm(french_world.desk, patient, {"alarm": "Radio", "reach": "PRACTICE"})
    with served(french_world) as shop, quiet_page(browser) as opened:
        come_in(opened, shop.door.invite())
        opened.goto(f"{shop.door.origin}{shop.door.root}patients/{patient}")
        yield opened


@pytest.mark.row("SOFIA-25")
def test_alt_and_a_digit_open_each_of_the_ten_areas_even_from_a_field(page: Page) -> None:
    bar = page.get_by_role("navigation", name="Feuilles du dossier")
    for word, (key, path) in LEAVES.items():
        page.keyboard.press(f"Alt+{key}")
        expect(page).to_have_url(re.compile(path.format("[0-9A-Z]{26}") + "$"))
        expect(bar.locator("[aria-current]")).to_contain_text(word)
    page.keyboard.press("Alt+5")
    page.get_by_label("La note").fill("En cours de frappe")
    page.keyboard.press("Alt+6")
    expect(page).to_have_url(re.compile("alarms/[0-9A-Z]{26}$"))


def test_the_bar_is_one_line_at_1366_and_each_leaf_has_its_whole_name(page: Page) -> None:
    bar = page.get_by_role("navigation", name="Feuilles du dossier")
    tops = {round(each.bounding_box()["y"]) for each in bar.get_by_role("link").all()}  # type: ignore[index]
    assert len(tops) == 1
    expect(bar.get_by_role("link", name="Bloc-notes 1 note", exact=True)).to_be_visible()
    expect(bar.get_by_role("link", name="Alarmes 1 alarme à voir", exact=True)).to_be_visible()


def test_a_note_and_what_is_done_need_no_pointer(page: Page) -> None:
    page.keyboard.press("Alt+5")
    page.get_by_label("La note").fill("Préfère le matin")
    page.keyboard.press("F2")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 notes dans ce dossier.")
    page.keyboard.press("Alt+6")
    page.get_by_role("button", name="C’est fait").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Aucune alarme aujourd’hui.")
