"""Cases C3, E2, H2, H3 and H4 of the list of France, on the screens."""

import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from server.countries.france.routes import Route
from server.services import french_billing
from tests.countries.france.tables import many, written
from tests.france import MARCHAND, MEYER, PETROV
from tests.services.test_convention_import import taken
from tests.webui.shop import Shop
from tests.webui.test_conventions import PLACE, sent
from tests.webui.test_french_care import follow, get
from tests.webui.test_help_with_payers import REJECT
from tests.webui.test_invoicing import (
    BOTH,
    TABLE,
    TI_DOUE,
    YEAR,
    box,
    covered,
    printed,
    text,
    visited,
)
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


def test_l5_rights_asked_offline_are_answered_at_once_and_wait_for_the_line(shop: Shop) -> None:
    session = covered(shop, MARCHAND, "0799900010")
    patient = str(shop.world.sql("select patient from session where id = ?", (session,)))
    page = said(follow(shop, f"rights/{patient}/adri"))
    assert "Hors ligne, la demande attend et part seule au retour de la ligne" in page
    assert "Une demande est déjà en route" in page
    assert shop.world.sql("select state from message") == "Ready"
    assert shop.world.sql("select count(*) from attempt") == 0  # the line was not even touched


def test_e2_a_table_without_the_prefix_is_refused_and_a_renamed_copy_offered(shop: Shop) -> None:
    page = sent(shop, written(many(3)), "InterAMC.csv")
    assert "C-" in page and "Importer la copie" in page
    assert shop.world.sql("select count(*) from convention_table where state = 'ACTIVE'") == 0
    assert shop.get(f"{PLACE}")


def said(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", text(page)).split())


def paper(shop: Shop, path: str) -> str:
    content = shop.client.get(f"{shop.door.root}{path}").data
    return text(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages))


def refused(shop: Shop) -> str:
    """A session billed in unique management, whose invoice the caisse refused."""
    taken(shop.world, TABLE)
    session = covered(shop, MEYER, "1221212145", link="YES")
    follow(shop, f"invoicing/{session}", **BOTH)
    shop.follow(f"invoices/{patient_of(shop)}/rejects", label=REJECT, invoice="126000001",
                part="AMO")  # fmt: skip
    return session


def patient_of(shop: Shop) -> str:
    return str(shop.world.sql("select patient from session"))


def new_attestation(shop: Shop, session: str) -> None:
    """The new attestation: separate management, all that the caisse leaves."""
    shop.follow(f"covers/{patient_of(shop)}", **{**YEAR, "amc": "0799900010", "member": "12345678",
                                                 "cover_from": "10/03/2026"})  # fmt: skip
    printed(shop, session, heading="AUXM", formula_code="052", formula_name="A")


def test_h2_a_reject_leads_to_the_cover_and_to_a_corrected_invoice(shop: Shop) -> None:
    session = refused(shop)
    patient = patient_of(shop)
    page = get(shop, f"invoices/{patient}")
    words = said(page.partition('id="refused"')[2].partition("</section>")[0])
    assert "Rejetée : mutuelle pas à jour · facture 126000001" in words
    assert words.index("1. Mettre à jour la complém") < words.index("2. Faire la facture corrigée")
    assert f'class="b p" href="{shop.door.root}covers/{patient}#choose"' in page
    waiting = said(shop.get("invoicing/?which=refused"))
    assert "1 facture rejetée attend d’être corrigée" in waiting and "17,90" in waiting
    assert "1 facture rejetée attend d’être corrigée" in said(shop.get("today/"))
    new_attestation(shop, session)
    page = get(shop, f"invoices/{patient}")
    assert f'class="b p" href="{shop.door.root}invoicing/{session}"' in page
    page = get(shop, f"invoicing/{session}")
    assert "Convention trouvée : MUTUELLE TI DOUE" in page and "OK, facture corrigée" in page
    assert "checked" in box(page, "tp_amc")
    page = said(follow(shop, f"invoicing/{session}", **BOTH))
    assert "Facture 126000002, décidée" in page
    assert "rejetée le 10/03/2026, corrigée par la facture n° 126000002" in page
    assert shop.world.sql("select group_concat(route, ' ') from french_billing") == "GU DRE"
    page = said(shop.get(f"invoices/{patient}"))
    assert "facturé en tout 17,90 €" in page and "126000001" in page and "126000002" in page
    assert "Faire la facture corrigée" not in page
    for path in ("invoicing/", "today/"):
        assert "attend d’être corrigée" not in shop.get(path)
    assert "Montant facturé en mars 2026 : 17,90 €" in said(shop.get("invoicing/"))
    for path in (f"sessions/{session}/document.pdf", f"papers/care-sheet/{session}/document.pdf"):
        words = paper(shop, path)
        assert "126000002" in words and "Remplace la facture n° 126000001" in words, path


@pytest.mark.scenario("F-08")
def test_f08_the_refused_session_becomes_an_fse_and_a_dre_and_those_before_stay(shop: Shop) -> None:
    session = refused(shop)
    series = str(shop.world.sql("select treatment from session"))
    shop.follow(f"sessions/of/{series}", care_date="09/03/2026", payment_means="", billing="1",
                **BOTH)  # fmt: skip
    new_attestation(shop, session)
    page = said(follow(shop, f"invoicing/{session}", **BOTH))
    assert "La caisse paie 10,74 €, la mutuelle 7,16 €, le patient 0,00 €." in page
    choice = french_billing.choice_of(shop.world.desk, session)
    assert choice and (choice.route, choice.returns) == (Route.DRE, 2)
    assert choice.convention["signatory_label"] == "MUTUELLE TI DOUE"
    before = str(shop.world.sql("select id from session where care_date = '2026-03-09'"))
    kept = french_billing.choice_of(shop.world.desk, before)
    assert kept and (kept.route, kept.returns) == (Route.GU, 1)
    assert "Facture 126000002, décidée" in said(get(shop, f"invoicing/{before}"))
    assert "Facture 126000003, décidée" in page


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
