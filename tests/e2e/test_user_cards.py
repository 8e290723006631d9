"""Cards of users as they are used: tied by keys, chosen at the door, handed over by one key."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from server.services import users
from tests.e2e.kine import Kine, spoken

pytestmark = pytest.mark.e2e

FATIMA, SOPHIE, THIERRY = "0", "6", "7"  # cards of the pile
LENOIR = {
    "code": "lenoir", "first_name": "Thierry", "last_name": "Lenoir", "role": "MANDATAIRE",
    "locale": "fr_BE",
}  # fmt: skip


def add_lenoir(kine: Kine) -> str:
    """Make the second user, with the passphrase of the demonstration."""
    cabinet, phrase = kine.demo.program.cabinet, kine.demo.passphrase
    typed = {**LENOIR, "passphrase": phrase, "passphrase_again": phrase}
    return users.add(replace(cabinet.desk(), fresh=True), cabinet.slots(), typed)


def door_shows(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=2, name=name)).to_be_visible()


def ties_the_card_of_sophie(kine: Kine) -> None:
    """A card nobody is tied to bears the name of a user: it opens no file, and is offered."""
    kine.slides_in(SOPHIE)
    kine.sees("Cette carte porte le nom de Sophie MARCHAL")
    kine.press("F4")
    kine.reads("Cette carte est-elle celle de Sophie MARCHAL")
    kine.press("F2")
    kine.reads("Sophie MARCHAL")
    kine.sees("Liée le 10/12/2026")


def ties_the_card_of_thierry(kine: Kine) -> None:
    """From his page: the next card is his, and not a patient's."""
    kine.page.goto(kine.page.url.partition("options/")[0] + "options/users/")
    kine.page.get_by_role("link", name="Thierry LENOIR").click()
    kine.reads("Thierry LENOIR")
    kine.demo.remove()
    kine.reaches(kine.page.get_by_role("button", name="Lier une carte"))
    kine.press("Enter")
    kine.sees("En attente de la carte")
    kine.demo.insert(THIERRY)
    kine.sees("Lier cette carte à Thierry LENOIR")
    kine.press("F2")
    kine.reads("Thierry LENOIR")
    kine.sees("Liée le")


@pytest.mark.row("SOFT33-6")
@pytest.mark.row("SOFT33-7")
@pytest.mark.row("SOFT33-22")
@pytest.mark.scenario("E-03")
def test_cards_are_tied_choose_their_user_and_hand_over_by_one_key(kine: Kine) -> None:
    kine.opens()
    kine.reads("Aucune séance notée aujourd’hui.")
    add_lenoir(kine)
    ties_the_card_of_sophie(kine)
    ties_the_card_of_thierry(kine)
    kine.press("F12")
    kine.slides_in(THIERRY)
    kine.sees("C’est la carte de Thierry LENOIR.")
    kine.sees("Vous travaillez comme Sophie Marchal")
    kine.press("F4")
    door_shows(kine.page, "Thierry LENOIR")
    kine.sees("Carte reconnue")
    kine.slides_in(SOPHIE)
    door_shows(kine.page, "Sophie MARCHAL")
    kine.slides_in(FATIMA)
    kine.sees("Cette carte n’est liée à aucun utilisateur")
    expect(kine.page.locator("[name=passphrase]")).to_be_visible()


def test_a_card_does_not_take_away_a_passphrase_half_typed(kine: Kine) -> None:
    kine.opens()
    kine.reads("Aucune séance notée aujourd’hui.")
    add_lenoir(kine)
    ties_the_card_of_sophie(kine)
    ties_the_card_of_thierry(kine)
    kine.demo.remove()
    kine.page.get_by_role("button", name="Verrouiller").click()
    door_shows(kine.page, "Sophie MARCHAL")
    kine.page.locator("[name=passphrase]").fill("besace")
    kine.demo.insert(THIERRY)
    kine.sees("C’est la carte de Thierry LENOIR.")
    door_shows(kine.page, "Sophie MARCHAL")
    kine.page.locator("[name=passphrase]").fill("")
    kine.press("F4")
    door_shows(kine.page, "Thierry LENOIR")
    kine.page.keyboard.type(kine.demo.passphrase)
    kine.press("Enter")
    expect(kine.page.get_by_role("navigation")).to_contain_text(spoken("Thierry Lenoir"))
