"""Refused invoices on the tab « Factures »: noted, refused in a sentence, taken back, looked up."""

import re

import pytest

from server.services import french_invoicing, french_rejects, sessions
from tests.countries.france.tables import line
from tests.france import MARCHAND
from tests.services.people_of import PARTS, seat
from tests.services.test_convention_import import taken
from tests.services.test_french_billing import BOTH, covered, printed, visited
from tests.webui.shop import Shop
from tests.webui.test_french_cases import said
from tests.webui.test_help_with_payers import REJECT
from tests.webui.test_invoicing import TI_DOUE
from tests.world import World

FIRST = "126000001"


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


def patient_of(shop: Shop) -> str:
    return str(shop.world.sql("select id from patient"))


def place(shop: Shop) -> str:
    return f"invoices/{patient_of(shop)}"


def noted(shop: Shop, **typed: str) -> str:
    """Note a reject; the page that follows."""
    form = {"label": REJECT, "invoice": FIRST, "part": "AMO", **typed}
    return shop.follow(f"{place(shop)}/rejects", **form)


def refusal(shop: Shop, **typed: str) -> str:
    answer = shop.post(f"{place(shop)}/rejects",
                       **{"label": REJECT, "invoice": FIRST, "part": "AMO", **typed})  # fmt: skip
    assert answer.status_code == 422
    return said(answer.text)


def session_of(shop: Shop) -> str:
    return str(shop.world.sql("select session from french_invoice"))


def bold(page: str) -> list[str]:
    """Where the bold buttons of a page lead."""
    return re.findall(r'class="b p" href="[^"]*?/((?:covers|rights|invoicing)/[^"]+)"', page)


def test_what_cannot_be_noted_says_why_and_what_to_do(shop: Shop) -> None:
    assert "Recopiez le libellé du rejet" in refusal(shop, label="")
    assert "Dites qui a rejeté la facture" in refusal(shop, part="")
    assert "Choisissez la facture qui a été rejetée" in refusal(shop, invoice="")
    assert "Ce patient n’a pas de facture de ce numéro" in refusal(shop, invoice="126000009")
    french_invoicing.decide(shop.world.desk, session_of(shop), {"tp_amo": "1"})
    assert "Rien n’a été demandé à la mutuelle" in refusal(shop, part="AMC")
    noted(shop)
    assert "déjà noté" in refusal(shop)
    french_invoicing.decide(shop.world.desk, session_of(shop), {"tp_amo": "1"})
    assert "a déjà été corrigée" in refusal(shop)
    sessions.void(shop.world.desk, session_of(shop), "autre patient")
    assert "La séance de cette facture est annulée" in refusal(shop, invoice="126000002")
    assert "Noter ce rejet" not in shop.get(place(shop))  # nothing is left to note it of
    assert shop.world.sql("select count(*) from french_reject") == 1


def test_an_explanation_alone_notes_nothing_and_keeps_what_was_pasted(shop: Shop) -> None:
    page = shop.post(f"{place(shop)}/reject", label=REJECT, invoice=FIRST, part="AMC").text
    assert "La mutuelle notée dans le dossier n’est plus la bonne" in page
    assert f'value="{REJECT}"' in page and re.search(r'value="AMC" checked', page)
    assert shop.world.sql("select count(*) from french_reject") == 0
    assert 'id="refused"' not in page


def test_an_unknown_label_waits_too_with_whom_to_ask(shop: Shop) -> None:
    for part, words in (("AMO", "à la caisse ce qu’elle attend"), ("AMC", "à la mutuelle ce qu")):
        page = noted(shop, label="9999 999", part=part)
        told = said(page)
        assert words in told and "« 9999 999 »" in told
        assert "2. Faire la facture corrigée" in told
        assert bold(page) == [f"invoicing/{session_of(shop)}"]  # nothing says the cover is wrong
        shop.follow(f"{place(shop)}/rejects/off",
                    reject=str(shop.world.sql("select max(id) from french_reject")))  # fmt: skip


def test_a_reject_noted_by_mistake_is_taken_back_from_the_tab(shop: Shop) -> None:
    page = noted(shop)
    assert bold(page) == [f"covers/{patient_of(shop)}#choose"]
    reject = str(shop.world.sql("select id from french_reject"))
    assert f'name="reject" value="{reject}"' in page
    page = shop.follow(f"{place(shop)}/rejects/off", reject=reject)
    assert 'id="refused"' not in page and "Rejetée :" not in said(page)
    assert shop.client.post(
        f"{shop.door.root}{place(shop)}/rejects/off", data={"reject": "01NOBODY"}
    ).status_code in (400, 403, 404)
    noted(shop)
    french_invoicing.decide(shop.world.desk, session_of(shop), {"tp_amo": "1"})
    last = str(shop.world.sql("select max(id) from french_reject"))
    answer = shop.post(f"{place(shop)}/rejects/off", reject=last)
    assert answer.status_code == 422 and "ce rejet ne se reprend plus" in said(answer.text)


def test_of_several_invoices_none_is_chosen_beforehand(shop: Shop) -> None:
    assert '<option value="126000001">' in shop.get(place(shop))
    assert "Choisissez" not in said(shop.get(place(shop)))
    visited(shop.world, patient_of(shop), billing="1", **BOTH)
    page = shop.get(place(shop))
    assert '<option value="" selected>Choisissez' in page
    assert "126000002, séance du 10/03/2026, 17,90 €" in said(page)


