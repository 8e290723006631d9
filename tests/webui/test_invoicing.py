"""« Facturation » on its screen: who pays what, the convention, the formula, OK (W16)."""

import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from server.core.tray import Origin
from server.countries.france.numbers import AmcNumber
from server.services import conventions, covers, french_billing, tray
from server.services.convention_import import pieces_of, read
from server.services.tray import Page
from tests.countries.france.tables import line, written
from tests.france import (
    BEN_AMAR,
    CASANOVA,
    KOVACH,
    MARCHAND,
    MEYER,
    PETROV,
    ROUSSET,
    FrenchPerson,
    admitted,
)
from tests.services.test_convention_import import FIRST, NEXT, taken
from tests.webui.shop import Shop
from tests.webui.test_french_care import follow, get, opened
from tests.world import World

YEAR = {"cover_from": "01/01/2026", "cover_to": "31/12/2026", "cover_source": "PAPER"}
TABLE = [
    line("799900010", "OC", "", label="MUTUELLE TI DOUE", routing="OC", host="001"),
    line("02", criterion="02???????", label="MSA"),
]
UNSURE = line("02", criterion="02???????", label="MSA", unique="0")  # nothing says they exchange
SEPARATE = line("1221212145", "OC", "", label="EN DRE", routing="OC")
TI_DOUE = {"name": "Mutuelle Ti Doué", "number": "0799900010", "convention_type": "OC"}
BOTH = {"tp_amo": "1", "tp_amc": "1"}


@pytest.fixture
def shop(french_world: World) -> Shop:
    french_world.clock.advance(days=8)  # 10 March 2026
    made = Shop(french_world)
    made.post("payers/new", **TI_DOUE)
    return made


def covered(shop: Shop, person: FrenchPerson, amc: str, **typed: str) -> str:
    """Somebody insured by his caisse with a complementary, visited once; return the session."""
    patient = admitted(shop.world, person)
    shop.follow(f"rights/{patient}", kind="AMO", right_source="PAPER",
                right_organism=person.organism, rights_from="01/01/2026")  # fmt: skip
    if amc:
        shop.follow(f"covers/{patient}", **{"amc": amc, "member": "12345678", **YEAR, **typed})
    return visited(shop, patient)


def visited(shop: Shop, patient: str) -> str:
    shop.follow(f"sessions/of/{opened(shop, patient)}", payment_means="")
    return str(shop.world.sql("select id from session order by id desc limit 1"))


def printed(shop: Shop, session: str, **typed: str) -> str:
    return follow(shop, f"invoicing/{session}/formula", **typed)


def formula(page: str, words: str) -> str:
    """The value of the radio of a formula, by what is written beside it."""
    found = re.search(rf'name="formula" value="([^"]+)"[^>]*><span>{re.escape(words)}', page)
    assert found, words
    return found[1]


@pytest.mark.scenario("F-13")
@pytest.mark.row("MAIIA-43", "MAIIA-45", "MAIIA-47", "MAIIA-49", "MAIIA-50")
def test_f13_the_formula_of_the_attestation_says_who_pays_what(shop: Shop) -> None:
    taken(shop.world, TABLE)
    session = covered(shop, MARCHAND, "0799900010")
    page = get(shop, f"invoicing/{session}")
    assert "Convention trouvée : MUTUELLE TI DOUE" in page and "la seule qui convient" in page
    printed(shop, session, heading="AUXM", formula_code="052", formula_name="A")
    printed(shop, session, heading="PHAR", formula_code="010", formula_name="B")
    page = printed(shop, session, heading="AUXM", formula_code="050", formula_name="C", rate="50")
    assert page.index("AUXM C") < page.index("PHAR B")
    assert page.count("autre rubrique") == 1
    assert "Montant Mutuelle" in page and 'data-key="Enter"' in page
    refused = shop.post(f"invoicing/{session}", **BOTH)
    assert refused.status_code == 422 and "AUXM, SVIL, RLAX ou AMM" in refused.text
    chosen = formula(page, "AUXM A")
    seen = shop.post(f"invoicing/{session}/price", billing="1", **BOTH, formula=chosen).text
    assert "La caisse paie 10,74 €, la mutuelle 7,16 €, le patient 0,00 €." in seen.replace(
        "\u00a0", " "
    )
    assert shop.world.sql("select count(*) from french_billing") == 0
    page = follow(shop, f"invoicing/{session}", **BOTH, formula=chosen)
    assert "Facture 126000001" in page and "TP caisse / TP mutuelle" in page
    assert "Payé par la mutuelle, formule 052 : Le ticket modérateur entier" in page
    page = follow(shop, f"invoicing/{session}", **BOTH, formula=formula(page, "AUXM C"))
    assert "la mutuelle 3,58 €, le patient 3,58 €" in page and "17,90 €" in page
    assert "Facture 126000001" in page


