"""A table whose columns nobody knows is placed by hand; a large one is watched, and stopped."""

import io
import re
from threading import Event

import pytest

from server.app import tables as app_tables
from server.app.tables import Tables
from server.services import convention_import
from tests.app.waiting import until
from tests.countries.france.tables import many, written
from tests.france import MARCHAND, admitted
from tests.services.test_convention_import import FIRST, taken
from tests.services.test_convention_search import TABLE
from tests.webui.shop import Shop
from tests.webui.test_conventions import ASKED, CHECK, PLACE, offered, sent, version
from tests.world import World

ODD = (
    "Sign.;Intitulé;Sorte;Accord;Crit.;Divers\n"
    "08;CNMSS;RO;T;08???????;x\n"
    "799900010;MUTUELLE TI DOUE;OC;T;;y\n"
).encode()
CHOSEN = {
    "titled": "1", "column_0": "signatory", "column_1": "signatory_label", "column_2": "type",
    "column_3": "accord", "column_4": "criterion", "column_5": "",
}  # fmt: skip


@pytest.fixture
def shop(french_world: World) -> Shop:
    made = Shop(french_world)
    _ = made.client
    return made


@pytest.mark.parametrize("name", ["C-Ti Doue.csv", "Ti Doue.csv"])
def test_unknown_columns_are_placed_once_and_the_next_file_of_that_form_is_read_alone(
    shop: Shop, name: str
) -> None:
    page = sent(shop, ODD, name)
    assert "Les colonnes de" in page and "ne sont pas connues" in page
    assert "MUTUELLE TI DOUE" in page and "Colonne 6" in page
    assert re.search(r'name="titled" value="1" checked', page)
    page = shop.follow(f"{PLACE}columns", **CHOSEN)
    assert "2 ajoutées" in page
    assert shop.world.sql("select count(*) from convention_table where state = 'ACTIVE'") == 0
    assert "C’est la table en vigueur" in shop.follow(f"{PLACE}version/{version(shop)}/confirm")
    later = ODD + b"93;AMIS;RO;T;93???????;z\n"
    assert "1 ajoutée" in sent(shop, later, "C-Ti Doue.csv")


def test_what_lacks_a_column_or_names_one_twice_is_shown_again(shop: Shop) -> None:
    sent(shop, ODD, "C-Ti Doue.csv")
    answer = shop.post(f"{PLACE}columns", **{**CHOSEN, "column_2": "accord"})
    assert answer.status_code == 422
    assert "Aucune colonne n’est le type de convention" in answer.text
    assert "Deux colonnes disent la même chose" in answer.text
    assert 'value="accord" selected' in answer.text


def test_a_file_that_is_no_table_is_refused_and_nothing_waits_to_be_placed(shop: Shop) -> None:
    answer = offered(shop, b"PK\x03\x04", "C-essai.csv")
    assert answer.status_code == 422
    answer = shop.client.get(f"{shop.door.root}{PLACE}columns")
    assert answer.status_code == 303
    assert shop.post(f"{PLACE}columns", **CHOSEN).status_code == 303


def large(shop: Shop) -> Tables:
    """The reader of tables, for which every file is a large one."""
    shop.rooms.tables = made = Tables(shop.world.cabinet, lambda *_: None, large=0)
    return made


def given(shop: Shop, data: bytes, name: str = FIRST) -> str:
    form = {"table": (io.BytesIO(data), name), "page_token": shop.door.page_token}
    answer = shop.client.post(f"{shop.door.root}{PLACE}receive", data=form)
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_a_large_file_is_watched_and_leads_to_what_it_became(shop: Shop) -> None:
    tables = large(shop)
    address = given(shop, written(many(30))).partition(PLACE)[2]
    assert address == "reading" or address.startswith("version/")  # it may be read by now
    until(lambda: not tables.state.running)
    assert (tables.state.rows, tables.state.read) == (30, tables.state.size)
    answer = shop.client.get(f"{shop.door.root}{PLACE}reading")
    assert answer.headers["Location"].endswith(f"version/{version(shop)}")
    assert shop.world.sql("select state from convention_table") == "PENDING"


