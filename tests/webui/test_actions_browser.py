"""How many actions a thing takes in France (`product.md` §4.6), counted by a hand on the keyboard.

One action is one click, one key command, one field filled, one card or paper handled. Each flow
begins on the screen its target begins on, and its effect is looked for: a row, or a sentence.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from server.app.code_desk import CodeDesk
from server.app.sorter import Sorter
from server.core.tray import Origin
from server.services import complementaries, french_rights, tray
from tests.countries.france.tables import line, many, written
from tests.france import MARCHAND, PETROV, ROUSSET, FrenchPerson, admitted
from tests.hardware.drawn import on_a_page, pdf, qr
from tests.services.test_convention_import import FIRST, taken
from tests.services.test_french_billing import TI_DOUE, covered, printed, visited
from tests.webui.browsing import come_in, quiet_page, served
from tests.webui.shop import Shop
from tests.webui.test_codes_browser import READER
from tests.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.alone]

ATTESTATION = "NumeroAMC=799900010;NumAdherent=0123456789"
ARMIES = {"name": "Mutuelle des Armées", "number": "0799900036", "unique": "1"}

PACE = 45  # milliseconds between two keys: faster would be a hand reader

DROP = """
([name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name, { type: "text/csv" }));
  const how = { dataTransfer: carried, bubbles: true, cancelable: true };
  const at = document.querySelector("main");
  at.dispatchEvent(new DragEvent("dragover", how));
  at.dispatchEvent(new DragEvent("drop", how));
}
"""


@dataclass
class Hand:
    """Somebody at the keyboard, whose actions are counted."""

    shop: Shop
    page: Page
    actions: int = 0

    def at(self, path: str) -> "Hand":
        """Stand on a screen: where a flow begins is not counted."""
        self.page.goto(f"{self.shop.door.origin}{self.shop.door.root}{path}")
        self.page.wait_for_load_state()
        return self

    def key(self, name: str) -> None:
        self.actions += 1
        self.page.wait_for_load_state()
        self.page.keyboard.press(name)

    def fill(self, field: str, text: str) -> None:
        self.actions += 1
        self.page.wait_for_load_state()
        self.page.locator(f"#f-{field}").focus()
        self.page.keyboard.type(text, delay=PACE)

    def drop(self, name: str, table: bytes) -> None:
        self.actions += 1
        self.page.evaluate(DROP, [name, table.decode("ascii")])

    def shoot(self, text: str) -> None:
        self.actions += 1
        self.page.evaluate(READER, text + "\n")

    def says(self, words: str) -> None:
        expect(self.page.locator("main")).to_contain_text(words)

    def row(self, query: str) -> object:
        return self.shop.world.sql(query)


@pytest.fixture
def hand(french_world: World, browser: Browser) -> Iterator[Hand]:
    """The French practice on 10 March 2026, its screens open, a hand reader at the desk."""
    french_world.clock.advance(days=8)
    with served(french_world) as shop, quiet_page(browser) as opened:
        desk = CodeDesk(french_world.cabinet, shop.broker.publish)
        shop.rooms.codes = desk
        desk.start()
        come_in(opened, shop.door.invite())
        yield Hand(shop, opened)
        desk.stop()


def insured(world: World, person: FrenchPerson) -> str:
    """Somebody whose caisse is known."""
    patient = admitted(world, person)
    french_rights.note(
        world.desk, patient,
        {"kind": "AMO", "right_source": "PAPER", "right_organism": person.organism,
         "rights_from": "2026-01-01"},
    )  # fmt: skip
    return patient


def test_a_table_that_only_adds_is_imported_by_letting_go_of_it(hand: Hand) -> None:
    hand.at("today/")
    hand.drop(FIRST, written(many(30)))
    hand.says("en vigueur")
    assert hand.actions <= 1
    assert hand.row("select count(*) from convention") == 30


def test_nobody_renames_the_table_of_a_payer(hand: Hand) -> None:
    hand.at("today/")
    hand.drop("Ti Doue 2026.csv", written(many(3)))
    hand.says("C-Ti Doue 2026.csv")
    renaming = hand.actions - 1  # the file was let go of, and nothing done to its name
    hand.key("Enter")
    hand.says("en vigueur")
    assert renaming <= 0
    assert hand.row("select name from convention_table") == "C-Ti Doue 2026.csv"


def test_a_table_that_takes_something_away_waits_for_a_word(hand: Hand) -> None:
    taken(hand.shop.world, many(30))
    hand.at("today/")
    hand.drop("C-InterAMC_20260203.csv", written(many(29)))
    hand.says("Rien ne change tant que vous ne confirmez pas")
    assert hand.row("select count(*) from convention_table where state = 'ACTIVE'") == 1


def test_the_convention_of_a_caisse_is_made_from_its_patient_in_two(hand: Hand) -> None:
    world = hand.shop.world
    complementaries.create(world.desk, ARMIES)
    session = visited(world, covered(world, ROUSSET, "0799900036"))
    hand.at(f"invoicing/{session}").says("Aucune convention")
    hand.key("F8")
    expect(hand.page.locator("#f-label")).to_have_value("Mutuelle des Armées")
    hand.key("F2")
    hand.says("08???????")
    assert hand.actions <= 2
    assert hand.row("select criterion from convention where type = 'RO'") == "08???????"


def test_a_complementary_is_typed_in_four(hand: Hand) -> None:
    complementaries.create(hand.shop.world.desk, TI_DOUE)
    hand.at(f"patients/{admitted(hand.shop.world, MARCHAND)}")
    hand.key("Alt+3")
    hand.page.wait_for_url("**/covers/*")
    hand.fill("amc", "799900010")
    hand.fill("member", "0123456789")
    hand.key("F8")
    hand.says("01/01/2026 – 31/12/2026")
    assert hand.actions <= 4
    assert hand.row("select number || member || rights_to from french_cover") == (
        "079990001001234567892026-12-31"
    )


def test_a_complementary_is_assigned_by_its_name_in_four(hand: Hand) -> None:
    world = hand.shop.world
    complementaries.create(world.desk, ARMIES)
    hand.at(f"patients/{admitted(world, ROUSSET)}")
    hand.key("Alt+3")
    hand.page.wait_for_url("**/covers/*")
    hand.fill("amc", "armées")
    hand.fill("member", "0123456789")
    hand.key("F8")
    hand.says("Mutuelle des Armées")
    assert hand.actions <= 4
    assert hand.row("select number || management from french_cover") == "0799900036GU"


def test_a_complementary_is_taken_from_its_code_in_three(hand: Hand) -> None:
    complementaries.create(hand.shop.world.desk, TI_DOUE)
    hand.at(f"patients/{admitted(hand.shop.world, MARCHAND)}")
    hand.key("Alt+3")
    hand.page.wait_for_url("**/covers/*")
    hand.page.wait_for_load_state()
    hand.shoot(ATTESTATION)
    hand.page.wait_for_url("**scanned=*")
    hand.key("F8")
    hand.page.wait_for_url("**kept=QR")
    assert hand.actions <= 3
    assert hand.row("select source || rights_from from french_cover") == "QR2026-01-01"


def test_an_attestation_is_kept_in_two(hand: Hand) -> None:
    world = hand.shop.world
    complementaries.create(world.desk, TI_DOUE)
    patient = covered(world, MARCHAND, "0799900010", member="0123456789")
    sorter = Sorter(world.cabinet, hand.shop.broker.wake)
    paper = pdf(on_a_page(qr(ATTESTATION), height=1000, width=720))
    tray.receive(world.desk, paper, "attestation.pdf", Origin.IMPORT)
    sorter.start()
    hand.at("tray/")
    expect(hand.page.get_by_role("img", name="Page 1 sur 1")).to_be_visible(timeout=20_000)
    sorter.stop()
    hand.at("today/")
    hand.key("F7")
    expect(hand.page.get_by_role("radio")).to_be_checked()
    hand.key("F8")
    hand.says("Rangé dans le dossier de Hélène MARCHAND")
    assert hand.actions <= 2
    assert [each.filing.kind for each in tray.of_patient(world.desk, patient)] == ["AMC_CARD"]


def test_third_party_payment_of_both_parts_is_billed_in_two(hand: Hand) -> None:
    world = hand.shop.world
    complementaries.create(world.desk, TI_DOUE)
    taken(world, [line("799900010", "OC", "", label="MUTUELLE TI DOUE")])
    patient = covered(world, MARCHAND, "0799900010")
    printed(world, patient, heading="AUXM", formula_code="052")
    hand.at(f"sessions/{visited(world, patient)}")
    hand.key("F9")
    hand.says("la mutuelle 7,16")
    hand.key("Enter")
    hand.says("Facture 126000001")
    assert hand.actions <= 2
    assert hand.row("select amo + amc from french_billing") == 2


def test_state_medical_aid_is_noted_and_billed_in_three(hand: Hand) -> None:
    world = hand.shop.world
    patient = insured(world, PETROV)
    session = visited(world, patient)
    hand.at(f"patients/{patient}")
    hand.key("F8")
    hand.says("0075500017")
    hand.at(f"sessions/{session}")
    hand.key("F9")
    hand.says("le patient 0,00")
    hand.key("Enter")
    hand.says("Facture 126000001")
    assert hand.actions <= 3
    assert hand.row("select route || amo || amc from french_billing") == "PAPER11"


def test_a_receipt_is_printed_from_its_patient_in_two(hand: Hand) -> None:
    world = hand.shop.world
    patient = insured(world, MARCHAND)
    visited(world, patient, billing="1", tp_amo="1", copay_collected="7,16", payment_means="CARD")
    hand.at(f"patients/{patient}")
    hand.key("Alt+4")
    hand.page.wait_for_url("**/invoices/*")
    hand.key("F8")
    hand.says("La quittance de Hélène MARCHAND est prête")
    hand.page.wait_for_load_state("networkidle")
    assert hand.actions <= 2
    assert hand.row("select count(*) from document") == 1


def test_a_complementary_of_unique_management_is_created_in_three(hand: Hand) -> None:
    hand.at("payers/")
    hand.page.keyboard.press("F8")  # the target begins on the form
    expect(hand.page.locator("#f-name")).to_be_focused()
    hand.fill("name", ARMIES["name"])
    hand.fill("number", ARMIES["number"])
    hand.key("Enter")
    hand.says("Numéro 0799900036")
    assert hand.actions <= 3
    assert hand.row("select management from complementary where number = '0799900036'") == "GU"
