"""Options › Conventions mutuelles: import, difference, hand-made rows, and the three causes."""

import io
import re

import pytest
from werkzeug.test import TestResponse

from server.services import conventions
from server.services.convention_import import pieces_of, read
from server.store.conventions import State
from tests.countries.france.tables import line, many, written
from tests.services.people_of import BY_NAME, seat
from tests.services.test_convention_import import FIRST, NEXT, taken
from tests.services.test_convention_search import TABLE
from tests.webui.shop import Shop
from tests.world import World

PLACE = "options/conventions/"
CHECK = "options/convention-check/"


@pytest.fixture
def shop(french_world: World) -> Shop:
    made = Shop(french_world)
    _ = made.client
    return made


def offered(shop: Shop, data: bytes, name: str) -> TestResponse:
    """What a file is answered."""
    form = {"table": (io.BytesIO(data), name), "page_token": shop.door.page_token}
    return shop.client.post(f"{shop.door.root}{PLACE}receive", data=form)


def sent(shop: Shop, data: bytes, name: str) -> str:
    """The page a file leads to."""
    answer = offered(shop, data, name)
    assert answer.status_code == 303, answer.text[-600:]
    return shop.get(answer.headers["Location"].removeprefix(shop.door.root))


def version(shop: Shop) -> str:
    return str(shop.world.sql("select id from convention_table order by number desc limit 1"))


@pytest.mark.row("MAIIA-4")
@pytest.mark.row("MAIIA-10")
@pytest.mark.row("MAIIA-16")
@pytest.mark.scenario("F-01")
def test_a_first_table_is_read_shown_and_holds_once_confirmed(shop: Shop) -> None:
    assert "Conventions mutuelles" in shop.get("options/")
    assert "Aucune table de conventions" in shop.get(PLACE)
    page = sent(shop, written(many(30)), FIRST)
    assert "30 ajoutées" in page and "Rien ne change tant que vous ne confirmez pas" in page
    assert "Confirmer l’import" in page
    assert "attend votre confirmation" in shop.get(PLACE)
    assert f"version/{version(shop)}" in shop.get("today/")
    assert "en vigueur" in shop.follow(f"{PLACE}version/{version(shop)}/confirm")
    page = shop.get(PLACE)
    assert "mises à jour aujourd’hui" in page and "CAISSE 7" in page and "30 lignes" in page
    assert shop.world.sql("select origin from convention_table where state = 'ACTIVE'") == "MANUAL"


@pytest.mark.scenario("F-01")
def test_the_same_file_twice_says_already_imported(shop: Shop) -> None:
    taken(shop.world, many(3))
    page = sent(shop, written(many(3)), FIRST)
    assert "Déjà importé" in page and "Rien n’a changé" in page
    assert shop.world.sql("select count(*) from convention_table") == 1


@pytest.mark.row("MAIIA-15")
@pytest.mark.scenario("F-02")
@pytest.mark.parametrize("name", ["InterAMC_20260112.csv", "c-InterAMC_20260112.csv"])
def test_without_its_prefix_one_confirmation_imports_the_copy(shop: Shop, name: str) -> None:
    page = sent(shop, written(many(3)), name)
    assert f"« {name} »" in page.replace("\u00a0", " ") and FIRST in page
    assert "Importer la copie" in page
    assert "C’est la table en vigueur" in shop.follow(f"{PLACE}version/{version(shop)}/confirm")
    assert shop.world.sql("select name from convention_table where state = 'ACTIVE'") == FIRST


