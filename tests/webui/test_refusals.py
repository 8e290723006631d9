"""Refusals: explained, corrected once, charged or given up."""

import re

import pytest

from tests.people import LAMBIOTTE, OUCHENE
from tests.services.answers import letter
from tests.webui.shop import Shop
from tests.world import World


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def refuse(shop: Shop) -> str:
    """Jeanne Lambiotte's line comes back refused: she had become BIM (B-03, H-04)."""
    shop.world.visit(OUCHENE, copay_collected="2,50", payment_means="CASH")
    shop.world.visit(LAMBIOTTE, copay_collected="6,25", payment_means="CASH")
    lot = shop.world.seal("100")
    shop.office.run()
    line = shop.office.line_of(lot, LAMBIOTTE)
    sent = shop.office.sent(lot)
    shop.office.take(sent.saying(sent.rank(line.ref), "R500522").accepted())
    return line.id


def test_no_refusal_is_a_sentence(shop: Shop) -> None:
    assert "Aucune ligne refusée" in shop.get("refusals/")


@pytest.mark.scenario("H-04")
def test_a_refusal_says_why_what_it_costs_until_when_and_the_code_last(shop: Shop) -> None:
    refuse(shop)
    page = shop.get("refusals/")
    assert "1 ligne refusée" in page
    assert "Jeanne LAMBIOTTE" in page
    assert "avant le" in page
    assert "Corriger l’assurabilité" in page
    assert "Renvoyer corrigée" in page.partition("R500522")[0]
    assert re.search(r'<a class="b p xl" href="[^"]*#f-ct1" data-key="Enter"', page)
    assert "R500522" not in page.split("<h2>")[1]


@pytest.mark.scenario("H-04")
def test_once_the_coverage_is_corrected_before_and_after_are_shown_and_resent_once(
    shop: Shop,
) -> None:
    line = refuse(shop)
    shop.world.insure(LAMBIOTTE, ct1="111", ct2="111")
    page = shop.get(f"refusals/?line={line}")
    assert "110/110" in page and "111/111 (BIM)" in page
    assert "3,75" in page
    assert "Vous devrez rendre 3,75" in page
    assert re.search(r'<button class="b p xl"[^>]*data-key="Enter"[^>]*>.*Renvoyer', page)
    done = shop.follow(f"refusals/{line}/correct")
    assert "prête : elle partira" in done.replace("\u00a0", " ")
    again = shop.post(f"refusals/{line}/correct")
    assert again.status_code == 409
    assert shop.world.sql("select count(*) from line where predecessor = ?", (line,)) == 1


def test_a_line_is_charged_to_the_patient_or_given_up_with_its_reason(shop: Shop) -> None:
    line = refuse(shop)
    answer = shop.post(f"refusals/{line}/give-up", reason="")
    assert answer.status_code == 422
    assert "f-reason" in answer.text
    assert "Aucune ligne refusée" in shop.follow(f"refusals/{line}/give-up", reason="trop tard")
    assert shop.world.sql("select state from line where id = ?", (line,)) == "WrittenOff"


def test_charging_the_patient_ends_the_line(shop: Shop) -> None:
    line = refuse(shop)
    shop.follow(f"refusals/{line}/patient")
    assert shop.world.sql("select state from line where id = ?", (line,)) == "PatientDue"


def test_a_file_refused_whole_is_explained_and_its_lines_can_be_billed_again(shop: Shop) -> None:
    shop.world.visit(OUCHENE)
    lot = shop.world.seal("100")
    shop.office.run()
    shop.office.take(shop.office.sent(lot).refused_union())
    page = shop.get("refusals/")
    assert "1 fichier est revenu en entier" in page
    assert "Aller à la clôture" in page


def test_an_answer_nobody_understands_is_kept_and_can_be_read_again(shop: Shop) -> None:
    shop.office.take(letter(b"what is this"))
    page = shop.get("refusals/")
    assert "1 réponse mise de côté" in page
    assert "n’a pas la forme attendue" in page
    assert "1 réponse mise de côté" in shop.follow("refusals/reread")


def test_a_correction_that_leaves_the_session_blocked_says_so(shop: Shop) -> None:
    line = refuse(shop)
    shop.world.sql("update prescription set rx_date = '2026-03-05'")
    assert "la séance resterait bloquée" in shop.get("refusals/")
    done = shop.follow(f"refusals/{line}/correct")
    assert "mais la séance est bloquée" in done
    assert "La prescription est datée du 05/03/2026, après la séance" in done