def text(answer: str) -> str:
    return answer.replace("\u00a0", " ")


def box(page: str, name: str) -> str:
    """The tag of a box."""
    found = re.search(rf'<input type="checkbox" id="f-{name}"[^>]*>', page)
    assert found
    return found[0]


@pytest.mark.scenario("F-12", "F-13")
@pytest.mark.row("MAIIA-48")
def test_the_scanned_attestation_is_beside_the_choice(shop: Shop) -> None:
    taken(shop.world, TABLE)
    session = covered(shop, MARCHAND, "0799900010")
    assert "Aucune attestation n’est au dossier" in get(shop, f"invoicing/{session}")
    desk = shop.world.desk
    key = tray.receive(desk, b"%PDF-1.7 fabricated", "attestation.pdf", Origin.SCAN).id
    tray.looked_into(desk, key, [Page(b"\xff\xd8 page", 90, ())])
    patient = str(shop.world.sql("select patient from session"))
    shop.follow(f"tray/{key}/integrate", kind="AMC_CARD", patient=patient, valid_from="01/01/2026",
                valid_to="31/12/2026")  # fmt: skip
    page = get(shop, f"invoicing/{session}")
    assert f"tray/{key}/page/1" in page and "Attestation de tiers payant du patient" in page
    assert f"tray/{key}" in get(shop, f"patients/{patient}")


@pytest.mark.row("SOFIA-2", "SOFIA-32", "MAIIA-44", "MAIIA-46")
def test_two_boxes_make_three_ways_and_the_second_goes_with_the_first(shop: Shop) -> None:
    taken(shop.world, TABLE)
    session = covered(shop, MARCHAND, "0799900010")
    page = printed(shop, session, heading="AUXM", formula_code="052")
    assert "checked" in box(page, "tp_amo") and "checked" in box(page, "tp_amc")
    page = follow(shop, f"invoicing/{session}")
    assert "Aucun TP" in page and "Le patient règle 17,90 € ; la caisse lui remboursera" in page
    page = follow(shop, f"invoicing/{session}", tp_amo="1")
    assert "TP caisse / aucun TP mutuelle" in page
    assert "La caisse paie 10,74 €, le patient règle 7,16 €." in page
    alone = shop.post(f"invoicing/{session}", tp_amc="1")
    assert alone.status_code == 422 and "cochez les deux, ou la première seule" in alone.text
    assert "TP caisse / TP mutuelle" in follow(shop, f"invoicing/{session}", **BOTH)
    assert shop.world.sql("select count(*) from french_billing") == 3
    assert shop.world.sql("select count(*) from french_invoice") == 1


@pytest.mark.scenario("F-04", "F-16", "G-07")
@pytest.mark.row("MAIIA-65", "MAIIA-73", "MAIIA-78")
def test_without_a_convention_the_part_of_the_mutuelle_is_refused_with_its_causes(
    shop: Shop,
) -> None:
    session = covered(shop, MARCHAND, "0799900010")
    page = get(shop, f"invoicing/{session}")
    assert "disabled" in box(page, "tp_amc") and "disabled" not in box(page, "tp_amo")
    assert "Pas de tiers payant sur la part complémentaire : aucune convention." in page
    assert "Aucune table n’a jamais été importée" in page
    assert "n’est pas notée comme membre d’interAMC : contactez-la" in page
    shop.follow("payers/0799900010", **TI_DOUE, inter_amc="1")
    assert "passe par interAMC : une inscription suffit" in get(shop, f"invoicing/{session}")
    for mend in ("Corriger la mutuelle du patient", "Se conventionner", "Importer les conventions"):
        assert mend in page
    refused = shop.post(f"invoicing/{session}", **BOTH)
    assert refused.status_code == 422 and "Aucune convention : la part de la mutuelle" in text(
        refused.text
    )
    page = follow(shop, f"invoicing/{session}", tp_amo="1")
    assert "le patient règle 7,16 €" in page
    assert shop.world.sql("select state from session") == "Ready"
    taken(shop.world, TABLE)
    assert "Convention trouvée : MUTUELLE TI DOUE" in get(shop, f"invoicing/{session}")


