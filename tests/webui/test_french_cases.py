"""Cases C3, E2, H3 and H4 of the list of France, on the screens."""

import pytest

from tests.countries.france.tables import many, written
from tests.france import MARCHAND, MEYER, PETROV
from tests.services.test_convention_import import taken
from tests.webui.shop import Shop
from tests.webui.test_conventions import PLACE, sent
from tests.webui.test_french_care import follow, get
from tests.webui.test_invoicing import BOTH, TABLE, TI_DOUE, YEAR, box, covered, visited
from tests.world import World


@pytest.fixture
def shop(french_world: World) -> Shop:
    french_world.clock.advance(days=8)  # 10 March 2026
    made = Shop(french_world)
    made.post("payers/new", **TI_DOUE)
    return made


def test_c3_state_aid_ticks_both_boxes_and_leaves_nothing_due(shop: Shop) -> None:
    session = covered(shop, PETROV, "75500017")
    page = follow(shop, f"invoicing/{session}", **BOTH)
    assert "Convention proposée" in page and "prise en charge à 100 %" in page
    assert "le patient 0,00 €" in page


def test_e2_a_table_without_the_prefix_is_refused_and_a_renamed_copy_offered(shop: Shop) -> None:
    page = sent(shop, written(many(3)), "InterAMC.csv")
    assert "C-" in page and "Importer la copie" in page
    assert shop.world.sql("select count(*) from convention_table where state = 'ACTIVE'") == 0
    assert shop.get(f"{PLACE}")


def test_h3_a_new_attestation_splits_new_invoices_and_leaves_the_old_ones(shop: Shop) -> None:
    taken(shop.world, TABLE)
    old = covered(shop, MEYER, "1221212145", link="YES")
    page = follow(shop, f"invoicing/{old}", **BOTH)
    assert shop.world.sql("select route from french_billing") == "GU", page
    patient = str(shop.world.sql("select patient from session"))
    shop.follow(f"covers/{patient}", **{**YEAR, "amc": "0799900010", "member": "12345678",
                                        "cover_from": "10/03/2026"})  # fmt: skip
    new = visited(shop, patient)
    page = get(shop, f"invoicing/{new}")
    assert "Gestion séparée (DRE)" in page and "Convention trouvée : MUTUELLE TI DOUE" in page
    assert "checked" in box(page, "tp_amo")
    rows = shop.world.sql("select group_concat(route) from french_billing")
    assert rows == "GU"  # what was decided stays as it was


def test_h4_a_new_number_without_convention_proposes_the_import_and_the_search(shop: Shop) -> None:
    taken(shop.world, TABLE)
    shop.post("payers/new", name="Mutuelle du Phare", number="0799900028", convention_type="OC")
    session = covered(shop, MARCHAND, "0799900028")
    page = get(shop, f"invoicing/{session}")
    assert "Aucune convention" in page
    assert f"{shop.door.root}{PLACE}" in page
