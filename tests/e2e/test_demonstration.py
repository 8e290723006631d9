"""The toys of the demonstration, as somebody who has just started the program finds them."""

import pytest
from playwright.sync_api import expect

from tests.e2e.kine import Kine

pytestmark = pytest.mark.e2e


def test_a_card_from_the_pile_opens_its_file_and_the_cable_can_be_pulled(kine: Kine) -> None:
    kine.opens()
    kine.reads("Aucune séance notée aujourd’hui.")
    kine.page.get_by_role("link", name="Démonstration").click()
    kine.reads("Le câble est branché")
    kine.page.get_by_role("button", name="Débrancher le câble").click()
    kine.reads("Le câble est débranché")
    expect(kine.page.get_by_role("status")).to_contain_text("Hors ligne")
    kine.page.get_by_role("button", name="Insérer Marc Delvaux").click()
    kine.reads("Marc DELVAUX")
    kine.sees("eID lue à 09:02")


def test_the_door_of_the_demonstration_says_its_passphrase(kine: Kine) -> None:
    kine.page.goto(kine.demo.program.start())
    kine.sees("la phrase de passe est besace-demo")
