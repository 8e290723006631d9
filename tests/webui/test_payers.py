"""The list of complementaries on the screen: found, created in four steps, tried, printed."""

import re

import pytest

from server.services import complementaries, covers
from tests.france import MARCHAND, MEYER, admitted
from tests.webui.shop import Shop
from tests.world import World

BREIZH = {"name": "Mutuelle Breizh Santé", "number": "0799900082", "unique": "1"}


@pytest.fixture
def shop(french_world: World) -> Shop:
    return Shop(french_world)


def names(page: str) -> list[str]:
    return re.findall(r'data-item href="[^"]*/payers/\d+">([^<]+)<', page)


@pytest.mark.row("SOFIA-17", "SOFIA-18", "SOFIA-20", "MAIIA-18")
def test_the_starting_list_has_the_columns_and_hides_what_is_over(shop: Shop) -> None:
    page = shop.get("payers/")
    for column in ("Numéro", "Gestion unique", "Nom", "Type convention", "Critère sec.", "Adresse",
                   "Localité", "Téléphone"):  # fmt: skip
        assert f">{column}</a>" in page
    assert len(names(page)) == 13 and "ACS contrat A" not in page
    assert len(names(shop.get("payers/?everything=1"))) == 16
    kinds = {each.convention_type for each in complementaries.listed(shop.world.desk)}
    assert kinds == {"AC", "MU", "RO", "RC", "OC", "SP"}


@pytest.mark.scenario("G-02")
@pytest.mark.row("SOFIA-19")
def test_eight_or_ten_digits_find_the_same_complementary(shop: Shop) -> None:
    for typed in ("99999997", "0099999997", "009999 9997"):
        assert names(shop.post("payers/found", q=typed).text) == [
            "C2S gérée par la caisse (attestation)"
        ]
    assert names(shop.post("payers/found", q="acoris").text) == ["ACORIS MUTUELLES"]
    assert "ne répond" in shop.post("payers/found", q="zzz").text


@pytest.mark.scenario("G-02")
def test_the_list_is_filtered_on_management_and_sorted_by_any_column(shop: Shop) -> None:
    unique, separate = names(shop.get("payers/?which=GU")), names(shop.get("payers/?which=GS"))
    assert "PLANSANTE" in separate and "PLANSANTE" not in unique
    assert len(unique) + len(separate) == 13
    for column in complementaries.SORTS:
        assert len(names(shop.get(f"payers/?sort={column}"))) == 13
    by_number = names(shop.get("payers/?sort=number"))
    assert by_number[0] == "PLANSANTE" and by_number != names(shop.get("payers/"))


@pytest.mark.scenario("G-01")
@pytest.mark.row("SOFIA-11", "SOFIA-12", "SOFIA-13", "SOFIA-21", "SOFIA-31")
def test_a_complementary_is_created_in_four_steps(shop: Shop) -> None:
    page = shop.get("payers/new")
    asked = ("Nom", "Numéro", "Mutuelle en gestion unique", "OK, enregistrer")
    places = [page.index(f">{words}") for words in asked]
    assert places == sorted(places)
    for name in ("contact", "street1", "street2", "city", "phone1", "phone2", "email", "account"):
        assert f'name="{name}"' in page
    assert 'data-key="Enter"' in page and 'data-key="Escape"' in page
    page = shop.follow("payers/new", **BREIZH)
    assert "Mutuelle Breizh Santé" in page and "0799900082" in page
    held = complementaries.get(shop.world.desk, "799900082")
    assert held.unique and held.convention_type == "" and held.doubtful
    assert "rien n’est bloqué" in page


@pytest.mark.parametrize("number", ["66666664", "7272727272", "1221212145"])
def test_a10_a_check_digit_that_does_not_fit_warns_and_stops_nothing(
    shop: Shop, number: str
) -> None:
    place = f"payers/{number:0>10}"
    assert shop.post(place, name="Mutuelle d’essai", convention_type="OC").status_code == 303
    assert "rien n’est bloqué" in shop.get(place)
    held = complementaries.get(shop.world.desk, number)
    assert (held.name, held.doubtful) == ("Mutuelle d’essai", True)
    assert shop.world.sql("select count(*) from complementary") == 1


@pytest.mark.scenario("G-01")
def test_it_is_listed_with_its_tick_and_no_type_and_every_patient_reuses_it(shop: Shop) -> None:
    shop.post("payers/new", **BREIZH)
    row = re.search(r"<tr>(?:(?!</tr>).)*Breizh.*?</tr>", shop.get("payers/"), re.DOTALL)
    assert row is not None
    assert "0799900082" in row[0] and ">oui<" in row[0]
    assert re.search(r'data-l="Type convention">–<', row[0])
    for person in (MARCHAND, MEYER):
        patient = admitted(shop.world, person)
        page = shop.follow(f"covers/{patient}", amc="breizh", cover_source="PAPER")
        assert "Mutuelle Breizh Santé" in page
    assert shop.world.sql("select count(*) from complementary") == 1


