"""French billing in a real browser: two keys, and a tick that prices again where it stands."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from server.services import complementaries
from tests.countries.france.tables import line
from tests.france import MARCHAND
from tests.services.test_convention_import import taken
from tests.services.test_french_billing import TI_DOUE, covered, printed, visited
from tests.webui.browsing import come_in, quiet_page, served
from tests.webui.shop import Shop
from tests.world import World

pytestmark = pytest.mark.e2e


@pytest.fixture
def shop(french_world: World) -> Iterator[Shop]:
    """The screens of the French practice behind waitress."""
    french_world.clock.advance(days=8)  # 10 March 2026
    with served(french_world) as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, shop: Shop) -> Iterator[Page]:
    with quiet_page(browser) as opened:
        come_in(opened, shop.door.invite())
        yield opened


@pytest.mark.row("MAIIA-50")
def test_a_session_with_everything_known_is_billed_by_two_keys(shop: Shop, page: Page) -> None:
    world = shop.world
    complementaries.create(world.desk, TI_DOUE)
    taken(world, [line("799900010", "OC", "", label="MUTUELLE TI DOUE")])
    patient = covered(world, MARCHAND, "0799900010")
    printed(world, patient, heading="AUXM", formula_code="052")
    session = visited(world, patient)
    page.goto(f"{shop.door.origin}{shop.door.root}sessions/{session}")
    page.wait_for_load_state()
    page.keyboard.press("F9")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("La caisse paie 10,74")
    expect(heading).to_contain_text("la mutuelle 7,16")
    page.wait_for_load_state()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Facture 126000001")).to_be_visible()
    tick = page.get_by_role("checkbox", name="Tiers payant, part complémentaire")
    tick.focus()
    page.keyboard.press("Space")
    expect(heading).to_contain_text("le patient règle 7,16")
    expect(tick).to_be_focused()
    assert shop.world.sql("select count(*) from french_billing") == 1  # ticked, not kept yet
