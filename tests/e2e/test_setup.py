"""The assistant and the diagnosis as they are used: cards, a reader pulled out, the test."""

import pytest
from playwright.sync_api import expect

from hardware.fake_eid import EidCard
from hardware.fakes import Faults, FaultyCard
from server.app.demo_people import PEOPLE
from tests.e2e.kine import Kine

pytestmark = pytest.mark.e2e


@pytest.mark.row("SOFT33-2")
@pytest.mark.scenario("E-11")
def test_the_assistant_lights_up_when_a_card_is_read_and_tests_with_the_simulator(
    kine: Kine,
) -> None:
    kine.opens()
    kine.reads("Aucune séance notée aujourd’hui.")
    root = kine.page.url.partition("today/")[0]
    kine.page.goto(f"{root}options/setup/")
    kine.reads("1 étape reste à faire")
    kine.follows("Essayer le lecteur")
    kine.reads("Le lecteur est là")
    kine.press("F2")
    kine.reads("Le lecteur est là")
    kine.demo.insert("0")
    kine.reads("Le lecteur marche")
    kine.sees("voyant vert")
    kine.demo.reader.insert(FaultyCard(EidCard(PEOPLE[1].person), Faults(mute=True)))
    kine.reads("La carte n’a pas pu être lue.")
    kine.sees("essuyez la puce")
    kine.demo.reader.scard.remove_reader(kine.demo.reader.name)
    kine.reads("Aucun lecteur n’est branché.")
    kine.press("Escape")
    kine.sees("La boîte du simulateur a répondu à 09:0")
    kine.press("F2")
    kine.sees("Il ne prouve ni signature")


@pytest.mark.row("SOFT33-1")
def test_the_diagnosis_follows_the_reader_and_is_done_again_by_one_key(kine: Kine) -> None:
    kine.opens()
    kine.reads("Aucune séance notée aujourd’hui.")
    kine.press("F4")
    kine.reads("Aucune carte dans le lecteur")
    kine.follows("Diagnostic")
    points = kine.page.locator("#diagnosis section").first.get_by_role("listitem")
    expect(points.filter(has_text="Lecteur").first).to_contain_text("bon")
    expect(points.filter(has_text="glissez-en une")).to_contain_text("pas essayé")
    kine.demo.reader.scard.stop_service()
    expect(points.filter(has_text="Lecteur").first).to_contain_text("à corriger")
    kine.demo.reader.scard.start_service()
    expect(points.filter(has_text="Lecteur").first).to_contain_text("bon")
    kine.press("F2")
    kine.sees("Refaire")
