"""The ledger, the lots and their proof files."""

import re

import pytest

from server.services import lots
from sync.transports.fakes import Mood
from tests.people import DELVAUX, LAMBIOTTE, OUCHENE
from tests.webui.shop import Shop
from tests.world import World


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def bill(shop: Shop) -> str:
    """Two visits of one insurer, sealed and sent; the lot's id."""
    shop.world.visit(OUCHENE, copay_collected="2,50", payment_means="CASH")
    shop.world.visit(LAMBIOTTE, copay_collected="6,25", payment_means="CASH")
    return shop.world.seal("100")


def test_an_empty_ledger_says_when_its_first_line_is_born(shop: Shop) -> None:
    assert "première séance qui a un prix" in shop.get("ledger/")


def test_each_line_shows_where_it_is_and_the_first_one_its_life(shop: Shop) -> None:
    bill(shop)
    page = shop.get("ledger/")
    assert "Fatima OUCHENE" in page and "Jeanne LAMBIOTTE" in page
    assert page.count('<svg class="fil wait"') == 2
    assert "Étape 3 sur 8" in page
    assert "Scellée" in page and "Toutes 2" in page


def test_the_filter_finds_a_patient_without_accents_or_case_and_leaves_no_trace_in_the_address(
    shop: Shop,
) -> None:
    bill(shop)
    page = shop.post("ledger/find", words="OUCHENE fatima").text
    assert "Fatima OUCHENE" in page
    assert "Jeanne LAMBIOTTE" not in page
    assert "words=" not in page.replace('name="words"', "")
    assert "Aucune ligne ne correspond" in shop.post("ledger/find", words="personne").text


def test_the_ledger_is_read_leaf_by_leaf(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from webui.pages import ledger

    monkeypatch.setattr(ledger, "_MOST", 1)
    bill(shop)
    first = shop.get("ledger/")
    more = re.search(r'href="[^"]*/(ledger/\?[^"]*after=[^"]+)"[^>]*>Suite', first)
    assert more is not None
    second = shop.get(more[1].replace("&amp;", "&"))
    assert ("Fatima OUCHENE" in first) != ("Fatima OUCHENE" in second.split('id="life"')[0])


@pytest.mark.scenario("H-03")
def test_a_lot_of_unknown_fate_is_amber_says_what_is_awaited_and_offers_no_second_sending(
    shop: Shop,
) -> None:
    lot = bill(shop)
    shop.office.partner.mood = Mood.LOST
    shop.office.run()
    page = shop.get("ledger/")
    assert "Issue inconnue" in page
    assert "personne ne sait s’il est arrivé" in page
    assert '<span class="k wait">' in page
    shown = shop.get(f"lots/{lot}")
    assert "personne ne sait s’il est arrivé" in shown
    assert "Renvoyer" not in page + shown


def test_a_lot_tells_its_attempts_answers_and_settlement(shop: Shop) -> None:
    lot = bill(shop)
    shop.office.run()
    sent = shop.office.sent(lot)
    shop.office.take(sent.receipt())
    shop.office.take(sent.accepted())
    shop.office.take(sent.settled(5901, "REF12345"))
    page = shop.get(f"lots/{lot}")
    assert "arrivé, accusé reçu" in page
    assert "Décompte (920900)" in page
    assert "REF12345" in page
    assert "Accusé de la mutualité (931000)" in page


def test_proof_files_are_the_bytes_themselves_under_a_name_that_tells_nothing(shop: Shop) -> None:
    lot = bill(shop)
    shop.office.run()
    receipt = shop.office.sent(lot).receipt()
    shop.office.take(receipt)
    sent = shop.client.get(f"{shop.door.root}lots/{lot}/sent")
    assert sent.data == shop.office.sent(lot).sent
    assert sent.headers["Content-Type"].startswith("text/plain")
    name = re.search(r'filename="([^"]+)"', sent.headers["Content-Disposition"])
    assert name and re.fullmatch(r"920000-\d{14}\.txt", name[1])
    letter = re.search(r"ledger/proof/([0-9A-Z]+)", shop.get(f"lots/{lot}"))
    assert letter is not None
    kept = shop.client.get(f"{shop.door.root}ledger/proof/{letter[1]}")
    assert kept.data == receipt


def test_lots_are_listed_newest_first_and_link_to_what_followed(shop: Shop) -> None:
    shop.world.visit(DELVAUX)
    bill(shop)
    lots.seal_all(shop.world.desk)
    page = shop.get("lots/")
    assert "2 lots" in page
    assert "Solidaris (300)" in page


@pytest.mark.scenario("H-04")
def test_a_lot_links_to_the_one_in_which_its_corrected_line_left_again(shop: Shop) -> None:
    lot = bill(shop)
    shop.office.run()
    line = shop.office.line_of(lot, LAMBIOTTE)
    sent = shop.office.sent(lot)
    shop.office.take(sent.saying(sent.rank(line.ref), "R500522").accepted())
    shop.world.insure(LAMBIOTTE, ct1="111", ct2="111")
    shop.post(f"refusals/{line.id}/correct")
    shop.world.clock.advance(days=1)
    again = shop.world.seal("100")
    assert f"lots/{again}" in shop.get(f"lots/{lot}")
    assert f"lots/{lot}" in shop.get(f"lots/{again}")
    life = shop.get(f"ledger/?line={line.id}")
    assert "Remplacée par une ligne corrigée" in life
    assert "Voir la ligne qui la remplace" in life