@pytest.mark.scenario("F-10")
def test_a_mutuelle_nobody_knows_leaves_the_part_of_the_caisse(shop: Shop) -> None:
    taken(shop.world, TABLE)
    session = covered(shop, MARCHAND, "")
    number = covers.Scanned(AmcNumber.parse("0799900075"), "OC")
    covers.scanned(shop.world.desk, str(shop.world.sql("select patient from session")), number)
    page = get(shop, f"invoicing/{session}")
    assert "les dates des droits manquent" in page
    assert "Aucune table en vigueur ne porte le numéro 0799900075." in page
    assert "le patient règle 7,16 €" in follow(shop, f"invoicing/{session}", tp_amo="1")


@pytest.mark.scenario("F-16")
def test_a_card_that_names_another_mutuelle_is_compared_with_the_file(shop: Shop) -> None:
    taken(shop.world, [line("799900028", "OC", "")])
    session = covered(shop, CASANOVA, "0799900010")
    patient = str(shop.world.sql("select patient from session"))
    number = covers.Scanned(AmcNumber.parse("0799900028"), "OC")
    covers.scanned(shop.world.desk, patient, number)
    page = get(shop, f"invoicing/{session}")
    assert "Le dossier dit 0799900010, la carte dit 0799900028." in page
    assert "Le numéro de la carte a une convention." in page


@pytest.mark.scenario("F-16")
@pytest.mark.row("MAIIA-66")
def test_a_newer_file_that_waits_is_proposed_and_the_line_is_priced_with_it(shop: Shop) -> None:
    taken(shop.world, [line("799900099", "OC", "")], FIRST)
    session = covered(shop, CASANOVA, "0799900010")
    waiting = read(shop.world.desk, NEXT, pieces_of(written(TABLE))).id
    page = get(shop, f"invoicing/{session}")
    assert "Un fichier plus récent" in page and f"version/{waiting}" in page
    shop.follow(f"options/conventions/version/{waiting}/confirm")
    page = printed(shop, session, heading="AUXM", formula_code="052")
    assert "Convention trouvée : MUTUELLE TI DOUE" in page
    assert "La caisse paie 10,74 €, la mutuelle 7,16 €" in page


@pytest.mark.scenario("F-06")
@pytest.mark.row("MAIIA-57", "MAIIA-59", "MAIIA-60")
@pytest.mark.parametrize("person", [PETROV, KOVACH], ids=["a man, 7", "a woman, 8"])
def test_f06_state_medical_aid_is_billed_on_paper_and_nothing_is_due(
    shop: Shop, person: FrenchPerson
) -> None:
    session = covered(shop, person, "75500017")
    page = get(shop, f"invoicing/{session}")
    assert "(AME) de base" in page.partition("Convention proposée :")[2][:90]
    assert "prise en charge à 100 %" in page
    for name in ("tp_amo", "tp_amc"):
        assert "checked" in box(page, name) and "disabled" in box(page, name)
    refused = shop.post(f"invoicing/{session}", tp_amo="1")
    assert refused.status_code == 422 and "impliquent le tiers payant" in refused.text
    page = follow(shop, f"invoicing/{session}", **BOTH)
    assert "la mutuelle 7,16 €, le patient 0,00 €" in page
    assert "Facture papier" in page and "Pas de FSE ni de lot" in page and "ADRi" in page
    assert shop.world.sql("select route from french_billing") == "PAPER"
    assert "Facture papier" in get(shop, "invoicing/?which=paper")


@pytest.mark.scenario("F-06")
def test_state_medical_aid_needs_its_number_and_its_day(shop: Shop) -> None:
    patient = admitted(shop.world, MARCHAND)
    answer = shop.post(f"covers/{patient}", amc="75500017", **YEAR)
    assert answer.status_code == 422
    session = covered(shop, PETROV, "75500017", cover_to="09/03/2026")
    page = get(shop, f"invoicing/{session}")
    assert "L’AME ne couvre pas ce jour." in page and "09/03/2026" in page
    assert shop.post(f"invoicing/{session}", **BOTH).status_code == 422


