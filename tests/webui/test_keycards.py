"""« Le code d'une carte » on the screen: what is told, what is asked, and what is never asked."""

from dataclasses import replace

import pytest

from server.core.cards import CardKind
from server.core.keycards import Tries
from tests.webui.shop import FakeKeyCards, Shop
from tests.world import World
from webui.keycards import FoundKeyCard, KeyCardState, Workplace

MINE = FoundKeyCard("mine", "Lecteur 1", Tries(3), asks_itself=True, can_ask=True)
LAST = replace(MINE, id="last", tries=Tries(1, fewer=True))
BLOCKED = replace(MINE, id="blocked", tries=Tries(0, fewer=True), can_ask=False)
SHUT = replace(MINE, id="shut", asks_itself=False, can_ask=False)
CPS = FoundKeyCard("cps", "Lecteur 2", Tries(), False, True, "CAMILLE LENOIR", "899700000017")
STATE = KeyCardState(CardKind.EID, "/usr/lib/libbeid.so", cards=(MINE,))


@pytest.fixture
def shop(world: World) -> Shop:
    made = Shop(world)
    made.rooms.keycards = FakeKeyCards(STATE)
    return made


def cards(shop: Shop) -> FakeKeyCards:
    assert isinstance(shop.rooms.keycards, FakeKeyCards)
    return shop.rooms.keycards


def shown(shop: Shop, **changed: object) -> str:
    cards(shop).state = replace(STATE, **changed)  # type: ignore[arg-type]
    return shop.get("options/card-code/")


@pytest.mark.scenario("H-11")
def test_the_tries_are_told_before_the_code_is_asked_and_no_box_takes_that_of_an_eid(
    shop: Shop,
) -> None:
    page = shown(shop)
    assert "3 essais restants" in page
    assert "jamais dans Besace" in page
    assert 'name="pin"' not in page
    shop.post("options/card-code/try", card="mine", pin="")
    assert cards(shop).asked == [("mine", "", False)]


@pytest.mark.scenario("H-11")
def test_the_last_try_has_no_key_and_wants_a_tick(shop: Shop) -> None:
    page = shown(shop, cards=(LAST,), problem="keycard.wrong", left=1)
    assert "Ce code n’est pas le bon." in page
    assert "1 essai restant." in page
    assert "Vos séances et vos lots n’ont pas besoin de ce code" in page
    assert 'data-key="F2"' not in page
    answer = shop.post("options/card-code/try", card="last")
    assert answer.status_code == 422
    assert "cochez que vous êtes sûr du code" in answer.text
    assert cards(shop).asked == []
    shop.post("options/card-code/try", card="last", last_too="1")
    assert cards(shop).asked == [("last", "", True)]


def test_a_blocked_card_and_a_software_that_does_not_ask_have_no_button(shop: Shop) -> None:
    page = shown(shop, cards=(BLOCKED, SHUT))
    assert page.count("options/card-code/try") == 0
    assert "Faites-la débloquer à la commune" in page
    assert "Installez le logiciel eID officiel" in page


def test_a_cps_is_asked_its_code_here_and_tells_its_holder(shop: Shop) -> None:
    places = (Workplace("CABINET DE L'ECLUSE", "400000000099", "SA07"),)
    page = shown(shop, kind=CardKind.CPS, cards=(CPS,), good=True, tried="cps", workplaces=places)
    assert "CAMILLE LENOIR, n° 899700000017" in page
    assert "Le code est bon" in page
    assert "secteur SA07" in page
    assert 'name="pin" type="password"' in page
    shop.post("options/card-code/try", card="cps", pin="2468")
    assert cards(shop).asked == [("cps", "2468", False)]


def test_a_code_awaited_can_be_given_up(shop: Shop) -> None:
    page = shown(shop, trying="mine")
    assert "Donnez maintenant le code, là où il est demandé." in page
    assert "Essayer le code</button" not in page
    shop.post("options/card-code/stop")
    assert cards(shop).asked == ["stop"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"cards": ()}, "Aucune carte à code"),
        ({"cards": (), "problem": "keycard.absent"}, "Installez-le depuis eid.belgium.be"),
        ({"cards": (), "looking": True}, "Recherche des cartes"),
        ({"problem": "keycard.refused", "reason": "DeviceError"}, "refuse (DeviceError)"),
        ({"cards": (replace(CPS, tries=Tries(fewer=True)),)}, "Au moins un essai perdu"),
        ({"cards": (CPS,)}, "La carte ne dit pas ses essais"),
    ],
)
def test_what_is_in_the_way_is_told(shop: Shop, changed: dict[str, object], words: str) -> None:
    assert words in shown(shop, **changed)


def test_cards_are_looked_for_when_nobody_has_yet_and_again_when_asked(shop: Shop) -> None:
    shown(shop, cards=None)
    shop.post("options/card-code/look")
    assert cards(shop).asked == ["look", "look"]


def test_where_cards_are_off_it_is_said(shop: Shop) -> None:
    shop.rooms.keycards = None
    assert "Les lecteurs sont désactivés ici." in shop.get("options/card-code/")
    assert "Les lecteurs ne servent pas ici" in shop.post("options/card-code/look").text
