"""The connection screen and the toys of the demonstration."""

import pytest

from tests.people import OUCHENE
from tests.webui.shop import SINCE, FakePost, FakeToys, Shop
from tests.world import World
from webui.outside import PostState


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def test_without_an_address_lots_are_kept_and_the_screen_says_how_to_give_one(shop: Shop) -> None:
    page = shop.get("connection/")
    assert "Aucune adresse d’envoi" in page
    assert "Envoyer" in page and 'aria-disabled="true"' in page
    assert shop.post("connection/send").status_code == 303


def test_the_line_the_partner_and_every_warning_are_in_words(shop: Shop) -> None:
    shop.rooms.post = FakePost(PostState(False, SINCE, "127.0.0.1", False, True, None, "line.dns"))
    page = shop.get("connection/")
    assert "Hors ligne depuis 07:30" in page
    for words in ("transport non signé", "service simulé", "non homologué", "127.0.0.1"):
        assert words in page
    assert "introuvable" in page


def test_each_message_says_what_it_waits_for(shop: Shop) -> None:
    shop.rooms.post = FakePost()
    shop.world.visit(OUCHENE)
    shop.world.seal("100")
    page = shop.get("connection/")
    assert "1 envoi attend" in page
    assert "Part dès que la ligne est là" in page


def test_sending_now_shows_its_progress_and_can_be_stopped(shop: Shop) -> None:
    post = shop.rooms.post = FakePost(PostState(True, SINCE, "x", False, True, (1, 3), ""))
    page = shop.get("connection/")
    assert "1 sur 3" in page
    assert 'value="1"' in page and 'max="3"' in page
    shop.follow("connection/stop")
    shop.follow("connection/send")
    assert post.asked == ["cancel", "send"]


def test_sealing_wakes_the_post(shop: Shop) -> None:
    post = shop.rooms.post = FakePost()
    shop.world.visit(OUCHENE)
    assert "Part maintenant" in shop.follow("billing/seal")
    assert post.asked == ["wake"]


def test_a_real_practice_has_no_toys(shop: Shop) -> None:
    assert shop.client.get(f"{shop.door.root}demo/").status_code == 404
    assert shop.post("demo/morning").status_code == 404


def test_cards_cable_answers_and_nights_are_played_from_one_page(shop: Shop) -> None:
    toys = shop.rooms.demo = FakeToys()
    assert "Fatima Ouchene" in shop.get("demo/")
    for path, form in (
        ("insert", {"card": "1"}), ("remove", {}), ("answer", {}), ("morning", {}),
    ):  # fmt: skip
        shop.follow(f"demo/{path}", **form)
    assert toys.played == ["insert 1", "remove", "answer", "morning"]
    assert "débranché" in shop.follow("demo/cable", cut="1")
    assert "branché" in shop.follow("demo/cable", cut="0")
    assert shop.post("demo/insert", card="99").status_code == 404


def test_a_line_down_since_another_day_says_the_day(shop: Shop) -> None:
    shop.world.clock.advance(days=2)
    shop.rooms.post = FakePost(PostState(False, SINCE, "x", True, False, None, ""))
    page = shop.get("connection/")
    assert "Hors ligne depuis le 02/03/2026 07:30" in page
    assert "transport non signé" not in page and "service simulé" not in page


def test_a_line_nobody_has_looked_at_is_not_called_down(shop: Shop) -> None:
    shop.rooms.post = FakePost(PostState(None, None, "x", True, False, None, ""))
    assert "n’a pas encore été regardée" in shop.get("connection/")


def test_a_refused_request_leaves_again_once_its_cause_is_repaired(shop: Shop) -> None:
    post = shop.rooms.post = FakePost()
    shop.world.visit(OUCHENE)
    shop.world.seal("100")
    shop.world.sql("update message set state = 'Failed', reason = 'soap.SOA-01001'")
    page = shop.get("connection/")
    assert "La cause est réparée" in page
    key = page.split("connection/retry/")[1].split('"')[0]
    assert "Part dès que la ligne est là" in shop.follow(f"connection/retry/{key}")
    assert post.asked == ["send"]
    assert shop.post(f"connection/retry/{key}").status_code == 409
    assert shop.post("connection/retry/unknown").status_code == 404


def test_bytes_that_changed_on_disk_are_never_offered_again(shop: Shop) -> None:
    shop.rooms.post = FakePost()
    shop.world.visit(OUCHENE)
    shop.world.seal("100")
    shop.world.sql("update message set state = 'Failed', reason = 'PAYLOAD_CHANGED'")
    assert "connection/retry/" not in shop.get("connection/")
