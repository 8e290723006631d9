"""Billing: what can be sealed, what keeps the rest, and the result."""

import pytest

from tests.people import DELVAUX, LAMBIOTTE, OUCHENE
from tests.webui.shop import Shop
from tests.world import World


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def test_nothing_to_seal_is_a_sentence(shop: Shop) -> None:
    assert "Rien à clôturer" in shop.get("billing/")


def test_the_screen_opens_with_the_figures_of_what_is_ready(shop: Shop) -> None:
    shop.world.visit(DELVAUX)
    shop.world.visit(OUCHENE)
    page = shop.get("billing/")
    assert "2 lots prêts" in page
    assert "Solidaris (300)" in page
    assert "Mutualités chrétiennes (100)" in page
    assert "mars 2026" in page


def test_f9_seals_every_good_lot_and_says_when_each_leaves(shop: Shop) -> None:
    shop.world.visit(DELVAUX)
    shop.world.visit(OUCHENE)
    page = shop.follow("billing/seal")
    assert "2 lots scellés" in page
    assert page.count("#lock") >= 2
    assert "Attend une adresse d’envoi" in page
    assert shop.world.sql("select count(*) from lot") == 2


def test_a_lot_with_a_fault_is_not_sealed_and_the_fault_leads_to_its_field(shop: Shop) -> None:
    shop.world.visit(OUCHENE)
    shop.world.sql("update practitioner set phone = '12'")
    page = shop.get("billing/")
    assert "n’a pas dix chiffres utilisables" in page
    assert 'options/#f-phone"' in page
    answer = shop.post("billing/seal/100/2026-03")
    assert answer.status_code == 422
    assert "n’a pas dix chiffres utilisables" in answer.text
    assert shop.world.sql("select count(*) from lot") == 0


def test_a_second_file_of_the_day_for_the_same_insurer_leaves_tomorrow(shop: Shop) -> None:
    shop.world.visit(OUCHENE)
    shop.world.seal("100")
    shop.world.clock.advance(hours=1)
    shop.world.visit(OUCHENE, second_reason="deuxième séance")
    shop.world.visit(LAMBIOTTE)
    assert "un fichier par jour" in shop.get("billing/")


def test_a_fault_of_a_patient_names_him_his_day_and_leads_to_his_field(shop: Shop) -> None:
    shop.world.visit(OUCHENE)
    shop.world.sql("update patient set niss = '81110299644'")
    page = shop.get("billing/")
    assert "<b>Fatima OUCHENE</b>" in page
    assert "Le NISS est faux" in page
    assert f'patients/{shop.world.ids[OUCHENE]}/edit#f-niss"' in page


def test_a_line_that_no_longer_adds_up_is_told_with_its_session(shop: Shop) -> None:
    session = shop.world.visit(OUCHENE)
    shop.world.sql("update line set oa_cents = oa_cents + 1, fee_cents = fee_cents + 1")
    page = shop.get("billing/")
    assert "ne correspond plus à son propre calcul" in page
    assert "Fatima OUCHENE" in page and "02/03/2026" in page
    assert shop.world.sql("select state from session where id = ?", (session,)) == "Ready"


def test_one_lot_can_be_sealed_alone(shop: Shop) -> None:
    shop.world.visit(DELVAUX)
    shop.world.visit(OUCHENE)
    assert "1 lot scellé" in shop.follow("billing/seal/300/2026-03")
    assert "1 lot prêt" in shop.get("billing/")


def test_sealing_when_nothing_is_good_comes_back_to_the_list(shop: Shop) -> None:
    assert "Rien à clôturer" in shop.follow("billing/seal")


def test_a_lot_that_never_left_offers_to_be_opened_again(shop: Shop) -> None:
    shop.world.visit(OUCHENE, copay_collected="2,50")
    lot = shop.world.seal("100")
    assert "Desceller le lot" in shop.get(f"lots/{lot}")
    page = shop.follow(f"lots/{lot}/unseal")
    assert "1 lot prêt" in page
    shown = shop.get(f"lots/{lot}")
    assert "Ce lot est descellé" in shown
    assert "Desceller le lot" not in shown