@pytest.mark.scenario("F-07")
@pytest.mark.row("MAIIA-61", "MAIIA-62", "MAIIA-63", "MAIIA-64")
@pytest.mark.parametrize("number", ["99999997", "88888888"])
def test_f07_c2s_is_one_invoice_for_both_parts_whoever_manages_it(shop: Shop, number: str) -> None:
    session = covered(shop, BEN_AMAR, number)
    page = get(shop, f"invoicing/{session}")
    assert "Convention proposée : C2S" in page and "Gestion unique (RO)" in page
    assert "checked" in box(page, "tp_amo") and "checked" in box(page, "tp_amc")
    refused = shop.post(f"invoicing/{session}", tp_amo="1")  # D3
    assert refused.status_code == 422
    page = follow(shop, f"invoicing/{session}", **BOTH)
    assert "La caisse paie 10,74 €, la mutuelle 7,16 €, le patient 0,00 €." in page
    assert "un lot, un seul retour attendu" in page
    assert shop.world.sql("select route || number from french_billing") == f"GU00{number}"


@pytest.mark.scenario("G-03", "G-04")
def test_without_dates_or_after_them_only_the_part_of_the_caisse_is_asked(shop: Shop) -> None:
    taken(shop.world, TABLE)
    session = covered(shop, MEYER, "1221212145", cover_from="01/01/2022", cover_to="31/12/2022")
    page = get(shop, f"invoicing/{session}")
    assert "Droits du 01/01/2022 au 31/12/2022." in page
    refused = shop.post(f"invoicing/{session}", **BOTH)
    assert refused.status_code == 422 and "ne couvrent pas le jour des soins" in refused.text
    assert "le patient règle 7,16 €" in follow(shop, f"invoicing/{session}", tp_amo="1")
    patient = str(shop.world.sql("select patient from session"))
    shop.follow(f"covers/{patient}", amc="1221212145", member="7", link="YES", **YEAR)
    assert "le patient 0,00 €" in follow(shop, f"invoicing/{session}", **BOTH, formula="052")


@pytest.mark.scenario("G-05")
@pytest.mark.row("MAIIA-67", "MAIIA-68", "MAIIA-69", "SOFIA-5", "SOFIA-7", "SOFIA-8")
def test_g05_both_boxes_in_unique_management_are_one_fse_and_one_return(shop: Shop) -> None:
    taken(shop.world, TABLE)
    session = covered(shop, MEYER, "1221212145", link="YES", amc_nir=MEYER.nir)
    page = get(shop, f"invoicing/{session}")
    assert "Convention trouvée : MSA" in page
    checks = page.partition('id="checks"')[2].partition("</ul>")[0]
    assert checks.count(">oui<") == 3
    page = follow(shop, f"invoicing/{session}", **BOTH, formula="052")
    assert "La caisse paie 10,74 €, la mutuelle 7,16 €, le patient 0,00 €." in page
    assert "Gestion unique (RO)" in page and "un lot, un seul retour attendu" in page
    assert "« RO » sur l’attestation" in page and "la caisse répond des deux" in page
    assert "DRE" not in page.partition('id="tp"')[2].partition('id="checks"')[0]
    kept = french_billing.choice_of(shop.world.desk, session)
    assert kept and (kept.route, kept.returns) == ("GU", 1)


@pytest.mark.scenario("G-06")
@pytest.mark.row("SOFIA-9")
def test_g06_two_numbers_that_differ_are_shown_and_what_is_left_is_said(shop: Shop) -> None:
    taken(shop.world, [*TABLE, SEPARATE])
    session = covered(shop, MEYER, "1221212145", link="YES", amc_nir="170076799990729")
    page = get(shop, f"invoicing/{session}")
    assert "Gestion unique impossible : les deux numéros diffèrent." in page
    assert "1700767999908" in page and "1700767999907" in page
    assert "Passer en gestion séparée : une FSE et une DRE" in page
    assert "Corriger" in page or "Complémentaire" in page
    refused = shop.post(f"invoicing/{session}", **BOTH)
    assert refused.status_code == 422 and "la caisse ne transmettra pas" in text(refused.text)