@pytest.mark.row("SOFIA-23")
def test_a_number_already_listed_is_refused_with_or_without_its_zeros(shop: Shop) -> None:
    shop.post("payers/new", **BREIZH)
    for number in ("0799900082", "799900082", "99999997"):
        answer = shop.post("payers/new", **{**BREIZH, "number": number})
        assert answer.status_code == 422 and "déjà dans la liste" in answer.text
    assert shop.world.sql("select count(*) from complementary") == 1


def test_what_is_typed_wrong_is_told_field_by_field(shop: Shop) -> None:
    wrong = {"name": "", "number": "12", "convention_type": "RO", "other_number": "x",
             "noemie": "PERHAPS", "account": "FR76", "base": "MOON", "rate": "-5",
             "ceiling": "-1"}  # fmt: skip
    answer = shop.post("payers/new", **wrong)
    assert answer.status_code == 422
    assert "six à dix chiffres" in answer.text and "cochez-la" in answer.text
    answer = shop.post("payers/new", **{**BREIZH, "other_number": "799900082",
                                        "convention_type": "XX"})  # fmt: skip
    assert "sont le même" in answer.text


@pytest.mark.row("SOFIA-14", "SOFIA-15", "MAIIA-74", "SOFIA-3")
def test_a_separate_one_keeps_what_a_unique_one_has_no_use_for(shop: Shop) -> None:
    form = {"name": "Ti Doué", "number": "799900010", "convention_type": "OC", "criterion": "ab1",
            "routing": "m", "dre_without_tp": "1", "other_number": "799900011", "noemie": "YES",
            "account": "FR7630006000011234567890189", "street1": "1 quai",
            "city": "Brest"}  # fmt: skip
    shop.follow("payers/new", **form)
    row = complementaries.get(shop.world.desk, "0799900010").row
    assert (row.criterion, row.routing, row.dre_without_tp, row.noemie) == ("AB1", "M", True, "YES")
    assert row.other_number == "0799900011"
    shop.post("payers/0799900010", **form, unique="1")
    row = complementaries.get(shop.world.desk, "0799900010").row
    assert (row.management, row.criterion, row.routing, row.dre_without_tp) == ("GU", "", "", False)


@pytest.mark.row("SOFIA-16")
def test_a_local_rule_is_tried_on_an_example_before_it_is_kept(shop: Shop) -> None:
    example = {"spent": "17,90", "tariff": "17,90", "amo": "10,74"}
    page = shop.post("payers/tried", base="TM", rate="50", **example).text
    assert "3,58" in page
    assert "base de calcul" in shop.post("payers/tried", **example).text
    assert shop.post("payers/tried", base="TM", rate="beaucoup", **example).status_code == 422
    shop.post("payers/new", **BREIZH, base="SPENT", rate="62,5", ceiling="12")
    rule = complementaries.get(shop.world.desk, "799900082").rule
    assert rule is not None and (rule.rate_bp, rule.ceiling_cents) == (6250, 1200)


@pytest.mark.scenario("G-02")
@pytest.mark.row("SOFIA-22")
def test_one_in_use_is_put_aside_never_deleted_and_comes_back(shop: Shop) -> None:
    shop.post("payers/new", **BREIZH)
    shop.post("payers/new", **{**BREIZH, "name": "Vide", "number": "799900090"})
    patient = admitted(shop.world, MARCHAND)
    covers.assign(shop.world.desk, patient, {"amc": "799900082", "cover_source": "PAPER"})
    page = shop.get("payers/0799900082")
    assert "ne se supprime pas" in page and ">Supprimer" not in page
    assert shop.post("payers/0799900082/delete").status_code == 409
    assert "Supprimer" in shop.get("payers/0799900090")
    assert shop.post("payers/0799900090/delete").status_code == 303
    assert shop.client.get(f"{shop.door.root}payers/0799900090").status_code == 404
    assert "mise de côté" in shop.follow("payers/0799900082/aside", active="0")
    assert "Breizh" not in shop.get("payers/")
    shop.follow("payers/0799900082/aside", active="1")
    assert "Breizh" in shop.get("payers/")


def test_one_of_the_starting_list_becomes_the_practices_own_once_changed(shop: Shop) -> None:
    assert "liste de départ" in shop.get("payers/0000401737")
    assert shop.post("payers/0000401737/delete").status_code == 409
    shop.post("payers/0000401737", name="Plan Santé Bretagne", convention_type="SP")
    page = shop.post("payers/found", q="plan").text
    assert names(page) == ["Plan Santé Bretagne"]
    assert complementaries.get(shop.world.desk, "75500017").profile == "AME"


@pytest.mark.scenario("G-02")
@pytest.mark.row("SOFIA-22")
def test_the_lines_ticked_are_printed(shop: Shop) -> None:
    page = shop.get("payers/")
    for act in ("Tout choisir", "Ne rien choisir", "Imprimer les lignes cochées", "Chercher",
                "Créer"):  # fmt: skip
        assert act in page, act
    answer = shop.client.post(
        f"{shop.door.root}payers/print",
        data={"number": ["0000401737", "0099999997"], "page_token": shop.door.page_token},
    )
    assert answer.status_code == 200 and answer.data.startswith(b"%PDF-")
    answer = shop.post("payers/print")
    assert answer.status_code == 422 and "Cochez" in answer.text
