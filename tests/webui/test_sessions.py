"""« Séance faite »: proposed, recorded, explained, paid, struck out, and its paper."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from server.core.states import SessionState
from server.services import sessions
from tests.people import LAMBIOTTE, OUCHENE, PIRSON
from tests.webui.shop import Shop
from tests.world import World


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


@pytest.fixture
def real_shop(real_world: World) -> Shop:
    return Shop(real_world)


def pdf_text(shop: Shop, session: str) -> str:
    answer = shop.client.get(f"{shop.door.root}sessions/{session}/document.pdf")
    assert answer.mimetype == "application/pdf"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)


def test_a_visit_proposes_the_act_the_price_and_who_pays(shop: Shop) -> None:
    series = shop.world.open_series(OUCHENE)
    page = shop.get(f"sessions/of/{series}")
    assert "Fatima OUCHENE" in page
    assert "paie 2,50\u00a0€" in page
    assert "sur 33,88\u00a0€, tiers payant 31,38\u00a0€" in page
    assert "Mutualités chrétiennes, BIM" in page
    assert "Séance courante, 1re à 9e, à domicile" in page


def test_every_cent_of_the_patients_share_has_its_reason_and_its_source(shop: Shop) -> None:
    series = shop.world.open_series(OUCHENE)
    page = shop.get(f"sessions/of/{series}")
    assert "Pourquoi 2,50\u00a0€" in page
    assert "Ticket modérateur, assuré ordinaire" in page
    assert "6,25" in page
    assert "Réduction de l’intervention majorée (BIM)" in page
    assert "−3,75" in page
    assert "tarif fictif de démonstration" in page
    assert "Table be_tariff:" in page


def test_a_session_is_recorded_and_told_in_one_sentence(shop: Shop) -> None:
    series = shop.world.open_series(OUCHENE)
    page = shop.follow(f"sessions/of/{series}", payment_means="CASH", copay_collected="2,50")
    assert "Séance notée. Fatima OUCHENE paie 2,50\u00a0€ sur 33,88\u00a0€." in page
    assert "Prête à facturer" in page
    assert "espèces" in page


def test_what_is_paid_later_is_not_collected_now_but_can_be(shop: Shop) -> None:
    series = shop.world.open_series(OUCHENE)
    shop.follow(f"sessions/of/{series}", payment_means="", copay_collected="2,50")
    assert shop.world.sql("select copay_collected_cents from session") == 0
    session = str(shop.world.sql("select id from session"))
    page = shop.follow(f"sessions/{session}/collect", payment_means="CARD", copay_collected="2,50")
    assert "Bancontact" in page
    assert shop.world.sql("select copay_collected_cents from session") == 250


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("care_date", "01/04/2026", "cette date n’est pas encore venue"),
        ("care_date", "01/01/2026", "Cette date vient avant le début de la série"),
        ("copay_collected", "deux", "Ce n’est pas un montant"),
        ("codes", "123456", "Un code compte six chiffres"),
    ],
)
def test_a_fault_of_the_visit_is_told_and_nothing_is_recorded(
    shop: Shop, field: str, text: str, told: str
) -> None:
    series = shop.world.open_series(OUCHENE)
    form = {"payment_means": "CASH", field: text}
    answer = shop.post(f"sessions/of/{series}", **form)
    assert answer.status_code == 422
    assert told in answer.text
    assert shop.world.sql("select count(*) from session") == 0


def test_a_second_session_of_the_day_asks_why(shop: Shop) -> None:
    series = shop.world.open_series(OUCHENE)
    shop.follow(f"sessions/of/{series}", payment_means="CASH", copay_collected="2,50")
    page = shop.get(f"sessions/of/{series}")
    assert "C’est une deuxième séance du jour" in page
    assert "Une autre séance de ce patient existe le même jour" in page


def test_an_institution_asks_for_its_number(shop: Shop) -> None:
    series = shop.world.open_series(OUCHENE)
    assert 'name="institution"' not in shop.get(f"sessions/of/{series}")
    assert 'name="institution"' in shop.get(f"sessions/of/{series}?place=INSTITUTION")


def test_a_struck_session_stays_readable_and_needs_a_reason(shop: Shop) -> None:
    session = shop.world.visit(OUCHENE)
    assert "Écrivez le motif" in shop.post(f"sessions/{session}/void", reason=" ").text
    shop.follow(f"sessions/{session}/void", reason="erreur de patient")
    page = shop.get(f"sessions/{session}")
    assert "Supprimée, motif gardé" in page
    assert "Prête à facturer" not in page


def test_f2_begins_a_session_wherever_the_patient_stands(shop: Shop) -> None:
    series = shop.world.open_series(OUCHENE)
    lonely = shop.world.patient(PIRSON)
    patient = shop.world.ids[OUCHENE]
    client, root = shop.client, shop.door.root
    led = client.get(f"{root}sessions/new?patient={patient}").headers["Location"]
    assert led == f"{root}sessions/of/{series}"
    led = client.get(f"{root}sessions/new?patient={lonely}").headers["Location"]
    assert led == f"{root}series/of/{lonely}/new"
    assert client.get(f"{root}sessions/new").headers["Location"] == f"{root}patients/"


def test_in_a_real_practice_2026_is_recorded_and_its_price_waits(real_shop: Shop) -> None:
    series = real_shop.world.open_series(LAMBIOTTE)
    assert "prix à confirmer" in real_shop.get(f"sessions/of/{series}")
    page = real_shop.follow(f"sessions/of/{series}")
    session = str(real_shop.world.sql("select id from session"))
    assert "Séance notée pour Jeanne LAMBIOTTE, prix à confirmer." in page
    assert "n’a pas de prix" in page
    assert "Importer un tarif" in page
    assert "tarif fictif" not in page
    state = real_shop.world.sql("select state from session")
    assert state == SessionState.BLOCKED
    assert "Prix à confirmer" in pdf_text(real_shop, session)


def test_the_document_justificatif_is_one_key_away_and_kept_once(shop: Shop) -> None:
    session = shop.world.visit(OUCHENE, copay_collected="2,50", payment_means="CASH")
    assert 'data-key="F8"' in shop.get(f"sessions/{session}")
    assert f"sessions/{session}/document.pdf" in shop.get(f"sessions/{session}/paper")
    text = pdf_text(shop, session)
    assert "Document justificatif" in text
    assert "Fatima OUCHENE" in text
    assert "31,38" in text
    pdf_text(shop, session)
    assert shop.world.sql("select count(*) from document") == 1


def test_a_recorded_duplicate_is_kept_once_its_reason_is_given(shop: Shop) -> None:
    first, again = shop.world.visit(OUCHENE), shop.world.visit(OUCHENE)
    assert "deuxième séance" in shop.get(f"sessions/{again}")
    assert "Dites pourquoi" in shop.post(f"sessions/{again}/second").get_data(as_text=True)
    page = shop.follow(f"sessions/{again}/second", second_reason="post-opératoire")
    assert "Garder les deux séances" not in page
    assert sessions.view(shop.world.desk, first).session.state == "Ready"


def test_what_no_insurer_will_pay_becomes_the_patients_once_he_was_told(shop: Shop) -> None:
    shop.world.visit(OUCHENE)
    again = shop.world.visit(OUCHENE)
    refused = shop.post(f"sessions/{again}/private")
    assert "Prévenez d’abord le patient" in refused.get_data(as_text=True)
    shop.follow(f"sessions/{again}/private", told="1")
    view = sessions.view(shop.world.desk, again)
    assert (view.session.state, view.blocks, view.lines) == ("Private", [], [])
    assert shop.post(f"sessions/{again}/private", told="1").status_code == 409
