"""Options › Utilisateurs, and the first page of each role."""

from dataclasses import replace

import pytest

from server.core.rights import Right
from server.services import users
from tests.people import DELVAUX, OUCHENE
from tests.services.people_of import BY_NAME, another, seat
from tests.webui.shop import Shop
from tests.world import PASSPHRASE, World

PROVISIONAL = "provisoire et longue"
LENOIR = {
    "code": "lenoir", "first_name": "Thierry", "last_name": "Lenoir", "role": "MANDATAIRE",
    "locale": "fr_BE", "passphrase": PROVISIONAL, "passphrase_again": PROVISIONAL,
}  # fmt: skip


@pytest.fixture
def shop(world: World) -> Shop:
    world.visit(OUCHENE)
    world.seal("100")
    world.visit(DELVAUX)
    return Shop(world)


def key_of(shop: Shop, code: str) -> str:
    return str(shop.world.sql("select id from app_user where code = ?", (code,)))


def test_a_user_is_added_looked_at_and_listed(shop: Shop) -> None:
    page = shop.follow("options/users/new", **LENOIR)
    assert "Thierry LENOIR" in page and "Code LENOIR" in page
    assert 'name="right-payments" value="1" checked' in page
    assert 'name="right-clinical" value="1">' in page
    listed = shop.get("options/users/")
    assert "2 personnes peuvent ouvrir ce cabinet." in listed
    assert "mandataire" in listed and "phrase provisoire" in listed
    assert "Gérer les utilisateurs" in shop.get("options/")


def test_a_form_refused_is_shown_as_typed_without_its_passphrases(shop: Shop) -> None:
    answer = shop.post(
        "options/users/new", **{**LENOIR, "code": "MARCHAL", "passphrase_again": "tout le reste"}
    )
    assert answer.status_code == 422
    assert "Ce code est déjà celui d’un utilisateur" in answer.text
    assert "Les deux phrases ne sont pas les mêmes." in answer.text
    assert 'value="Thierry"' in answer.text
    assert PROVISIONAL not in answer.text and "tout le reste" not in answer.text


def test_e_08_removing_billing_from_a_mandataire_is_refused_with_the_reason(shop: Shop) -> None:
    shop.follow("options/users/new", **LENOIR)
    key = key_of(shop, "LENOIR")
    form = {k: v for k, v in LENOIR.items() if k in ("first_name", "last_name", "role", "locale")}
    answer = shop.post(f"options/users/{key}", **form, **{"right-patients": "1"})
    assert answer.status_code == 422
    assert "garde toujours les patients et la facturation" in answer.text
    assert 'name="right-billing" value="1" aria-invalid="true"' in answer.text
    kept = {"right-patients": "1", "right-billing": "1"}
    assert shop.post(f"options/users/{key}", **form, **kept).status_code == 303
    assert not users.get(shop.world.desk, key).may(Right.PAYMENTS)


def test_who_leaves_is_inactive_and_comes_back_with_a_new_passphrase(shop: Shop) -> None:
    shop.follow("options/users/new", **LENOIR)
    key = key_of(shop, "LENOIR")
    assert "inactif" in shop.follow(f"options/users/{key}/dismiss")
    assert "Revenir" in shop.get(f"options/users/{key}")
    refused = shop.post(f"options/users/{key}/welcome", passphrase="x", passphrase_again="x")
    assert refused.status_code == 422 and "dix caractères" in refused.text
    assert shop.world.cabinet.slots().holders() == {shop.world.desk.user.id}
    new = {"passphrase": PROVISIONAL, "passphrase_again": PROVISIONAL}
    assert "2 personnes" in shop.follow(f"options/users/{key}/welcome", **new)


def test_the_last_main_user_stays_and_is_told_why(shop: Shop) -> None:
    answer = shop.post(f"options/users/{shop.world.desk.user.id}/dismiss")
    assert answer.status_code == 422
    assert "C’est le dernier utilisateur principal actif" in answer.text


def test_who_dismisses_himself_is_shown_out(shop: Shop) -> None:
    another(shop.world, BY_NAME["main"])
    me = shop.world.desk.user.id
    answer = shop.post(f"options/users/{me}/dismiss")
    assert answer.status_code == 303
    assert not shop.world.cabinet.is_open
    assert shop.client.get(f"{shop.door.root}today/").status_code == 403


