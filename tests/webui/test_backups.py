"""Options › Sauvegardes, the way back from an empty folder, and an older file on the door."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from server.app.web import WebThread
from server.services import backups, homecomings, restoring
from server.services.restoring import Ground
from tests.people import DELVAUX, OUCHENE
from tests.webui.house import House
from tests.webui.shop import FakeKeeper, Shop
from tests.world import BUILT_ON, PASSPHRASE, World, open_cabinet, seeded
from webui.gate import GateState
from webui.outside import BackupState
from webui.security import admits
from webui.serving import bind, server_for


@pytest.fixture
def shop(world: World) -> Shop:
    found = Shop(world)
    found.rooms.backups = FakeKeeper(world.folder)
    return found


@pytest.fixture
def back(world: World, tmp_path: Path) -> Iterator[Shop]:
    """A practice that came back while a lot waited."""
    world.visit(DELVAUX, copay_collected="2,50", payment_means="CASH")
    world.seal("300")
    copy = backups.back_up(world.cabinet.vault(), "ASKED").path
    there = tmp_path / "there"
    restoring.restore(copy, there, PASSPHRASE, Ground(world.clock, seeded(3), BUILT_ON))
    cabinet = open_cabinet(there, world.clock)
    found = Shop(World(cabinet, world.clock, there))
    found.rooms.backups = FakeKeeper(there)
    yield found
    cabinet.lock()


def test_a_practice_without_a_copy_is_told_on_three_screens(shop: Shop) -> None:
    assert "La première se fait dans les minutes" in shop.get("options/backups/")
    shop.world.clock.advance(hours=25)
    for path in ("options/backups/", "options/", "today/"):
        assert "Aucune sauvegarde vérifiée sur ce poste." in shop.get(path)


def test_copies_are_listed_with_place_moment_size_and_proof(shop: Shop, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    page = shop.follow("options/backups/place", second=str(stick))
    assert str(stick) in page
    made = backups.back_up(shop.world.cabinet.vault(), "ASKED")
    page = shop.get("options/backups/")
    assert "Tout va bien" in page
    assert page.count("restaurable") == 2
    assert "Second endroit" in page
    assert re.search(r"\d,\d Mo", page)
    assert "Les sauvegardes sont à jour" in shop.get("options/")
    (made.path / "reference.db").unlink()
    backups.rehearse(shop.world.cabinet.vault())
    page = shop.get("options/backups/")
    assert "inutilisable" in page
    assert "Un fichier de la copie manque." in page


def test_what_a_person_asks_goes_to_the_keeper(shop: Shop) -> None:
    keeper = shop.rooms.backups
    assert keeper
    for what in ("now", "drill", "stop"):
        shop.follow(f"options/backups/{what}")
    assert keeper.asked == ["backup", "drill", "cancel"]


def test_what_is_under_way_is_shown_with_its_progress_and_a_way_to_stop(shop: Shop) -> None:
    assert shop.rooms.backups
    shop.rooms.backups.state = BackupState(("drill", 40), "full")
    page = shop.get("options/backups/")
    assert "Essai de restauration en cours" in page
    assert 'id="stop"' in page
    assert "Le disque est plein." in page
    shop.rooms.backups.state = BackupState(None, "something_new")
    assert "La vérification a échoué." in shop.get("options/backups/")


def test_a_second_place_that_cannot_be_one_is_refused_on_its_field(shop: Shop) -> None:
    answer = shop.post("options/backups/place", second="copies")
    assert answer.status_code == 422
    assert "chemin complet" in answer.text


def test_a_practice_without_a_keeper_has_no_such_page(world: World) -> None:
    shop = Shop(world)
    answer = shop.client.get(f"{shop.door.root}options/backups/")
    assert answer.status_code == 404
    assert "Sauvegardes" not in shop.get("options/")


def test_how_long_to_keep_things_is_told_with_what_is_not_confirmed(shop: Shop) -> None:
    page = shop.get("options/backups/")
    assert "Dossiers des patients" in page
    assert "30 ans" in page
    assert "à confirmer" in page


def test_a_return_asks_its_question_and_takes_the_answer(back: Shop) -> None:
    page = back.get("options/backups/")
    assert "Rien de ce qui attendait n’est reparti." in page
    assert "avez-vous scellé des lots" in page
    assert back.post("options/backups/answer", word="").status_code == 422
    page = back.follow("options/backups/answer", word="comparé aux décomptes")
    assert "avez-vous scellé des lots" not in page


def test_a_lot_cannot_be_sealed_before_the_answer_and_the_link_leads_to_it(back: Shop) -> None:
    back.world.visit(OUCHENE, copay_collected="2,50", payment_means="CASH")
    page = back.get("billing/")
    assert "revient d’une sauvegarde" in page
    assert "options/backups/#return" in page


def test_a_word_on_a_lot_in_doubt_needs_its_reason(back: Shop) -> None:
    [lot] = homecomings.lots_in_doubt(back.world.desk)
    assert "restauré" in back.get("connection/")
    assert "renvoyer le même fichier" in back.get("options/backups/")
    refused = back.post(f"options/backups/lot/{lot.id}", arrived="no", lot_word="")
    assert refused.status_code == 422
    page = back.follow(f"options/backups/lot/{lot.id}", arrived="yes", lot_word="décompte")
    assert "renvoyer le même fichier" not in page
    assert "1 lot envoyé attend encore sa réponse" in page


def test_the_range_of_numbers_is_chosen_after_a_return(back: Shop) -> None:
    page = back.follow("options/backups/range", number_from="600", number_to="700")
    assert 'value="600"' in page
    assert back.post("options/backups/range", number_from="0", number_to="x").status_code == 422


def test_an_older_file_is_explained_on_the_door_and_taken_only_when_insisted(shop: Shop) -> None:
    world = shop.world
    world.cabinet.lock()
    database = world.folder / "besace.db"
    old = database.read_bytes()
    user = world.cabinet.logins()[0].id
    assert shop.client  # past the door, unlocked
    world.visit(DELVAUX)
    shop.post("lock")
    database.write_bytes(old)
    answer = shop.post("unlock", user=user, passphrase=PASSPHRASE)
    assert answer.status_code == 409
    assert "plus ancien" in answer.text
    assert 'name="older"' in answer.text
    answer = shop.post("unlock", user=user, passphrase=PASSPHRASE, older="yes")
    assert answer.status_code == 303
    assert homecomings.doubt(world.desk) is not None


def test_the_page_of_a_return_and_an_older_file_are_accessible_and_fit_their_window(
    browser: Browser, back: Shop
) -> None:
    listener = bind()
    shop = Shop(back.world, listener.getsockname()[1])
    shop.rooms.backups = FakeKeeper(back.world.folder)
    web = WebThread(server_for(shop.app, listener, admits(shop.door)))
    web.start()
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.goto(shop.door.invite())
    old = (back.world.folder / "besace.db").read_bytes()
    unlock(page)
    page.goto(f"{shop.door.origin}{shop.door.root}options/backups/#return")
    look_at(page)
    shop.world.patient(OUCHENE)
    shop.gate.lock()
    (back.world.folder / "besace.db").write_bytes(old)
    page.wait_for_url("**/unlock")  # by itself: a visit of ours would cross the page's own
    unlock(page)
    page.get_by_text("plus ancien").first.wait_for()
    look_at(page)
    context.close()
    web.stop()


def unlock(page: Page) -> None:
    page.fill("input[type=password]", PASSPHRASE)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def look_at(page: Page) -> None:
    for width in (1366, 320):
        page.set_viewport_size({"width": width, "height": 768})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 1366, "height": 768})


def at_the_door(visitor: FlaskClient, house: House, path: str, **form: str) -> tuple[int, str]:
    if form:
        token = {"page_token": house.door.page_token}
        answer = visitor.post(f"{house.door.root}{path}", data={**form, **token})
    else:
        answer = visitor.get(f"{house.door.root}{path}")
    return answer.status_code, answer.text


def test_an_empty_folder_offers_the_way_back(visitor: FlaskClient, house: House) -> None:
    house.gate.state = GateState.EMPTY
    assert "Restaurer une sauvegarde" in at_the_door(visitor, house, "new")[1]
    status, page = at_the_door(visitor, house, "restore/")
    assert status == 200
    assert "Rendez un cabinet" in page
    status, page = at_the_door(visitor, house, "restore/", copy="", secret="")
    assert status == 422
    status, page = at_the_door(visitor, house, "restore/", copy="/x", secret="faux")
    assert status == 403
    assert "Ni une phrase de passe" in page
    status, _ = at_the_door(visitor, house, "restore/", copy="/x", secret="quatre mots sans lien")
    assert status == 303


def test_a_folder_that_holds_a_practice_offers_no_way_back(
    visitor: FlaskClient, house: House
) -> None:
    assert at_the_door(visitor, house, "restore/")[0] == 409
