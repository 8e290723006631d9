"""« Retours »: the list, one return line by line, the bank, and lines tied to nothing (W20)."""

import re

import pytest

from server.services import french_invoicing
from tests.countries.france.tables import line
from tests.france import MARCHAND
from tests.services.french_payers import Payers, paid, refused
from tests.services.people_of import PARTS, seat
from tests.services.test_convention_import import taken
from tests.services.test_french_billing import BOTH, covered, printed, visited
from tests.webui.shop import Shop
from tests.webui.test_french_cases import said
from tests.webui.test_invoicing import TI_DOUE
from tests.world import World

FIRST = 126000001


@pytest.fixture
def shop(french_world: World) -> Shop:
    """10 March; one session billed, both parts asked for."""
    french_world.clock.advance(days=8)
    made = Shop(french_world)
    made.post("payers/new", **TI_DOUE)
    taken(french_world, [line("799900010", "OC", "", label="MUTUELLE TI DOUE")])
    patient = covered(french_world, MARCHAND, "0799900010")
    printed(french_world, patient, heading="AUXM", formula_code="052")
    visited(french_world, patient, billing="1", **BOTH)
    return made


@pytest.fixture
def payers(shop: Shop) -> Payers:
    return Payers(shop.world)


def session_of(shop: Shop) -> str:
    return str(shop.world.sql("select session from french_invoice order by number limit 1"))


def row(page: str, name: str) -> str:
    """What one section of a page says."""
    return said(page.partition(f'id="{name}"')[2].partition("</section>")[0])


def test_without_a_return_the_screen_says_why_and_facturation_leads_to_it(shop: Shop) -> None:
    assert "returns/" in shop.get("invoicing/")
    page = said(shop.get("returns/"))
    assert "Tous les retours sont rapprochés" in page
    assert "Aucun retour n’est encore arrivé" in page
    assert "Service simulé, non homologué" in page


def test_k7_a_return_tells_whose_invoice_is_paid_and_by_whom(shop: Shop, payers: Payers) -> None:
    payers.sent(session_of(shop), "FSE", 1074, 716)
    key = payers.answers(paid(FIRST, 1074, 716)).id
    listed = row(shop.get("returns/"), "returns")
    for words in ("18/03/2026", "Caisse 01 751 0016", "17,90", "total égal", "pas encore vu"):
        assert words in listed
    page = said(shop.get(f"returns/{key}"))
    assert "Caisse 01 751 0016 a payé 17,90 € le mercredi 18 mars 2026" in page
    assert "MARCHAND" in page and "caisse 10,74 €, mutuelle 7,16 €" in page and "payée" in page


@pytest.mark.scenario("G-08")
def test_g08_the_unpaid_part_is_said_with_what_to_do(shop: Shop, payers: Payers) -> None:
    payers.sent(session_of(shop), "FSE", 1074, 716)
    key = payers.answers(paid(FIRST, 1074)).id
    page = shop.get("returns/")
    assert "1 facture attend encore son paiement" in said(page)
    for told in (row(page, "part-paid"), said(shop.get(f"returns/{key}"))):
        assert "part mutuelle non payée : 7,16 €" in told
        assert "Demandez à la mutuelle" in told and "envoyez une DRE" in told
        assert "encaissez cette part" in told


def test_k8_a_loose_line_is_tied_from_the_list(shop: Shop, payers: Payers) -> None:
    payers.sent(session_of(shop), "DRE", 0, 716)
    payers.answers(paid(199999999, 0, 716), origin="AMC", payer="0799900010")
    page = shop.get("returns/")
    told = row(page, "loose")
    assert "1 ligne de retour n’est rattachée à aucune facture" in said(page)
    assert "7,16 €" in told and "Facture citée : 199999999" in told and "Ti Doué" in told
    (key,) = re.findall(r'name="invoice-([^"]+)"', page)
    answer = shop.post(f"returns/lines/{key}/tie", **{f"invoice-{key}": "126000099"})
    assert answer.status_code == 422 and "Aucune DRE de ce numéro" in said(answer.text)
    page = shop.follow(f"returns/lines/{key}/tie", **{f"invoice-{key}": str(FIRST)})
    assert 'id="loose"' not in page and "Tous les retours sont rapprochés" in said(page)
    held = str(shop.world.sql("select id from french_return"))
    assert "rattachée à la main" in said(shop.get(f"returns/{held}"))