@pytest.mark.row("MAIIA-14")
@pytest.mark.row("MAIIA-17")
@pytest.mark.scenario("F-02")
@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("C-mutuelle.xls", b"x", "n’est pas un fichier .csv"),
        ("C-.csv", b"x", "Il manque un nom"),
        ("C-vide.csv", b"", "aucune convention"),
        ("C-essai.csv", written(many(300))[:-40], "s’arrête au milieu"),
        ("C-essai.csv", written([*many(50), ["x"]]), "plus d’une sur cent"),
        ("C-InterAMC_20260101.csv", written(many(3)), "il ferait revenir"),
    ],
)
def test_a_refused_file_says_why_and_the_table_in_use_stays(
    shop: Shop, name: str, data: bytes, words: str
) -> None:
    taken(shop.world, many(3))
    answer = offered(shop, data, name)
    assert answer.status_code == 422
    assert words in answer.text.replace("\u00a0", " ")
    assert len(conventions.listed(shop.world.desk)) == 3


@pytest.mark.scenario("F-02")
@pytest.mark.parametrize(
    "name", ["C-Mutuelle Ti Doue 2026.csv", "C-InterAMC_20260112.CSV", "C-InterAMC_20260112.csv"]
)
def test_a_name_that_is_right_is_taken_as_it_is(shop: Shop, name: str) -> None:
    page = sent(shop, written(many(3)), name)
    assert "3 ajoutées" in page and "Importer la copie" not in page


@pytest.mark.scenario("F-02")
@pytest.mark.parametrize("name", ["C-InterAMC_20260112.xlsx", "C-InterAMC_20260112.csv.txt"])
def test_another_ending_is_refused(shop: Shop, name: str) -> None:
    answer = offered(shop, written(many(3)), name)
    assert answer.status_code == 422 and "n’est pas un fichier .csv" in answer.text


@pytest.mark.scenario("F-02")
def test_three_unreadable_rows_of_five_thousand_are_listed_and_left_out(shop: Shop) -> None:
    rows = many(5_000)
    for place in (100, 2_000, 4_900):
        rows[place] = line(accord="Z")
    page = sent(shop, written(rows), FIRST).replace("\u00a0", " ")
    assert "3 lignes écartées" in page
    assert ">101<" in page and ">2001<" in page and ">4901<" in page
    assert "C’est la table en vigueur" in shop.follow(f"{PLACE}version/{version(shop)}/confirm")


@pytest.mark.scenario("F-05")
def test_a_convention_typed_by_hand_holds_for_its_caisse_alone(shop: Shop) -> None:
    typed = {"signatory": "08", "label": "CNMSS", "accord": "T", "criterion": "08???????"}
    for wrong in ("08??????", "08????????", "AB???????"):
        assert shop.post(f"{PLACE}new", **{**typed, "criterion": wrong}).status_code == 422
    shop.follow(f"{PLACE}new", **typed)
    asked = {**ASKED, "type": "RO", "number": ""}
    page = shop.post(CHECK, **{**asked, "body": "087560100"}).text
    assert "Convention trouvée" in page and "CNMSS" in page
    assert "Aucune convention" in shop.post(CHECK, **{**asked, "body": "020110000"}).text


def test_no_file_chosen_is_told(shop: Shop) -> None:
    assert shop.post(f"{PLACE}receive").status_code == 422


def test_bad_rows_are_shown_with_their_numbers(shop: Shop) -> None:
    page = sent(shop, written([*many(200), line(accord="Z")]), FIRST)
    assert "1 ligne écartée" in page and ">201<" in page and "tiers payant" in page


@pytest.mark.row("MAIIA-14")
def test_a_refused_file_keeps_its_line_in_the_log_and_its_bad_rows(shop: Shop) -> None:
    offered(shop, written([*many(9), ["x"]]), FIRST)
    assert "refusé" in shop.get(PLACE)
    page = shop.get(f"{PLACE}version/{version(shop)}")
    assert "Plus d’une ligne sur cent" in page and "1 ligne écartée" in page


def test_what_would_change_is_shown_row_by_row_before_and_after(shop: Shop) -> None:
    taken(shop.world, many(30))
    rows = many(31)
    rows[4] = [*rows[4][:6], "AUTRE NOM", *rows[4][7:]]
    del rows[9]
    page = sent(shop, written(rows), NEXT)
    assert "1 ajoutée" in page and "1 changée" in page and "1 terminée" in page
    assert "<s>CAISSE 4</s> <b>AUTRE NOM</b>" in page
    assert "Remplace" in page and FIRST in page
    assert "Plus de la moitié" not in page


