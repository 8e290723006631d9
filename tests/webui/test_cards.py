"""The card on the screen: a sentence for everything that can go wrong with it."""

import pytest

from hardware.ports import CardProblem
from tests.people import OUCHENE
from tests.webui.shop import FakeReaders, Shop
from tests.world import World
from webui.i18n import catalogue
from webui.readers import ReaderState


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


@pytest.mark.parametrize("locale", ["fr_BE", "nl"])
@pytest.mark.parametrize(
    "code", [*(str(problem) for problem in CardProblem), "card.demo_card", "card.real_card"]
)
def test_every_problem_of_a_card_has_its_sentence(locale: str, code: str) -> None:
    assert catalogue(locale).has(code)


def test_sentences_of_cards_all_differ() -> None:
    said = [catalogue("fr_BE").say(str(problem)) for problem in CardProblem]
    assert len({*said}) == len(said)


def test_a_card_that_arrives_sends_the_page_to_its_file(shop: Shop) -> None:
    key = shop.world.patient(OUCHENE)
    answer = shop.client.get(
        f"{shop.door.root}cards/arrived?subject={key}", headers={"HX-Request": "true"}
    )
    assert answer.headers["HX-Redirect"] == f"{shop.door.root}patients/{key}"


def test_a_card_that_arrives_while_something_is_typed_only_offers(shop: Shop) -> None:
    key = shop.world.patient(OUCHENE)
    answer = shop.client.get(
        f"{shop.door.root}cards/arrived?subject={key}",
        headers={"HX-Request": "true", "X-Unsaved": "1"},
    )
    assert "HX-Redirect" not in answer.headers
    assert "Carte lue" in answer.text
    assert "Fatima OUCHENE" in answer.text


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("card.pulled", "La carte est sortie"),
        ("card.demo_card", "Carte de démonstration refusée"),
        ("locked", "le cabinet est verrouillé"),
        ("something.new", "ce qu’elle dit n’est pas lisible"),
    ],
)
def test_a_failed_reading_is_a_sentence(shop: Shop, code: str, told: str) -> None:
    assert told in shop.get(f"cards/failed?subject={code}")


def test_two_remarks_are_two_sentences(shop: Shop) -> None:
    page = shop.get("cards/failed?subject=card.no_address+card.expired")
    assert "ne porte pas d’adresse" in page
    assert "n’est plus valable" in page


@pytest.mark.parametrize(("failure", "left"), [("card.pulled", "La carte est sortie"), ("", "")])
def test_a_card_that_leaves_takes_its_sentence_along_unless_that_is_what_it_says(
    shop: Shop, failure: str, left: str
) -> None:
    shop.rooms.readers = FakeReaders(ReaderState(failure=failure))
    told = shop.get("cards/cleared")
    assert left in told
    assert bool(told) is bool(left)


def test_the_page_of_the_card_says_what_to_do(shop: Shop) -> None:
    assert "Aucune carte dans le lecteur" in shop.get("cards/")


def test_a_family_s_card_asks_who_is_there_and_opens_that_file(shop: Shop) -> None:
    assert "qui est là" not in shop.get("cards/choice")
    shop.rooms.people = ("LOÏC MARTIN", "<b>MAËL</b> MARTIN")
    for page in ("cards/choice", "cards/"):
        text = shop.get(page)
        assert "qui est là" in text
        assert "LOÏC MARTIN" in text
        assert "&lt;b&gt;MAËL" in text
    assert "Aucune carte dans le lecteur" not in shop.get("cards/")
    answer = shop.post("cards/take", place="1")
    assert answer.headers["Location"].endswith(shop.world.patient(OUCHENE))


@pytest.mark.parametrize(("place", "status"), [("", 400), ("x", 400), ("7", 404), ("-1", 404)])
def test_a_person_who_is_not_on_the_card_is_not_taken(shop: Shop, place: str, status: int) -> None:
    shop.rooms.people = ("LOÏC MARTIN",)
    assert shop.post("cards/take", place=place).status_code == status
