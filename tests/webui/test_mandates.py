"""Options › Mandats: who acts for the holder, at which service, and the sentence of who may not."""

from dataclasses import replace

import pytest

from tests.services.people_of import BY_NAME, another, seat
from tests.webui.shop import FakePost, Shop
from tests.world import World


@pytest.fixture
def shop(world: World) -> Shop:
    made = Shop(world)
    _ = made.client
    return made


@pytest.mark.row("SOFT33-3")
def test_the_screen_says_who_the_mandant_is_and_that_nobody_acts_for_him(shop: Shop) -> None:
    page = shop.get("options/mandates/")
    assert "Personne n’agit pour le titulaire" in page
    assert "Sophie MARCHAL" in page and "054900119527" in page
    assert "Noter ce mandat" not in page
    assert "Mandats" in shop.get("options/")


@pytest.mark.row("SOFT33-4")
def test_a_mandate_is_noted_for_one_service_shown_and_ended(shop: Shop) -> None:
    lenoir = another(shop.world, BY_NAME["sender"])
    form = {"user": lenoir.id, "service": "EFACT", "valid_from": "02/03/2026", "valid_to": ""}
    page = shop.follow("options/mandates/", **form)
    assert "1 mandataire agit pour le titulaire." in page
    assert page.count("en cours") == 2  # in the table of services, and in the list
    assert page.count("sans mandat</span>") == 3
    answer = shop.post("options/mandates/", **form)
    assert answer.status_code == 422 and "vaut déjà ces jours-là" in answer.text
    key = str(shop.world.sql("select id from mandate"))
    answer = shop.post(f"options/mandates/{key}/end", last_day="01/03/2026")
    assert answer.status_code == 422 and "Donnez un jour plus tard." in answer.text
    assert "02/03/2026" in shop.follow(f"options/mandates/{key}/end", last_day="")
    shop.world.clock.advance(days=1)
    assert "terminé" in shop.get("options/mandates/")
    assert "Mandat donné" in shop.get("journal/")


@pytest.mark.row("SOFT33-4")
def test_who_has_no_mandate_is_told_so_where_he_sends(shop: Shop) -> None:
    seat(shop.world, BY_NAME["sender"])
    shop.rooms.post = post = FakePost()
    post.state = replace(post.state, held="held.mandate")
    page = shop.get("connection/")
    assert "Vous n’avez pas aujourd’hui de mandat pour l’envoi des lots" in page
    assert "options/mandates" not in page  # he may not open it