def test_a_table_that_ends_most_conventions_warns(shop: Shop) -> None:
    taken(shop.world, many(30))
    assert "Plus de la moitié" in sent(shop, written(many(5)), NEXT)


def test_members_and_conversions_are_shown_by_their_own_cells(shop: Shop) -> None:
    page = sent(shop, b"I;2;;12345678;AMIS;RO;;93???????;93;B\n", "R-essai.csv")
    assert "AMIS" in page and "12345678" in page
    page = sent(shop, b"75047258;08???????;391036183;MSPP\n", "correspondance-0106.csv")
    assert "MSPP" in page and "75047258" in page


def test_a_file_is_declined_or_undone(shop: Shop) -> None:
    taken(shop.world, many(3))
    sent(shop, written(many(4)), NEXT)
    shop.follow(f"{PLACE}version/{version(shop)}/decline")
    assert "laissé ce fichier de côté" in shop.get(f"{PLACE}version/{version(shop)}")
    sent(shop, written(many(4)), NEXT)
    shop.follow(f"{PLACE}version/{version(shop)}/confirm")
    assert FIRST in shop.get(f"{PLACE}version/{version(shop)}")
    assert "Cet import a été annulé" in shop.follow(f"{PLACE}version/{version(shop)}/undo")
    assert len(conventions.listed(shop.world.desk)) == 3


@pytest.mark.row("MAIIA-12")
@pytest.mark.scenario("F-04")
@pytest.mark.parametrize(
    ("days", "word", "family"),
    [(20, "à jour", "done"), (21, "à mettre à jour", "wait"), (46, "trop anciennes", "stop")],
)
def test_the_badge_tells_the_age_of_the_conventions(
    shop: Shop, days: int, word: str, family: str
) -> None:
    taken(shop.world, many(3))
    shop.world.clock.advance(days=days)
    page = shop.get(PLACE)
    badge = re.search(rf'<span class="k {family}">.*?</svg>([^<]*)</span>', page)
    assert badge and badge[1] == word
    assert ("Dernier import le" in page) is (days > 20)


@pytest.mark.row("MAIIA-19")
@pytest.mark.row("MAIIA-20")
@pytest.mark.row("MAIIA-21")
@pytest.mark.row("MAIIA-22")
@pytest.mark.row("MAIIA-23")
@pytest.mark.row("MAIIA-25")
@pytest.mark.scenario("F-05")
def test_a_convention_is_typed_by_hand_and_twice_is_refused(shop: Shop) -> None:
    typed = {"signatory": "08", "label": "CNMSS", "accord": "T", "criterion": "08???????"}
    assert 'href="' + f"{shop.door.root}{PLACE}new" + '" data-key="Alt+1"' in shop.get(PLACE)
    page = shop.follow(f"{PLACE}new", **typed)
    assert "CNMSS" in page
    row = page.partition("CNMSS")[0].rpartition("<tr")[2] + page.partition("CNMSS")[2]
    told = [row.index(word) for word in (">08<", "RO", "08???????", "tiers payant")]
    assert told == sorted(told)
    answer = shop.post(f"{PLACE}new", **typed)
    assert answer.status_code == 422 and "existe déjà" in answer.text
    answer = shop.post(f"{PLACE}new", **{**typed, "criterion": "AB???????"})
    assert answer.status_code == 422 and "Deux chiffres puis sept" in answer.text
    assert "AB???????" in answer.text


@pytest.mark.row("MAIIA-24")
def test_the_caisses_a_criterion_holds_for_are_shown_while_it_is_typed(shop: Shop) -> None:
    taken(shop.world, TABLE)
    page = shop.get(f"{PLACE}new?signatory=08")
    assert 'value="08???????"' in page and "CNMSS" in page
    asked = {"criterion": "02", "page_token": shop.door.page_token}
    place = f"{shop.door.root}{PLACE}caisses"
    fragment = shop.client.post(place, data=asked, headers={"HX-Request": "true"}).text
    assert "<html" not in fragment and "MSA" in fragment and "CNMSS" not in fragment
    assert "Aucune caisse" in shop.post(f"{PLACE}caisses", criterion="77").text