def test_who_is_made_inactive_behind_his_back_is_shown_out_at_the_next_page(shop: Shop) -> None:
    _ = shop.client
    shop.world.desk.db.execute("update app_user set active = 0")
    assert shop.client.get(f"{shop.door.root}today/").status_code == 403
    assert shop.client.get(shop.door.root).headers["Location"].endswith(shop.door.root)
    assert not shop.world.cabinet.is_open


def test_a_change_asks_for_the_passphrase_when_it_was_typed_long_ago(shop: Shop) -> None:
    _ = shop.client
    shop.rooms.fresh = False
    answer = shop.post("options/users/new", **LENOIR)
    assert answer.status_code in (303, 403)
    assert shop.world.sql("select count(*) from app_user") == 1


def test_who_was_given_a_provisional_passphrase_is_led_to_choose_his_own(shop: Shop) -> None:
    shop.follow("options/users/new", **LENOIR)
    key = key_of(shop, "LENOIR")
    shop.post("lock")
    shop.post("unlock", user=key, passphrase=PROVISIONAL)
    answer = shop.client.get(shop.door.root)
    assert answer.headers["Location"].endswith("options/security/")
    page = shop.get("options/security/")
    assert "Votre phrase de passe est provisoire." in page
    own = {"new_passphrase": "une phrase à moi", "again": "une phrase à moi"}
    shop.follow("options/security/passphrase", current=PROVISIONAL, **own)
    assert shop.client.get(shop.door.root).headers["Location"].endswith("today/")
    assert "provisoire" not in shop.get("options/security/")


def test_the_door_says_who_each_is(shop: Shop) -> None:
    shop.follow("options/users/new", **LENOIR)
    shop.post("lock")
    page = shop.get("unlock")
    assert "Thierry LENOIR" in page and "mandataire" in page
    assert page.count("utilisateur principal") == 1


@pytest.mark.parametrize(
    ("who", "path"),
    [("main", "today/"), ("office", "today/"), ("colleague", "today/"), ("accountant", "amounts/")],
)
def test_each_role_begins_on_a_page_of_use_to_it(shop: Shop, who: str, path: str) -> None:
    _ = shop.client
    seat(shop.world, BY_NAME[who])
    assert shop.client.get(shop.door.root).headers["Location"].endswith(path)


def test_the_day_of_the_office_has_its_agenda_and_its_business(shop: Shop) -> None:
    _ = shop.client
    seat(shop.world, BY_NAME["office"])
    page = shop.get("today/")
    assert "Marc DELVAUX" in page and "Sceller et envoyer" not in page
    assert "Nouvelle séance" not in page and "Trouver un patient" in page
    assert "Facturation" in page
    session = str(shop.world.sql("select id from session where state = 'Ready'"))
    till = shop.get(f"sessions/{session}")
    assert "Justificatif" not in till and "560" not in till.split("<main", 1)[1]
    assert "6,25" in till
    kept = shop.follow(f"sessions/{session}/collect", copay_collected="6,25", payment_means="CASH")
    assert "6,25" in kept
    file = shop.get(f"patients/{shop.world.ids[DELVAUX]}")
    assert 'id="coverage"' in file and 'id="series"' not in file and 'id="past"' not in file


def test_the_page_of_the_accountant_adds_up_and_names_nobody(shop: Shop) -> None:
    _ = shop.client
    seat(shop.world, BY_NAME["accountant"])
    page = shop.get("amounts/")
    assert "mars 2026" in page and "31,38" in page
    assert "OUCHENE" not in page and "Patients" not in page.split("<main", 1)[0]
    lot = str(shop.world.sql("select id from lot"))
    seen = shop.get(f"lots/{lot}")
    assert "OUCHENE" not in seen and "31,38" in seen and "Les noms et les codes restent" in seen


def test_a_holder_chooses_who_treats_when_there_are_several(shop: Shop) -> None:
    _ = shop.client
    patient = shop.world.ids[OUCHENE]
    assert 'name="practitioner"' not in shop.get(f"series/of/{patient}/new")
    seat(shop.world, BY_NAME["colleague"])
    seat(shop.world, BY_NAME["main"])
    page = shop.get(f"series/of/{patient}/new")
    assert 'name="practitioner"' in page and "Jan PEETERS" in page


def test_an_empty_practice_has_no_amounts(world: World) -> None:
    assert "Aucun lot n’a encore été scellé" in Shop(world).get("amounts/")


def test_the_first_user_keeps_his_passphrase(shop: Shop) -> None:
    held = replace(shop.world.desk.user, note="")
    assert held.is_main and not shop.world.cabinet.slots().is_provisional(held.id)
    assert shop.world.cabinet.keyring.open(f"user:{held.id}", PASSPHRASE)
