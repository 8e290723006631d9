"""How many codes may still be tried: the card says so at no cost, or not at all."""

import pytest

from hardware.apdu import processed
from hardware.eid import tries_left
from hardware.fake_eid import EidCard
from hardware.fake_eid_files import APPLET_17
from hardware.fake_person import Person
from hardware.fake_scard import PaperScard
from hardware.pcsc import open_card
from hardware.ports import CardProblem, CardTrouble
from tests.hardware.stage import READER

WRONG_PIN = bytes.fromhex("0020000108249999FFFFFFFFFF")


def asked(card: EidCard) -> int | None:
    scard = PaperScard()
    scard.add_reader(READER)
    scard.insert(READER, card)
    with open_card(scard, READER) as link:
        return tries_left(processed(link, lambda _: False))


@pytest.mark.scenario("H-11")
def test_asking_for_the_tries_costs_none(ana: Person) -> None:
    card = EidCard(ana)
    assert [asked(card) for _ in range(5)] == [3] * 5
    for left in (2, 1, 0):
        card.send(WRONG_PIN)
        assert asked(card) == left


def test_an_older_card_does_not_say(ana: Person) -> None:
    assert asked(EidCard(ana, APPLET_17)) is None


def test_a_card_that_is_none_is_not_asked(ana: Person) -> None:
    class Other(EidCard):
        def _commands(self):  # type: ignore[no-untyped-def]
            return {}

    with pytest.raises(CardTrouble) as failed:
        asked(Other(ana))
    assert failed.value.problem is CardProblem.NOT_EID