@pytest.mark.row("MAIIA-26")
def test_a_convention_is_put_aside_and_taken_back(shop: Shop) -> None:
    taken(shop.world, many(3))
    key = conventions.listed(shop.world.desk)[0].id
    page = shop.follow(f"{PLACE}row/{key}/aside")
    assert "Conventions désactivées" in page
    assert "Conventions désactivées" not in shop.follow(f"{PLACE}row/{key}/back")
    assert shop.post(f"{PLACE}row/9999/aside").status_code == 404
    assert shop.post(f"{PLACE}row/nobody/aside").status_code == 404


def test_the_list_is_searched_and_goes_on_page_by_page(shop: Shop) -> None:
    taken(shop.world, many(120))
    page = shop.post(f"{PLACE}found", q="caisse").text
    after = re.search(r'name="after" value="(\d+)"', page)
    assert after and "CAISSE 0<" in page
    assert "CAISSE 51<" in shop.post(f"{PLACE}found", q="caisse", after=after[1]).text
    assert "ne correspond" in shop.post(f"{PLACE}found", q="personne").text
    assert "ne correspond" in shop.post(f"{PLACE}found", type="OC").text


def test_who_bills_but_settles_nothing_sees_and_changes_nothing(shop: Shop) -> None:
    taken(shop.world, many(3))
    seat(shop.world, BY_NAME["sender"])
    page = shop.get(PLACE)
    assert (
        "CAISSE 1" in page and "Importer des conventions" not in page and "Désactiver" not in page
    )
    assert offered(shop, b"x", FIRST).status_code == 403


def test_a_belgian_practice_has_no_conventions(world: World) -> None:
    shop = Shop(world)
    _ = shop.client
    assert "Conventions mutuelles" not in shop.get("options/")
    assert shop.client.get(f"{shop.door.root}{PLACE}").status_code in (403, 404, 409)


ASKED = {"type": "OC", "accord": "T", "number": "0799900010", "body": "", "csr": "", "day": ""}


@pytest.mark.row("MAIIA-45")
def test_the_convention_that_holds_is_shown_with_its_reason(shop: Shop) -> None:
    taken(shop.world, TABLE)
    assert "La réponse s’affichera ici" in shop.get(CHECK)
    assert "Convention trouvée" in shop.post(CHECK, **ASKED).text
    page = shop.post(CHECK, **{**ASKED, "type": "RO", "number": "", "body": "020110000"}).text
    assert "02??10000" in page and "le moins de points d’interrogation" in page


def test_of_equal_conventions_the_choice_is_left_to_a_person(shop: Shop) -> None:
    taken(shop.world, [line("08", criterion="08???????", host=host) for host in ("1", "2")])
    page = shop.post(CHECK, **{**ASKED, "type": "RO", "number": "", "body": "08 756 0100"}).text
    assert "2 conventions conviennent autant" in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"type": "RO"}, "Neuf chiffres"),
        ({"number": ""}, "f-number"),
        ({"type": "ZZ"}, ""),
        ({"accord": "Z"}, ""),
        ({"day": "31/02/2026"}, ""),
    ],
)
def test_a_question_that_cannot_be_asked_is_told(
    shop: Shop, typed: dict[str, str], words: str
) -> None:
    answer = shop.post(CHECK, **{**ASKED, **typed})
    assert answer.status_code == 422 and words in answer.text