def test_the_others_refused_of_the_treatment_are_offered_with_the_same_ok(shop: Shop) -> None:
    visit = french_invoicing.billing(shop.world.desk, session_of(shop), {}).session
    shop.follow(f"sessions/of/{visit.treatment}", care_date="09/03/2026", payment_means="",
                billing="1", **BOTH)  # fmt: skip
    noted(shop)
    assert "autre facture rejetée" not in said(shop.get(f"invoicing/{visit.id}"))
    noted(shop, invoice="126000002")
    page = said(shop.get(f"invoicing/{visit.id}"))
    assert "Corriger de même l’autre facture rejetée de ce traitement" in page
    assert "2 factures rejetées attendent d’être corrigées" in said(shop.get("today/"))
    shop.follow(f"invoicing/{visit.id}", **BOTH, others="1")
    assert shop.world.sql("select count(*) from french_invoice") == 4
    assert "Montant facturé en mars 2026 : 35,80 €" in said(shop.get("invoicing/"))


def past(shop: Shop, day: str) -> str:
    page = shop.get(f"past/{patient_of(shop)}?day={day}")
    return said(page.partition('id="sessions"')[2].partition("</section>")[0])


def test_an_evening_before_the_reject_shows_none_and_one_after_the_correction_the_new_one(
    shop: Shop,
) -> None:
    shop.world.clock.advance(days=1)
    noted(shop)
    shop.world.clock.advance(days=1)
    taken_back = str(shop.world.sql("select id from french_reject"))
    shop.follow(f"{place(shop)}/rejects/off", reject=taken_back)
    shop.world.clock.advance(days=1)
    noted(shop)
    shop.world.clock.advance(days=1)
    french_invoicing.decide(shop.world.desk, session_of(shop), {"tp_amo": "1"})
    evenings = {day: past(shop, f"{day}/03/2026") for day in (10, 11, 12, 13, 14)}
    assert [day for day, told in evenings.items() if "Rejetée" in told] == [11, 13]
    assert [day for day, told in evenings.items() if "Facture 126000001" in told] == [
        10, 11, 12, 13,
    ]  # fmt: skip
    assert "Facture 126000002" in evenings[14] and "aucun TP mutuelle" in evenings[14]
    page = shop.get(f"past/{patient_of(shop)}?day=14/03/2026")
    for day in (11, 12, 13, 14):
        assert f"day=2026-03-{day}" in page  # each is a day on which something changed


def test_who_does_not_bill_is_told_of_no_reject(shop: Shop) -> None:
    noted(shop)
    assert french_rejects.count(shop.world.desk) == 1
    assert "facture rejetée" in shop.get("today/")
    colleague = next(part for part in PARTS if part.name == "colleague")
    seat(shop.world, colleague)
    assert "facture rejetée" not in shop.get("today/")


def test_the_journal_tells_each_step_and_of_whom(shop: Shop) -> None:
    noted(shop)
    reject = str(shop.world.sql("select id from french_reject"))
    shop.follow(f"{place(shop)}/rejects/off", reject=reject)
    noted(shop)
    french_invoicing.decide(shop.world.desk, session_of(shop), {"tp_amo": "1"})
    for where in ("journal/", f"journal/?patient={patient_of(shop)}"):
        told = said(shop.get(where))
        assert told.count("Rejet d’une facture noté") == 2, where
        assert "Rejet d’une facture repris : noté par erreur" in told
        assert "Facture corrigée faite à la place d’une facture rejetée" in told
        assert "MARCHAND" in told and "PERIODE" not in told


def test_k19_an_insured_the_caisse_does_not_know_leads_to_the_rights(shop: Shop) -> None:
    page = noted(shop, label="0250 050 ASSURE ABSENT DE NOTRE REFERENTIEL")
    assert "droits à vérifier" in page and "sous un nouveau numéro" in page
    assert "Vérifiez la caisse et le numéro (demandez ses droits à ADRi)" in page
    assert "1. Vérifier les droits" in page and bold(page) == [f"rights/{patient_of(shop)}"]
    shop.world.clock.advance(minutes=5)
    shop.follow(f"rights/{patient_of(shop)}", kind="AMO", right_source="PAPER",
                right_organism="02 293 0000", rights_from="01/01/2026")  # fmt: skip
    again = shop.get(place(shop))
    assert "les droits ont été relus depuis" in again
    assert bold(again) == [f"invoicing/{session_of(shop)}"]


def test_a_prescriber_nobody_knows_leads_to_the_prescription(shop: Shop) -> None:
    page = noted(shop, label="0460 053")
    assert "ordonnance à vérifier" in page and "1. Vérifier l’ordonnance" in page
    assert f"patients/{patient_of(shop)}#series" in page


def test_k20_what_was_paid_already_is_looked_for_and_not_asked_again(shop: Shop) -> None:
    page = noted(shop, label="2900 005 FACTURE DEJA PAYEE")
    assert "déjà payée" in page and "cherchez son paiement" in page
    assert bold(page) == []
    closed = page.partition("<details>")[2].partition("</details>")[0]
    assert "La refaire quand même" in closed and f"invoicing/{session_of(shop)}" in closed
    shown = page.partition('id="refused"')[2].partition("<details>")[0]
    assert f"invoicing/{session_of(shop)}" not in shown
    looked_up = shop.post(f"{place(shop)}/reject", label="2900 005").text
    assert "Vérifier" not in looked_up.partition('aria-live="polite"')[2].partition("</section>")[0]