@pytest.mark.scenario("G-07")
@pytest.mark.row("SOFIA-4", "SOFIA-5", "SOFIA-10", "MAIIA-70", "MAIIA-71", "MAIIA-72")
def test_g07_no_link_leaves_a_dre_when_a_convention_exists(shop: Shop) -> None:
    taken(shop.world, [UNSURE, SEPARATE])
    session = covered(shop, MEYER, "1221212145")  # nobody said whether they exchange
    page = get(shop, f"invoicing/{session}")
    assert "rien ne dit que la caisse transmet à cette mutuelle" in page
    assert "que son fichier des assurés relie au patient" in page
    assert "disabled" in box(page, "tp_amc")
    assert "Passer en gestion séparée : une FSE et une DRE" in page
    page = text(shop.post(f"invoicing/{session}/price", billing="1", **BOTH, separate="1").text)
    assert "Convention trouvée : EN DRE" in page and "Gestion séparée (DRE)" in page
    assert "deux lots, deux retours attendus" in page and "« DRE » sur l’attestation" in page
    assert "à la caisse, qui paie sa part, et une DRE à la mutuelle, qui paie l’autre" in page
    printed(shop, session, heading="SVIL", formula_code="052")
    follow(shop, f"invoicing/{session}", **BOTH, separate="1")
    kept = french_billing.choice_of(shop.world.desk, session)
    assert kept and (kept.route, kept.returns) == ("DRE", 2)
    again = visited(shop, str(shop.world.sql("select patient from session")))
    assert "Gestion séparée (DRE)" in get(shop, f"invoicing/{again}")  # as the time before


@pytest.mark.scenario("G-07")
def test_g07_somebody_who_knows_says_that_the_caisse_forwards(shop: Shop) -> None:
    taken(shop.world, [UNSURE])
    session = covered(shop, MEYER, "1221212145")
    assert "Oui, la caisse transmet à cette mutuelle" in get(shop, f"invoicing/{session}")
    page = follow(shop, f"invoicing/{session}/link", link="YES")
    assert "Gestion unique (RO)" in page and "disabled" not in box(page, "tp_amc")


@pytest.mark.scenario("F-04", "F-05")
def test_a_convention_of_unique_management_is_enough_without_any_table(shop: Shop) -> None:
    shop.post("payers/new", name="Mutuelle des Armées", number="0799900036", unique="1")
    session = covered(shop, ROUSSET, "0799900036")
    assert "disabled" in box(get(shop, f"invoicing/{session}"), "tp_amc")
    rows = {"signatory": "08", "label": "CNMSS", "accord": "T", "criterion": "08???????"}
    conventions.add_by_hand(shop.world.desk, rows)
    page = get(shop, f"invoicing/{session}")
    assert "Convention trouvée : CNMSS" in page and "checked" in box(page, "tp_amc")


@pytest.mark.scenario("F-17")
@pytest.mark.row("MAIIA-76", "MAIIA-77", "MAIIA-79")
def test_f17_from_the_amount_billed_to_the_receipt_and_its_second_copy(shop: Shop) -> None:
    session = covered(shop, CASANOVA, "0799900010")
    follow(shop, f"invoicing/{session}", tp_amo="1")
    shop.follow(f"sessions/{session}/collect", copay_collected="7,16", payment_means="CARD")
    home = get(shop, "today/")
    assert "Montant facturé" in home and "17,90 €" in home
    menu = home.partition('class="rail"')[2].partition("</nav>")[0]
    assert 'options/"' in menu and "Options" in menu
    page = get(shop, "invoicing/?which=paid")
    assert "Montant facturé en mars 2026 : 17,90 €" in page and "126000001" in page
    assert "126000001" not in get(shop, "invoicing/?which=due")
    follow(shop, f"invoicing/{session}/receipt")
    first = receipt(shop, session)
    for words in ("CASANOVA", "126000001", "10009999904", "TST 8,10", "17,90", "10,74",
                  "Reçu du patient : 7,16 € (carte bancaire)",
                  "le patient a réglé la part de sa mutuelle"):  # fmt: skip
        assert words in first
    assert "Exemplaire" not in first
    assert CASANOVA.nir[:13] not in first.replace(" ", "")
    follow(shop, f"invoicing/{session}/receipt")
    assert "Exemplaire 2" in receipt(shop, session)


def receipt(shop: Shop, session: str) -> str:
    answer = shop.client.get(f"{shop.door.root}sessions/{session}/document.pdf")
    pages = PdfReader(BytesIO(answer.data)).pages
    said = "\n".join(page.extract_text() for page in pages).replace("\u00a0", " ")
    return re.sub(r"\s+", " ", said)