@pytest.mark.row("MAIIA-65")
@pytest.mark.scenario("F-16")
def test_aucune_convention_runs_its_three_checks_and_offers_the_mend(shop: Shop) -> None:
    taken(shop.world, TABLE)
    asked = {**ASKED, "number": "0799900028", "on_card": "0799900010"}
    page = shop.post(CHECK, **asked).text
    assert "Aucune convention" in page
    assert "Le dossier dit 0799900028, la carte dit 0799900010." in page
    assert "Le numéro de la carte a une convention." in page
    assert "Aucune table en vigueur ne porte le numéro 0799900028." in page
    assert "La table est récente" in page
    page = shop.post(CHECK, **{**asked, "on_card": ""}).text
    assert "Tapez le numéro de la carte" in page


def test_f8_a_number_in_no_table_gives_no_convention_and_the_three_causes(shop: Shop) -> None:
    taken(shop.world, TABLE)
    page = shop.post(CHECK, **{**ASKED, "number": "12345678"}).text.replace("\u00a0", " ")
    assert "Aucune convention" in page
    checks = page.partition('<ol class="life"')[2].partition("</ol>")[0]
    assert checks.count("<li") == 3
    assert "Aucune table en vigueur ne porte le numéro 12345678." in checks


@pytest.mark.row("MAIIA-65")
@pytest.mark.row("MAIIA-66")
@pytest.mark.scenario("F-16")
def test_aucune_convention_finds_the_file_that_waits_and_leads_to_it(shop: Shop) -> None:
    taken(shop.world, TABLE)
    rows = written([*TABLE, line("799900028", "OC", "")])
    waiting = read(shop.world.desk, NEXT, pieces_of(rows)).id
    page = shop.post(CHECK, **{**ASKED, "number": "0799900028"}).text
    assert "Un fichier plus récent" in page and f"version/{waiting}" in page
    shop.follow(f"{PLACE}version/{waiting}/confirm")
    assert "Convention trouvée" in shop.post(CHECK, **{**ASKED, "number": "0799900028"}).text
    assert shop.world.sql("select count(*) from convention_table where state = ?", (State.ACTIVE,))


def test_aucune_convention_without_any_table_leads_to_the_import(shop: Shop) -> None:
    page = shop.post(CHECK, **ASKED).text
    assert "Aucune table n’a jamais été importée" in page and "#import" in page
    taken(shop.world, TABLE)
    shop.world.clock.advance(days=30)
    assert (
        "Le dernier import date de 30 jours"
        in shop.post(CHECK, **{**ASKED, "number": "0799900028"}).text
    )


def test_rows_that_nearly_fit_are_shown(shop: Shop) -> None:
    taken(shop.world, TABLE)
    page = shop.post(CHECK, **{**ASKED, "type": "MU"}).text
    assert "Presque" in page and "MUTUELLE TI DOUE" in page


def dropped(shop: Shop, data: bytes, name: str) -> str:
    """The page a file let go of leads to."""
    form = {
        "table": (io.BytesIO(data), name), "page_token": shop.door.page_token, "dropped": "1",
    }  # fmt: skip
    answer = shop.client.post(f"{shop.door.root}{PLACE}receive", data=form)
    assert answer.status_code == 303, answer.text[-600:]
    return shop.get(answer.headers["Location"].removeprefix(shop.door.root))


def test_a_dropped_table_holds_at_once_only_when_nobody_could_lose_by_it(shop: Shop) -> None:
    assert "en vigueur" in dropped(shop, written(many(30)), FIRST)
    assert "Annuler l’import" in shop.get(f"{PLACE}version/{version(shop)}")
    assert "Déjà importé" in dropped(shop, written(many(30)), FIRST)
    for rows, name in ((many(29), NEXT), (many(31), "InterAMC_20260204.csv")):
        page = dropped(shop, written(rows), name)
        assert "Rien ne change tant que vous ne confirmez pas" in page, name
    assert conventions.standing(shop.world.desk).tables[0].rows == 30


def test_the_convention_of_a_caisse_is_proposed_filled(shop: Shop) -> None:
    shop.post("payers/new", name="Mutuelle des Armées", number="0799900036", unique="1")
    page = shop.get(f"{PLACE}new?signatory=08&for=0799900036")
    assert 'value="08???????"' in page and 'value="Mutuelle des Armées"' in page
