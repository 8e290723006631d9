"""A tariff taken in through the screen: what waited for a price is priced, a bad row is told."""

from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from werkzeug.test import TestResponse

from server.app.rooms import Rooms
from server.core.states import SessionState
from server.settings import Settings
from tests.people import LAMBIOTTE, OUCHENE
from tests.webui.shop import Shop
from tests.world import World

TABLE = Path(__file__).parents[2] / "server" / "reference" / "demo" / "be_tariff_demo.csv"


def shop_of(world: World) -> Shop:
    """The screens, with the program's own way to take a table in and to trust a date."""
    shop = Shop(world)
    program = SimpleNamespace(cabinet=world.cabinet, settings=Settings(world.folder))
    real = Rooms(program)  # type: ignore[arg-type]  # only these two parts are asked for
    vars(shop.rooms).update(import_tariff=real.import_tariff, confirm_date=real.confirm_date)
    return shop


def send(shop: Shop, table: bytes) -> TestResponse:
    return shop.client.post(
        f"{shop.door.root}options/tariff",
        data={"page_token": shop.door.page_token, "tariff": (BytesIO(table), "tarif.csv")},
    )


def official() -> bytes:
    """The table as a practice might receive it: prices of 2026 that somebody vouches for."""
    first, *rows = TABLE.read_text("utf-8").splitlines()
    kept = [row.removesuffix(",T") + ",K" for row in rows if "2026-01-01" in row]
    return "\n".join([first, *kept]).replace("tarif fictif de démonstration", "RIZIV 2026").encode()


@pytest.mark.scenario("BE-25")
def test_a_day_recorded_without_price_is_priced_by_the_table_imported(real_world: World) -> None:
    shop = shop_of(real_world)
    real_world.visit(LAMBIOTTE)
    assert real_world.sql("select state from session") == SessionState.BLOCKED
    answer = send(shop, official())
    assert answer.status_code == 303, answer.text[-500:]
    assert real_world.sql("select state from session") == SessionState.READY
    page = shop.get("options/")
    assert "RIZIV 2026" in page
    assert "Aucun tarif ne couvre" not in page
    assert [*real_world.folder.glob("tariff-*")] == []


def test_an_invented_tariff_is_refused_row_by_row_in_a_real_practice(real_world: World) -> None:
    shop = shop_of(real_world)
    answer = send(shop, TABLE.read_bytes())
    assert answer.status_code == 422
    assert "Cette table n’est pas importée" in answer.text
    assert "Un tarif inventé ne peut entrer que dans un cabinet de démonstration." in answer.text


def test_a_file_that_is_no_table_is_a_sentence(world: World) -> None:
    answer = send(shop_of(world), b"bonjour")
    assert answer.status_code == 422
    assert "La première ligne doit nommer les colonnes" in answer.text


def test_a_suspect_date_is_confirmed_on_the_home_and_frees_what_waited(world: World) -> None:
    shop = shop_of(world)
    shop.get("today/")
    world.open_series(OUCHENE)
    world.clock.at = world.clock.at.replace(day=20)
    page = shop.get("today/")
    assert "Sommes-nous bien le vendredi 20 mars 2026" in page
    after = shop.follow("today/clock", day="20/03/2026", day_again="20-03-2026")
    assert "Sommes-nous bien" not in after