def test_invoices_are_numbered_without_a_gap_and_one_struck_out_keeps_its_number(
    shop: Shop,
) -> None:
    session = covered(shop, MARCHAND, "")
    patient = str(shop.world.sql("select patient from session"))
    others = [visited(shop, patient) for _ in range(2)]
    for key in (session, others[0]):
        follow(shop, f"invoicing/{key}", tp_amo="1")
    shop.follow(f"sessions/{session}/void", reason="erreur de patient")
    assert shop.post(f"invoicing/{session}", tp_amo="1").status_code == 409
    assert "plus rien ne se change ici" in get(shop, f"invoicing/{session}")
    follow(shop, f"invoicing/{others[1]}", tp_amo="1")
    page = get(shop, "invoicing/")
    assert "3 factures" in page and "séance annulée" in page and "Bloquée" in page  # a second
    for number in ("126000001", "126000002", "126000003"):
        assert number in page
    assert "126000001" in get(shop, "invoicing/?which=struck")
    assert "Aucune facture" in get(shop, "invoicing/?month=2026-02")
    shop.world.clock.go_to(datetime(2027, 1, 4, 9, tzinfo=UTC))
    follow(shop, f"invoicing/{visited(shop, patient)}", tp_amo="1")
    assert "127000001" in get(shop, "invoicing/")


@pytest.mark.scenario("F-13")
@pytest.mark.row("MAIIA-42")
def test_at_the_bedside_the_line_says_who_pays_and_the_visit_keeps_it(shop: Shop) -> None:
    taken(shop.world, TABLE)
    session = covered(shop, MARCHAND, "0799900010")
    patient = str(shop.world.sql("select patient from session"))
    series = opened(shop, patient)
    page = get(shop, f"sessions/of/{series}")
    assert "TP caisse / aucun TP mutuelle — La caisse paie 10,74 €, le patient" in page
    printed(shop, session, heading="AUXM", formula_code="052")
    page = get(shop, f"sessions/of/{series}")
    assert "La caisse paie 10,74 €, la mutuelle 7,16 €, le patient 0,00 €." in page
    assert "paie 0,00 €" in page and "Convention trouvée : MUTUELLE TI DOUE" in page
    refused = shop.post(f"sessions/of/{series}", billing="1", tp_amc="1", payment_means="")
    assert refused.status_code == 422 and "cochez les deux" in refused.text
    page = follow(shop, f"sessions/of/{series}", billing="1", **BOTH, formula=formula(page, "AUXM"),
                  payment_means="")  # fmt: skip
    assert "Facture 126000001" in page and "formule 052" in page
    assert 'À régler</dt><dd class="num"><b>0,00 €' in page
    table = get(shop, f"series/{series}")
    assert "TP caisse / TP mutuelle" in table and "7,16" in table
    assert re.search(r'<a class="small" href="[^"]*/invoicing/[0-9A-Z]+">', table)
    assert "À facturer" in get(shop, f"series/{shop.world.sql(OTHER, (session,))}")
    assert "À régler" in get(shop, f"sessions/{session}")


OTHER = "select treatment from session where id = ?"


def test_equal_conventions_are_chosen_once_and_remembered(shop: Shop) -> None:
    taken(shop.world, [
        line("799900010", "OC", "", label="TI DOUE", routing="OC", host=host) for host in "12"
    ])  # fmt: skip
    session = covered(shop, MARCHAND, "0799900010")
    page = printed(shop, session, heading="AUXM", formula_code="052")
    assert "2 conventions conviennent autant" in page
    refused = shop.post(f"invoicing/{session}", **BOTH)
    assert refused.status_code == 422 and "choisissez la bonne" in refused.text
    second = re.findall(r'name="convention" value="(\d+)"', page)[1]
    page = follow(shop, f"invoicing/{session}", **BOTH, convention=second)
    assert "deux lots, deux retours attendus" in page
    kept = french_billing.choice_of(shop.world.desk, session)
    assert kept and kept.convention["host"] == "2"
    assert f'value="{second}" checked' in get(shop, f"invoicing/{session}")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"formula_code": "999"}, "Aucune formule n’a ce code"),
        ({"formula_code": "050"}, "a besoin d’un taux"),
        ({"formula_code": "052", "rate": "50"}, "n’utilise pas de taux"),
        ({"formula_code": "060", "rate": "50"}, "ne la calcule pas"),
        ({"formula_code": "090", "rate": "50", "cap": "8"}, "ne la calcule pas"),
        ({"formula_code": "101", "lump": "-5"}, "montant"),
    ],
)
def test_a_formula_that_cannot_be_computed_is_not_kept(
    shop: Shop, typed: dict[str, str], words: str
) -> None:
    session = covered(shop, MARCHAND, "0799900010")
    answer = shop.post(f"invoicing/{session}/formula", heading="AUXM", **typed)
    assert answer.status_code == 422 and words in answer.text
    assert shop.world.sql("select count(*) from french_formula") == 0


