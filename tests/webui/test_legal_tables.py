"""The dated tables of France on their screen, and one taken in behind the door of conventions."""

from datetime import date
from io import BytesIO
from types import SimpleNamespace

import pytest
from werkzeug.test import TestResponse

from server.app.rooms import Rooms
from server.reference.tables_france import FRENCH_TABLES
from server.services import legal_tables
from server.settings import Settings
from tests.webui.shop import Shop
from tests.world import World

HEAD = "letter,label_fr,metro_cents,overseas_cents,valid_from,valid_to"
NEXT_YEAR = f"{HEAD}\nTER,Actes de l’année prochaine,226,248,2027-01-01,\n".encode()
JANUARY = date(2027, 1, 1)
PLACES = ("options/tables/", "options/conventions/receive")


@pytest.fixture
def shop(french_world: World) -> Shop:
    """The screens, with the program's own way to take a table in."""
    made = Shop(french_world)
    program = SimpleNamespace(cabinet=french_world.cabinet, settings=Settings(french_world.folder))
    real = Rooms(program)  # type: ignore[arg-type]  # only these two parts are asked for
    vars(made.rooms).update(import_tariff=real.import_tariff)
    return made


def send(shop: Shop, place: str, name: str, content: bytes) -> TestResponse:
    return shop.client.post(
        shop.door.root + place,
        data={"page_token": shop.door.page_token, "table": (BytesIO(content), name)},
    )


def letters(world: World) -> list[tuple[int, str, str | None]]:
    rows = world.cabinet.desk().db.execute(
        "select metro_cents, valid_from, valid_to from ref.fr_letters where letter = 'TER'"
        " order by valid_from"
    )
    return [(int(str(cents)), str(begins), ends and str(ends)) for cents, begins, ends in rows]


def test_every_table_is_listed_with_its_days_and_has_a_name(shop: Shop) -> None:
    page = shop.get("options/tables/")
    for name in FRENCH_TABLES:
        assert f'<span class="small code">{name}</span>' in page
    assert "be_tariff" not in page
    assert "Lettres-clés" in page and "dernier changement le 22/02/2024" in page
    assert f'href="{shop.door.root}options/tables/"' in shop.get("options/")


@pytest.mark.parametrize("place", PLACES)
def test_a_table_holds_from_its_day_and_closes_what_held(shop: Shop, place: str) -> None:
    before = letters(shop.world)
    answer = send(shop, place, "fr_letters_2027.csv", NEXT_YEAR)
    assert answer.status_code == 303, answer.text[-800:]
    page = shop.client.get(answer.headers["Location"]).text.replace("\xa0", " ")
    assert "« Lettres-clés » est à jour." in page
    assert "Sa version la plus récente vaut dès le 01/01/2027" in page
    held = letters(shop.world)
    assert held[-1] == (226, "2027-01-01", None)
    assert held[-2][2] == "2026-12-31" and held[:-2] == before[:-1]
    assert [*shop.world.folder.glob("tariff-*")] == []


def test_the_same_file_twice_changes_nothing(shop: Shop) -> None:
    send(shop, PLACES[0], "fr_letters_2027.csv", NEXT_YEAR)
    held = letters(shop.world)
    assert send(shop, PLACES[0], "fr_letters_2027.csv", NEXT_YEAR).status_code == 303
    assert letters(shop.world) == held


@pytest.mark.parametrize("place", PLACES)
def test_a_bad_row_is_told_and_nothing_changes(shop: Shop, place: str) -> None:
    before = letters(shop.world)
    content = NEXT_YEAR + b"AMK,Actes,beaucoup,248,2027-01-01,\n"
    answer = send(shop, place, "fr_letters_2027.csv", content)
    assert answer.status_code == 422
    assert "Lignes à corriger dans la table" in answer.text
    assert "Ce n’est pas un montant" in answer.text or "nombre entier" in answer.text
    assert letters(shop.world) == before


def test_what_holds_today_and_what_comes_are_told(shop: Shop) -> None:
    send(shop, PLACES[0], "fr_letters_2027.csv", NEXT_YEAR)
    found = {each.name: each for each in legal_tables.listed(shop.world.desk)}["fr_letters"]
    assert (found.next_on, found.next_rows, found.newest) == (
        JANUARY,
        2,
        JANUARY,
    )  # that of the demo too
    assert found.since is not None and found.since < JANUARY
    page = shop.get("options/tables/")
    assert "dès le 01/01/2027" in page
    shop.world.clock.advance(days=366)  # the ceiling known last is that of 2026
    assert "plus rien ne vaut aujourd’hui" in shop.get("options/tables/")


@pytest.mark.parametrize("place", PLACES)
def test_a_name_of_no_table_is_said_with_what_to_do(shop: Shop, place: str) -> None:
    answer = send(shop, place, "fr_unknown_2027.csv", NEXT_YEAR)
    assert answer.status_code == 422
    assert "comme aucune table connue" in answer.text and "Renommez-le" in answer.text


def test_no_file_is_said(shop: Shop) -> None:
    answer = shop.client.post(
        f"{shop.door.root}options/tables/", data={"page_token": shop.door.page_token}
    )
    assert answer.status_code == 422
    assert "Choisissez" in answer.text


def test_a_belgian_practice_has_no_such_table(world: World) -> None:
    assert legal_tables.named(world.desk, "fr_letters_2027.csv") == ""
    assert "n’existe pas" in Shop(world).client.get(Shop(world).door.root + "options/tables/").text


def test_the_name_says_the_table_whatever_its_case_and_the_longest_wins(shop: Shop) -> None:
    desk = shop.world.desk
    assert legal_tables.named(desk, "FR_Acts_2027.CSV") == "fr_acts"
    assert legal_tables.named(desk, "fr_payer_notices_x.csv") == "fr_payer_notices"
    assert legal_tables.named(desk, "C-InterAMC_20270101.csv") == ""
