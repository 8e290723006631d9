"""Transfers: awaited, recorded in one line, matched, or left unexplained."""

import pytest

from tests.people import OUCHENE
from tests.webui.shop import Shop
from tests.world import World


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def announce(shop: Shop) -> str:
    """One lot accepted and announced for payment; its id."""
    shop.world.visit(OUCHENE)
    lot = shop.world.seal("100")
    shop.office.run()
    cents = shop.office.lot(lot).oa_cents
    shop.office.take(shop.office.sent(lot).settled(cents, "REF12345"))
    return lot


def test_nothing_awaited_is_a_sentence(shop: Shop) -> None:
    assert "Aucun virement n’est attendu" in shop.get("finances/")


@pytest.mark.scenario("I-05")
def test_an_awaited_transfer_fills_the_form_and_one_enter_records_it(shop: Shop) -> None:
    lot = announce(shop)
    page = shop.get(f"finances/?lot={lot}")
    assert 'name="reference" type="text" value="REF12345"' in page
    cents = shop.office.lot(lot).oa_cents
    amount = f"{cents // 100},{cents % 100:02d}"
    assert f'name="amount" type="text" value="{amount}"' in page
    done = shop.follow("finances/", payer="100", reference="REF12345", amount=amount)
    assert "il paie 1 lot" in done
    assert shop.world.sql("select count(*) from line where state = 'Paid'") == 1


def test_a_transfer_nobody_announced_waits_and_says_so(shop: Shop) -> None:
    announce(shop)
    done = shop.follow("finances/", payer="100", reference="AUTRE", amount="12,00")
    assert "aucun décompte ne l’explique" in done
    page = shop.get("finances/")
    assert "Paiements encore inexpliqués" in page
    key = shop.world.sql("select id from payment")
    assert "aucun décompte" in shop.follow(f"finances/{key}/match")


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_recorded(shop: Shop) -> None:
    announce(shop)
    answer = shop.post("finances/", payer="100", reference="", amount="douze")
    assert answer.status_code == 422
    assert 'id="d-reference"' in answer.text and 'id="d-amount"' in answer.text
    assert shop.world.sql("select count(*) from payment") == 0


def test_a_lot_paid_short_becomes_a_task_after_thirty_days(shop: Shop) -> None:
    announce(shop)
    shop.follow("finances/", payer="100", reference="REF12345", amount="1,00")
    assert "plus de trente jours" not in shop.get("finances/")
    shop.world.clock.advance(days=31)
    assert "plus de trente jours" in shop.get("finances/")
