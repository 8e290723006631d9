"""The screens of users' cards: tied on the user's page, told while somebody else works."""

from dataclasses import replace

import pytest

from server.services import user_cards
from tests.people import OUCHENE
from tests.services.people_of import BY_NAME, another, seat
from tests.services.test_user_cards import FATIMA, SOPHIE, THIERRY, card_of
from tests.webui.shop import FakePost, FakeReaders, Shop
from tests.world import World
from webui.readers import ReaderState


@pytest.fixture
def shop(world: World) -> Shop:
    made = Shop(world)
    made.rooms.readers = FakeReaders()
    _ = made.client
    return made


def readers_of(shop: Shop) -> FakeReaders:
    assert shop.rooms.readers is not None
    return shop.rooms.readers


def put_in(shop: Shop, person: object) -> None:
    readers_of(shop).card = card_of(person, shop.world)  # type: ignore[arg-type]  # a Person


@pytest.mark.row("SOFT33-5")
def test_a_card_is_awaited_shown_tied_and_listed(shop: Shop) -> None:
    me = shop.world.desk.user.id
    page = shop.follow(f"options/users/{me}/card/await")
    assert "Glissez la carte de Sophie MARCHAL" in page and "En attente de la carte" in page
    put_in(shop, SOPHIE)
    page = shop.get(f"options/users/{me}/card")
    assert "Sophie Anne MARCHAL" in page and "Lier cette carte à Sophie MARCHAL" in page
    page = shop.follow(f"options/users/{me}/card")
    assert "Liée le 02/03/2026" in page and "par Sophie MARCHAL" in page
    assert readers_of(shop).asked == [f"await {me}", "nobody"]
    assert "1 carte" in shop.get("options/users/")
    [held] = user_cards.listed(shop.world.desk, me)
    assert "déliée" in shop.follow(f"options/users/cards/{held.card.id}/end")
    assert "Utilisateur" in shop.get("journal/") and "Carte liée" in shop.get("journal/")


@pytest.mark.row("SOFT33-6")
def test_a_card_of_somebody_else_is_refused_with_whose_it_is(shop: Shop) -> None:
    lenoir = another(shop.world, BY_NAME["sender"])
    put_in(shop, SOPHIE)
    shop.follow(f"options/users/{shop.world.desk.user.id}/card")
    page = shop.get(f"options/users/{lenoir.id}/card")
    assert "déjà liée à un autre utilisateur" in page and "Elle est à Sophie MARCHAL." in page
    assert "Lier cette carte" not in page
    answer = shop.post(f"options/users/{lenoir.id}/card")
    assert answer.status_code == 422 and "déliez-la d’abord" in answer.text


def test_a_card_that_bears_another_name_is_doubted_before_it_is_tied(shop: Shop) -> None:
    put_in(shop, THIERRY)
    page = shop.get(f"options/users/{shop.world.desk.user.id}/card")
    assert "La carte ne porte pas le nom de Sophie MARCHAL" in page


def test_without_a_card_nothing_is_tied_and_the_form_says_what_to_do(shop: Shop) -> None:
    answer = shop.post(f"options/users/{shop.world.desk.user.id}/card")
    assert answer.status_code == 422
    assert "Aucune carte n’est dans le lecteur." in answer.text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ReaderState(), "Aucun lecteur n’est branché"),
        (ReaderState(problem="card.service_down"), "Le service des cartes de ce poste est arrêté"),
        (ReaderState(readers=("x",), failure="card.mute"), "La carte ne répond pas"),
        (None, "Les lecteurs ne sont pas suivis"),
    ],
)
def test_what_keeps_a_card_from_being_read_is_a_sentence(
    shop: Shop, state: ReaderState | None, words: str
) -> None:
    shop.rooms.readers = FakeReaders(state) if state else None
    assert words in shop.get(f"options/users/{shop.world.desk.user.id}/card")


@pytest.mark.row("SOFT33-7")
def test_another_user_s_card_is_a_message_with_one_key_to_hand_over(shop: Shop) -> None:
    lenoir = another(shop.world, BY_NAME["sender"])
    readers_of(shop).stranger = lenoir.id
    put_in(shop, THIERRY)
    note = shop.get(f"cards/owner?subject={lenoir.id}")
    assert "C’est la carte de Thierry LENOIR." in note
    assert "Vous travaillez comme Sophie Marchal" in note
    assert 'data-key="F4"' in note and "C’est un patient" not in note
    assert "Passer à Thierry LENOIR" in shop.get("cards/")
    answer = shop.post("lock", user=lenoir.id)
    assert answer.headers["Location"].endswith(f"unlock?user={lenoir.id}")
    assert not shop.world.cabinet.is_open


def test_one_s_own_card_needs_no_word(shop: Shop) -> None:
    assert shop.get(f"cards/owner?subject={shop.world.desk.user.id}") == ""


def test_a_user_who_is_a_patient_too_can_have_his_file_opened(shop: Shop) -> None:
    lenoir = another(shop.world, BY_NAME["sender"])
    key = shop.world.patient(OUCHENE)
    readers_of(shop).stranger = lenoir.id
    put_in(shop, FATIMA)
    assert "C’est un patient : ouvrir son dossier" in shop.get(
        f"cards/owner?subject={lenoir.id}"
    ).replace("\u00a0", " ")
    shop.post("cards/patient")
    assert readers_of(shop).asked == ["patient"] and key


def test_who_may_not_tie_a_card_is_told_whom_to_ask(shop: Shop) -> None:
    me = shop.world.desk.user.id
    page = shop.get(f"cards/namesake?subject={me}")
    assert "porte le nom de Sophie MARCHAL" in page and "Lier à Sophie MARCHAL" in page
    seat(shop.world, BY_NAME["office"])
    page = shop.get(f"cards/namesake?subject={me}")
    assert "demandez à un utilisateur principal" in page and "Lier à" not in page


@pytest.mark.scenario("E-03")
def test_a_send_refused_for_another_s_card_is_told_on_its_screen(shop: Shop) -> None:
    shop.rooms.post = FakePost()
    shop.rooms.post.state = replace(shop.rooms.post.state, held="held.card")
    page = shop.get("connection/")
    assert "La carte d’un autre utilisateur est dans le lecteur" in page
    shop.world.visit(OUCHENE)
    assert "Attend ici" in shop.follow("billing/seal")


@pytest.mark.row("SOFT33-8")
@pytest.mark.scenario("E-02")
def test_a_new_practice_has_one_user_and_he_is_who_made_it(shop: Shop) -> None:
    people = shop.world.desk.db.execute("select code, last_name from app_user").fetchall()
    assert people == [("MARCHAL", "Marchal")]
    assert [x.name for x in shop.world.cabinet.logins()] == ["Sophie MARCHAL"]