def test_a_formula_taken_off_is_offered_no_more_and_what_was_decided_stays(shop: Shop) -> None:
    taken(shop.world, TABLE)
    session = covered(shop, MARCHAND, "0799900010")
    page = printed(shop, session, heading="AUXM", formula_code="022", rate="150", cap="8")
    assert "150 %, plafond 8,00 €" in page
    key = formula(page, "AUXM : 022")
    follow(shop, f"invoicing/{session}", **BOTH, formula=key)
    page = follow(shop, f"invoicing/{session}/formula/off", formula=key)
    assert 'name="formula" value' not in page
    assert shop.post(f"invoicing/{session}/formula/off", formula=key).status_code == 404
    assert "7,16 €" in get(shop, f"sessions/{session}")
    answer = shop.post(f"invoicing/{session}", **BOTH, formula=key)
    assert answer.status_code == 422 and "n’est plus proposée" in answer.text


def test_one_ok_bills_every_session_of_the_treatment_that_waits(shop: Shop) -> None:
    taken(shop.world, TABLE)
    session = covered(shop, MARCHAND, "0799900010", cover_from="06/03/2026")
    series = str(shop.world.sql("select treatment from session"))
    for day in ("04", "06", "09"):
        shop.follow(f"sessions/of/{series}", care_date=f"{day}/03/2026", payment_means="")
    page = printed(shop, session, heading="AUXM", formula_code="052")
    assert "Facturer de même les 3 autres séances du traitement qui attendent" in page
    key = formula(page, "AUXM")
    page = follow(shop, f"invoicing/{session}", **BOTH, formula=key, others="1")
    assert "3 séances facturées." in page and "1 est à voir à part" in page
    assert shop.world.sql("select count(*) from french_billing where amc = 1") == 3
    patient = str(shop.world.sql("select patient from session"))
    page = get(shop, f"invoices/{patient}")
    assert "facturé en tout 53,70 €" in page and "126000003" in page


@pytest.mark.scenario("F-04")
def test_an_old_table_is_told_in_time_and_billing_goes_on(shop: Shop) -> None:
    taken(shop.world, TABLE)
    session = covered(shop, MARCHAND, "0799900010")
    assert "Conventions importées le" not in get(shop, f"invoicing/{session}")
    for days, look in ((21, "k wait"), (25, "k stop")):
        shop.world.clock.advance(days=days)
        page = get(shop, f"invoicing/{session}")
        badge = page.partition("Conventions importées le 10/03/2026.")[0].rpartition("<p>")[2]
        assert look in badge
        assert "Convention trouvée : MUTUELLE TI DOUE" in page


@pytest.mark.scenario("G-03")
@pytest.mark.row("MAIIA-30")
def test_without_a_members_number_the_part_of_the_mutuelle_is_not_asked(shop: Shop) -> None:
    taken(shop.world, TABLE)
    session = covered(shop, MARCHAND, "0799900010", member="")
    page = printed(shop, session, heading="AUXM", formula_code="052")
    assert "checked" not in box(page, "tp_amc")
    refused = shop.post(f"invoicing/{session}", **BOTH, formula=formula(page, "AUXM"))
    assert refused.status_code == 422 and "garantie de paiement" in refused.text


