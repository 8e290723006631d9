"""Cases C1 to C4, D5, E2, G14, H1 to H4 and L5 of the list of France, on the screens."""

import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from server.countries.france.routes import Route
from server.services import covers, french_billing, french_securing, french_sending
from tests.countries.france.tables import line, many, written
from tests.france import BEN_AMAR, GARREC, MARCHAND, MEYER, PETROV, admitted
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


def test_c1_a_number_of_state_aid_its_caisse_and_its_mutuelle_are_kept_and_told(shop: Shop) -> None:
    patient = admitted(shop.world, PETROV)
    shop.follow(f"covers/{patient}", **YEAR, amc="75500017")
    held = covers.on(shop.world.desk, patient, shop.world.desk.today)
    assert held and held.row.number == "0075500017" and held.whole
    banner = "Aide médicale de l’État : tiers payant sur les deux parts, prise en charge à 100 %"
    assert banner in said(shop.get(f"covers/{patient}"))
    page = said(shop.get(f"patients/{patient}"))
    assert "(AME) de base" in page and "rien à payer pour le patient" in page
    assert "7 86 04 99 999 905 73" in page and "01 291 0000" in page


def test_c2_without_a_line_adri_waits_and_state_aid_is_billed_by_the_dates_of_its_card(
    shop: Shop,
) -> None:
    session = covered(shop, PETROV, "75500017")
    page = said(follow(shop, f"rights/{patient_of(shop)}/adri"))
    assert "Hors ligne, la demande attend et part seule au retour de la ligne" in page
    follow(shop, f"invoicing/{session}", **BOTH)
    kept = french_billing.choice_of(shop.world.desk, session)
    assert kept and kept.route == Route.PAPER
    assert shop.world.sql("select state from message") == "Ready"  # still waits


def test_c3_state_aid_ticks_both_boxes_and_leaves_nothing_due(shop: Shop) -> None:
    session = covered(shop, PETROV, "75500017")
    page = follow(shop, f"invoicing/{session}", **BOTH)
    assert "Convention proposée" in page and "prise en charge à 100 %" in page
    assert "le patient 0,00 €" in page


def test_c4_an_act_of_state_aid_is_on_paper_in_no_lot_printed_and_listed_as_paper(
    shop: Shop,
) -> None:
    session = covered(shop, PETROV, "75500017")
    page = follow(shop, f"invoicing/{session}", **BOTH)
    assert "La caisse paie 10,74 €, la mutuelle 7,16 €, le patient 0,00 €." in page
    desk = shop.world.desk
    parts = french_billing.parts_of(desk, session)
    assert parts.amo_cents + parts.amc_cents == parts.charged_cents == 1790
    assert (parts.patient_cents, parts.owed_cents) == (0, 0)
    standing = french_securing.standing(desk, session)
    assert (list(standing.faults), list(standing.documents)) == (["paper"], [])
    assert french_sending.waiting(desk).ready == []
    printed_out = paper(shop, f"papers/care-sheet/{session}/document.pdf")
    assert "126000001" in printed_out and "(AME) de base" in printed_out
    for which in ("paper", "all"):
        assert "Facture papier" in said(shop.get(f"invoicing/?which={which}"))


def test_d5_c2s_that_is_over_warns_and_leaves_the_caisse_alone_or_an_update(shop: Shop) -> None:
    session = covered(shop, BEN_AMAR, "99999997", cover_to="09/03/2026")
    page = get(shop, f"invoicing/{session}")
    assert "les droits ne couvrent pas ce jour. Droits du 01/01/2026 au 09/03/2026." in said(page)
    assert "checked" not in box(page, "tp_amo") and "disabled" in box(page, "tp_amc")
    assert f'href="{shop.door.root}covers/{patient_of(shop)}' in page
    assert shop.post(f"invoicing/{session}", **BOTH).status_code == 422
    page = follow(shop, f"invoicing/{session}", tp_amo="1")
    assert "La caisse paie 10,74 €, le patient règle 7,16 €." in page
    shop.follow(f"covers/{patient_of(shop)}", **YEAR, amc="99999997")
    page = follow(shop, f"invoicing/{session}", **BOTH)
    assert "La caisse paie 10,74 €, la mutuelle 7,16 €, le patient 0,00 €." in page


@pytest.mark.parametrize(
    ("code", "typed", "words"),
    [
        ("050", {}, "Cette formule a besoin d’un taux."),
        ("030", {"rate": "50"}, "Cette formule a besoin d’un forfait."),
        ("022", {"rate": "150"}, "Cette formule a besoin d’un plafond."),
    ],
)
def test_g14_a_formula_with_a_parameter_missing_is_not_kept(
    shop: Shop, code: str, typed: dict[str, str], words: str
) -> None:
    taken(shop.world, TABLE)
    session = covered(shop, MARCHAND, "0799900010")
    answer = shop.post(f"invoicing/{session}/formula", heading="AUXM", formula_code=code, **typed)
    assert answer.status_code == 422 and words in said(answer.text)
    assert shop.world.sql("select count(*) from french_formula") == 0


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


def test_h1_a_change_of_payer_is_told_and_hinders_no_invoice(shop: Shop) -> None:
    taken(shop.world, [line("91", criterion="91???????", label="MGEN")])
    session = covered(shop, GARREC, "1221212145", link="YES")
    patient = patient_of(shop)
    for path in (f"patients/{patient}", f"covers/{patient}"):
        page = said(shop.get(path))
        assert "La MGEN passe de la gestion unique" in page and "attestation" in page
    page = follow(shop, f"invoicing/{session}", **BOTH)
    assert "Facture 126000001, décidée" in said(page)
    kept = french_billing.choice_of(shop.world.desk, session)
    assert kept and (kept.route, kept.returns) == (Route.GU, 1)


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
    assert f'href="{shop.door.root}{PLACE}#import"' in page
    new = [*TABLE, line("799900028", "OC", "", label="MUTUELLE DU PHARE")]
    sent(shop, written(new), "C-InterAMC_20260203.csv")
    version = shop.world.sql("select id from convention_table order by number desc limit 1")
    shop.follow(f"{PLACE}version/{version}/confirm")
    assert 'name="q"' in shop.get(PLACE)
    assert "MUTUELLE DU PHARE" in shop.post(f"{PLACE}found", q="phare").text
    assert "Convention trouvée : MUTUELLE DU PHARE" in get(shop, f"invoicing/{session}")
