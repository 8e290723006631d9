"""« Comme au »: the screen of a past day, from the patient's page and back."""

import pytest

from server.services import patients, sessions
from tests.people import OUCHENE
from tests.webui.shop import Shop
from tests.world import World


@pytest.fixture
def shop(world: World) -> Shop:
    """A file that changed every day for three days."""
    world.clock.advance(days=1)
    session = world.visit(OUCHENE, copay_collected="2,50")
    world.clock.advance(days=1)
    patients.amend(
        world.desk,
        world.ids[OUCHENE],
        {"last_name": "Ouchene-Dupont", "first_name": "Fatima", "niss": OUCHENE.niss},
    )
    world.clock.advance(days=1)
    sessions.void(world.desk, session, "erreur")
    return Shop(world)


def past(shop: Shop, day: str) -> str:
    return shop.get(f"past/{shop.world.ids[OUCHENE]}?day={day}")


def test_each_day_shows_what_the_file_held_that_evening(shop: Shop) -> None:
    first, second, third = (past(shop, f"0{n}/03/2026") for n in (3, 4, 5))
    assert "OUCHENE-DUPONT" not in first
    assert "OUCHENE-DUPONT" in second
    for page in (first, second):
        assert "567" in page
    assert "#ban" in third  # the sign of a session struck out
    assert "#ban" not in first + second
    assert "Vue du passé" in first
    assert "Comme au 03/03/2026" in first


def test_the_past_can_only_be_read(shop: Shop) -> None:
    main = past(shop, "03/03/2026").partition("<main")[2].partition("</main>")[0]
    assert 'method="post"' not in main
    assert "Revenir au dossier d’aujourd’hui" in main


def test_before_the_file_was_opened_the_screen_says_when_it_was(shop: Shop) -> None:
    page = past(shop, "01/03/2026")
    assert "n’existait pas encore le 01/03/2026" in page
    assert "ouvert le 03/03/2026" in page


@pytest.mark.parametrize("day", ["31/12/2027", "hier", "99/99/2026"])
def test_a_day_that_is_none_or_to_come_is_told_beside_its_field(shop: Shop, day: str) -> None:
    answer = shop.client.get(f"{shop.door.root}past/{shop.world.ids[OUCHENE]}?day={day}")
    assert answer.status_code == 422
    assert 'id="d-day"' in answer.text
    assert day in answer.text


def test_an_older_file_says_from_which_day_its_past_is_exact(shop: Shop) -> None:
    shop.world.desk.db.execute(
        "insert into history_start select device, max(seq) from journal group by device"
    )
    assert "que depuis le 05/03/2026" in past(shop, "03/03/2026")
    assert "que depuis" not in past(shop, "05/03/2026")


def test_the_patients_page_leads_to_the_past_and_its_days(shop: Shop) -> None:
    page = shop.get(f"patients/{shop.world.ids[OUCHENE]}")
    assert f'action="{shop.door.root}past/{shop.world.ids[OUCHENE]}"' in page
    days = shop.get(f"past/{shop.world.ids[OUCHENE]}")
    for day in ("2026-03-03", "2026-03-04", "2026-03-05"):
        assert f"day={day}" in days
