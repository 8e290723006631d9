"""Options › Mise en route and the trial of the reader, on a practice and readers of paper."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.webui.shop import ONLINE, FakePost, FakeReaders, Shop
from tests.world import World
from webui.outside import PostState
from webui.readers import ReaderState

AT = datetime(2026, 3, 2, 7, 12, tzinfo=UTC)
HERE = ("Paper reader",)


@pytest.fixture
def shop(world: World) -> Shop:
    made = Shop(world)
    made.rooms.readers = FakeReaders()
    made.rooms.post = FakePost()
    _ = made.client
    return made


@pytest.mark.row("SOFT33-2")
def test_six_steps_are_shown_in_order_each_with_its_state(shop: Shop) -> None:
    page = shop.get("options/setup/")
    steps = ["USERS", "CREDENTIAL", "PHONE", "AUTHORISATIONS", "INSURABILITY", "TEST"]
    places = [page.index(f'id="step-{step}"') for step in steps]
    assert places == sorted(places)
    assert "2 étapes restent à faire." in page
    assert page.count("pas encore possible") == 2 and "Version non homologuée" in page
    assert "Sans carte liée\u00a0: Sophie MARCHAL." in page
    assert 'id="step-USERS" aria-current="step"' in page
    assert "04/123 45 67, celui de Sophie MARCHAL" in page
    assert "Self Service Mandates" in page and "à vérifier" in page
    assert "Assistant de mise en route" in shop.get("options/")


@pytest.mark.row("SOFT33-2")
@pytest.mark.scenario("E-11")
@pytest.mark.parametrize(
    ("state", "words", "reached"),
    [
        (ONLINE, "Pas encore essayé", "à faire"),
        (replace(ONLINE, online=False), "L’essai a besoin de la ligne", "à faire"),
        (replace(ONLINE, answered_at=AT), "La boîte du simulateur a répondu à 08:12", "fait"),
        (
            replace(ONLINE, answered_at=AT, last_trouble="http.500"),
            "n’a pas donné de réponse utilisable", "à faire",
        ),
    ],
)  # fmt: skip
def test_the_test_says_what_it_found_what_it_proves_and_what_not(
    shop: Shop, state: PostState, words: str, reached: str
) -> None:
    shop.rooms.post = post = FakePost(state)
    page = shop.get("options/setup/").partition('id="step-TEST"')[2]
    assert words in page and reached in page.partition("</li>")[0]
    assert "Il ne prouve ni signature, ni mandat, ni assurabilité" in page
    shop.follow("options/setup/test")
    assert post.asked == ["send"]


@pytest.mark.row("SOFT33-2")
def test_a_real_practice_has_no_test_and_is_told_why(real_world: World) -> None:
    shop = Shop(real_world)
    shop.rooms.post = post = FakePost()
    page = shop.get("options/setup/")
    assert "tant que la version n’est pas homologuée" in page
    assert "Essayer</button>" not in page and "setup/test" not in page
    shop.post("options/setup/test")
    assert post.asked == []


@pytest.mark.parametrize(
    ("state", "words", "light"),
    [
        (ReaderState(problem="card.service_down"), "sudo systemctl start pcscd", "rouge"),
        (ReaderState(), "Aucun lecteur n’est branché.", "rouge"),
        (ReaderState(readers=HERE), "glissez une carte", "en attente"),
        (ReaderState(readers=HERE, percent=40), "en train d’être lue", "en cours"),
        (ReaderState(readers=HERE, failure="card.mute"), "La carte ne répond pas", "rouge"),
        (ReaderState(readers=HERE, failure="card.busy"), "Un autre programme garde", "rouge"),
        (ReaderState(readers=HERE, read_at=AT), "Le lecteur marche", "vert"),
        (ReaderState(readers=HERE, read_at=AT, remarks=("card.expired",)), "plus valable", "vert"),
    ],
)
def test_the_reader_is_a_light_with_advice_by_what_is_wrong(
    shop: Shop, state: ReaderState, words: str, light: str
) -> None:
    shop.rooms.readers = FakeReaders(state)
    page = shop.get("options/setup/reader")
    assert words in page and light in page


def test_a_card_is_tried_without_opening_a_file_and_readers_may_be_off(shop: Shop) -> None:
    readers = shop.rooms.readers
    assert isinstance(readers, FakeReaders)
    shop.follow("options/setup/reader")
    assert readers.asked == [f"await {shop.world.desk.user.id}"]
    shop.rooms.readers = None
    assert "ne sont pas suivis" in shop.follow("options/setup/reader")