def test_a_large_file_is_stopped_and_nothing_of_it_is_kept(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, reached = Event(), Event()
    pieces_of = convention_import.pieces_of

    def slow(content: bytes) -> object:
        for piece in pieces_of(content):
            reached.set()
            go_on.wait(5)
            yield piece

    monkeypatch.setattr(app_tables, "pieces_of", slow)
    tables = large(shop)
    given(shop, written(many(30)))
    reached.wait(5)
    page = shop.get(f"{PLACE}reading")
    assert "<progress" in page and "Arrêter" in page and 'data-key="Escape"' in page
    shop.post(f"{PLACE}stop")
    go_on.set()
    until(lambda: not tables.state.running)
    page = shop.get(f"{PLACE}reading")
    assert "Lecture arrêtée" in page and "la table en vigueur n’a pas changé" in page
    assert shop.world.sql("select count(*) from convention_table") == 0
    assert shop.world.sql("select count(*) from convention") == 0


def test_a_large_file_that_is_refused_says_why_where_it_was_watched(shop: Shop) -> None:
    tables = large(shop)
    given(shop, written(many(300))[:-40])
    until(lambda: not tables.state.running)
    assert "s’arrête au milieu" in shop.get(f"{PLACE}reading")
    given(shop, ODD, "C-Ti Doue.csv")
    until(lambda: not tables.state.running)
    answer = shop.client.get(f"{shop.door.root}{PLACE}reading")
    assert answer.headers["Location"].endswith(f"{PLACE}columns")
    tables.close()
    assert tables.unplaced is None


def test_nothing_in_reading_says_so(shop: Shop) -> None:
    assert "Aucun fichier n’est en lecture" in shop.get(f"{PLACE}reading")
    shop.rooms.tables = None
    assert shop.client.get(f"{shop.door.root}{PLACE}reading").status_code >= 400


def test_a_mistake_of_ours_is_told_as_a_file_that_cannot_be_read(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(convention_import, "read_any", fails)
    assert offered(shop, written(many(3)), FIRST).status_code == 422
    assert not large(shop).state.running


@pytest.mark.row("MAIIA-54")
def test_the_attestation_and_the_convention_found_stand_side_by_side(shop: Shop) -> None:
    taken(shop.world, TABLE)
    page = shop.post(CHECK, **ASKED, label="Mutuelle Ti Doué").text
    rows = dict(re.findall(r'<tr><th scope="row">([^<]+)</th>.*?</svg>([^<]+)</span>', page))
    assert rows["Numéro"] == "pareil" and rows["Nom"] == "pareil"
    assert rows["Type de convention"] == "pareil"
    page = shop.post(CHECK, **ASKED, label="Autre mutuelle").text
    assert "diffère" in page and "relisez l’attestation" in page
    assert "à relire" in shop.post(CHECK, **ASKED).text


@pytest.mark.row("MAIIA-54")
def test_from_the_patients_cover_one_key_compares_it_with_the_table(shop: Shop) -> None:
    taken(shop.world, TABLE)
    shop.post("payers/new", name="Mutuelle Ti Doué", number="0799900010", convention_type="OC")
    patient = admitted(shop.world, MARCHAND)
    page = shop.follow(f"covers/{patient}", amc="799900010", cover_source="PAPER",
                       cover_from="01/01/2026", cover_to="31/12/2026")  # fmt: skip
    form = page.partition(f'action="{shop.door.root}{CHECK}"')[2].partition("</form>")[0]
    assert 'data-key="Alt+C"' in form
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert (sent["type"], sent["number"], sent["label"]) == (
        "OC", "0799900010", "Mutuelle Ti Doué"
    )  # fmt: skip
    del sent["page_token"]
    page = shop.post(CHECK, **sent).text
    assert "Convention trouvée" in page and page.count(">pareil<") == 3