def test_a_loose_line_is_dealt_with_otherwise_with_a_comment(shop: Shop, payers: Payers) -> None:
    held = payers.answers(paid(None, 500)).id
    page = shop.get("returns/")
    assert "Aucun numéro de facture cité" in row(page, "loose")
    assert "à rattacher" in said(shop.get(f"returns/{held}"))
    (key,) = re.findall(r'name="comment-([^"]+)"', page)
    answer = shop.post(f"returns/lines/{key}/aside", **{f"comment-{key}": ""})
    assert answer.status_code == 422 and "<details open>" in answer.text
    shop.follow(f"returns/lines/{key}/aside", **{f"comment-{key}": "Rendu par chèque"})
    told = said(shop.get(f"returns/{held}"))
    assert "Rendu par chèque" in told and "traité autrement" in told


def test_k9_and_k18_gaps_with_the_lines_and_with_the_bank_are_shown(
    shop: Shop, payers: Payers
) -> None:
    facts = {"reference": "V-77", "date": "2026-03-18", "amount": 10000}
    key = payers.answers(paid(199999999, 9800), payment=facts).id
    assert "écart : 2,00 €" in row(shop.get("returns/"), "returns")
    page = shop.get(f"returns/{key}")
    assert "Le virement est de 100,00 €, ses lignes font 98,00 €" in said(page)
    assert 'value="100,00"' in page  # what the bank should show is proposed
    answer = shop.post(f"returns/{key}/bank", amount="x", credited_on="")
    assert answer.status_code == 422 and "Ce n’est pas un montant" in said(answer.text)
    told = said(shop.follow(f"returns/{key}/bank", amount="95", credited_on="09/03/2026"))
    assert "écart : 5,00 €" in told and "Relevé : 95,00 € le 09/03/2026" in told
    shop.follow(f"returns/{key}/bank", amount="100", credited_on="09/03/2026")
    assert "reçu en banque" in row(shop.get("returns/"), "returns")


def test_k17_a_recovery_and_an_aid_are_shown_apart(shop: Shop, payers: Payers) -> None:
    payers.sent(session_of(shop), "FSE", 1074)
    key = payers.answers(
        paid(FIRST, -1790, kind="recovery", outcome="info"), paid(None, 5000, kind="lump_sum"),
        paid(FIRST, outcome="info"), paid(FIRST, 2000),
    ).id  # fmt: skip
    told = said(shop.get(f"returns/{key}"))
    assert "récupération : −17,90 €" in told and "ce n’est pas un paiement" in told
    assert "Aide ou forfait, hors factures" in told and "à part : 50,00 €" in told
    assert "signalée" in told and "Payé en trop sur une part : 9,26 €" in told


def test_a_refused_line_says_what_it_means_and_leads_to_the_correction(
    shop: Shop, payers: Payers
) -> None:
    payers.sent(session_of(shop), "FSE", 1074)
    key = payers.answers(refused(FIRST, "0250 050", "ASSURE ABSENT")).id
    page = shop.get(f"returns/{key}")
    patient = str(shop.world.sql("select id from patient"))
    assert "La caisse ne connaît pas" in said(page) and "rejetée" in said(page)
    assert f"invoices/{patient}#refused" in page
    assert "0250 050 ASSURE ABSENT" in said(shop.get(f"invoices/{patient}"))
    french_invoicing.decide(shop.world.desk, session_of(shop), BOTH)
    assert "rejetée" in said(shop.get(f"returns/{key}"))


def test_a_document_without_a_return_is_listed_as_missing(shop: Shop, payers: Payers) -> None:
    payers.sent(session_of(shop), "FSE", 1074)
    shop.world.clock.advance(days=31)
    told = row(shop.get("returns/"), "missing")
    assert "1 facture reçue par le payeur, sans retour" in told and "caisse : 10,74 €" in told


def test_many_returns_are_shown_page_by_page(
    shop: Shop, payers: Payers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webui.pages.french_returns.MOST", 2)
    for n in range(3):
        payers.answers(paid(None, n + 1, kind="lump_sum"))
    page = shop.get("returns/")
    (onward,) = re.findall(r'returns/(\?before=[^"]+)"', page)
    assert row(shop.get(f"returns/{onward}"), "returns").count("Caisse") == 1


def test_who_does_not_bill_sees_no_return(shop: Shop, payers: Payers) -> None:
    key = payers.answers(paid(None, 500)).id
    shop.get("returns/")
    seat(shop.world, next(part for part in PARTS if part.name == "colleague"))
    for path in ("returns/", f"returns/{key}"):
        assert shop.client.get(f"{shop.door.root}{path}").status_code == 403


def test_the_journal_tells_what_was_done_with_returns(shop: Shop, payers: Payers) -> None:
    key = payers.answers(paid(199999999, 1074)).id
    payers.answers(paid(199999999, 1074))
    shop.get(f"returns/{key}")
    shop.follow(f"returns/{key}/bank", amount="10,74")
    told = said(shop.get("journal/"))
    for words in ("compté une seule fois", "consulté", "relevé de banque"):
        assert words in told