def test_a_mutuelle_that_changed_is_told_and_what_was_decided_stays(shop: Shop) -> None:
    taken(shop.world, [*TABLE, line("799900044", "OC", "", label="VIAMEDIS")])
    shop.post("payers/new", name="MGEN", number="0799900044", convention_type="OC")
    session = covered(shop, MARCHAND, "0799900010")
    page = printed(shop, session, heading="AUXM", formula_code="052")
    follow(shop, f"invoicing/{session}", **BOTH, formula=formula(page, "AUXM"))
    patient = str(shop.world.sql("select patient from session"))
    shop.follow(f"covers/{patient}", amc="0799900044", member="9", cover_source="PAPER",
                cover_from="01/03/2026", cover_to="31/12/2026")  # fmt: skip
    page = get(shop, f"invoicing/{session}")
    assert "La complémentaire a changé depuis cette décision." in page
    assert "C’était Mutuelle Ti Doué" in page and "Convention trouvée : VIAMEDIS" in page
    kept = french_billing.choice_of(shop.world.desk, session)
    assert kept and kept.row.number == "0799900010"


@pytest.mark.row("MAIIA-47")
def test_a_formula_is_noted_with_the_attestation_and_the_next_visit_has_it(shop: Shop) -> None:
    taken(shop.world, TABLE)
    covered(shop, MARCHAND, "0799900010")
    patient = str(shop.world.sql("select patient from session"))
    assert "Aucune formule notée" in get(shop, f"covers/{patient}")
    refused = shop.post(f"covers/{patient}/formula", heading="AUXM", formula_code="05")
    assert refused.status_code == 422 and "Aucune formule n’a ce code" in refused.text
    page = follow(shop, f"covers/{patient}/formula", heading="AUXM", formula_code="052")
    assert "AUXM : 052, Le ticket modérateur entier" in page
    visit = get(shop, f"sessions/of/{opened(shop, patient)}")
    assert "La caisse paie 10,74 €, la mutuelle 7,16 €, le patient 0,00 €." in visit
    nobody = admitted(shop.world, CASANOVA)
    assert shop.post(f"covers/{nobody}/formula", heading="AUXM").status_code == 404
    assert "Formules notées" not in get(shop, f"covers/{nobody}")


@pytest.mark.scenario("F-06")
def test_a_visit_after_the_end_of_state_aid_is_noted_and_waits(shop: Shop) -> None:
    session = covered(shop, PETROV, "75500017", cover_to="09/03/2026")
    series = opened(
        shop, str(shop.world.sql("select patient from session where id = ?", (session,)))
    )
    page = follow(shop, f"sessions/of/{series}", billing="1", **BOTH, payment_means="")
    assert "09/03/2026" in page and "Bloquée" in page
    assert shop.world.sql("select count(*) from french_billing") == 0


def test_what_was_paid_too_much_is_to_be_given_back(shop: Shop) -> None:
    taken(shop.world, TABLE)
    session = covered(shop, MARCHAND, "0799900010")
    shop.follow(f"sessions/{session}/collect", copay_collected="17,90", payment_means="CASH")
    page = printed(shop, session, heading="AUXM", formula_code="052")
    follow(shop, f"invoicing/{session}", **BOTH, formula=formula(page, "AUXM"))
    assert 'À rendre au patient</dt><dd class="num"><b>17,90 €' in get(shop, f"sessions/{session}")


def test_sessions_that_wait_to_be_billed_are_listed_until_they_are(shop: Shop) -> None:
    session = covered(shop, MARCHAND, "")
    other = visited(shop, str(shop.world.sql("select patient from session")))
    shop.follow(f"sessions/{other}/void", reason="erreur de patient")
    page = get(shop, "invoicing/")
    assert "1 séance à facturer" in page and f"invoicing/{session}" in page
    assert f"invoicing/{other}" not in page
    home = get(shop, "today/")
    assert "1 séance reste à facturer." in home and "1 séance à facturer" in home
    follow(shop, f"invoicing/{session}", tp_amo="1")
    assert "séance à facturer" not in get(shop, "invoicing/")
    home = get(shop, "today/")
    assert "séance à facturer" not in home and "Rien n’attend votre main." in home


def test_a_right_to_third_party_payment_is_proposed_and_said(shop: Shop) -> None:
    """FR-40."""
    session = covered(shop, MARCHAND, "")
    assert "checked" not in box(get(shop, f"invoicing/{session}"), "tp_amo")
    patient = str(shop.world.sql("select patient from session"))
    page = get(shop, f"sessions/of/{opened(shop, patient, ald='1')}")
    assert "checked" in box(page, "tp_amo") and "est un droit de ce patient" in page
    assert "La caisse paie 17,90 €, le patient règle 0,00 €." in page
