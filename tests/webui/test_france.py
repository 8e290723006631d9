"""A practice of France on its screens: made, worked in, and shown nothing of the other country."""

import re

import pytest

from server.core.country import Country
from tests.france import (
    CASANOVA,
    GARREC,
    KOVACH,
    MARCHAND,
    MEYER,
    PETROV,
    FrenchPerson,
    admitted,
)
from tests.security.forms import crawled
from tests.webui.shop import Shop
from tests.webui.test_i18n import sentences
from tests.world import World
from webui.countries import ONLY, has

BELGIAN_WORDS = ("NISS", "INAMI", "eFact", "mutualité", "assurabilité", "CT1")
_ADDRESS = re.compile(r'\b(?:href|src|action|hx-[a-z]+|sse-connect)="[^"]*"')
_KEY = re.compile(r"(?<![\w./=\"-])[a-z_]+(?:\.[A-Za-z_0-9]+)+(?![\w/])")


@pytest.fixture
def shop(french_world: World) -> Shop:
    return Shop(french_world)


@pytest.fixture
def pages(shop: Shop) -> dict[str, str]:
    """Every page that links lead to, with people whose files differ."""
    for person in (MARCHAND, PETROV, CASANOVA):
        admitted(shop.world, person)
    admitted(shop.world, MEYER, nir="170076799990828")  # a wrong key
    client = shop.client

    def get(path: str) -> str | None:
        answer = client.get(shop.door.root + path, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text if answer.mimetype == "text/html" else None

    first = client.get(shop.door.root).headers["Location"].removeprefix(shop.door.root)
    return dict(crawled(get, shop.door.root, first))


def test_every_link_leads_somewhere_and_every_sentence_is_spoken(pages: dict[str, str]) -> None:
    assert len(pages) > 20
    families = {key.partition(".")[0] for key in (*sentences("fr_BE"), *sentences("fr_FR"))}
    for path, page in pages.items():
        bare = {key for key in _KEY.findall(_ADDRESS.sub("", page))}
        assert not [key for key in bare if key.partition(".")[0] in families], path


def test_no_word_of_belgium_is_on_a_french_screen(pages: dict[str, str]) -> None:
    for path, page in pages.items():
        assert not [word for word in BELGIAN_WORDS if word in page], path


def test_no_sentence_of_the_french_catalogue_names_a_thing_of_belgium() -> None:
    word = re.compile(r"\b(INAMI|eFact|eAttest|assurabilité|RIZIV|CT1)\b")
    spoken = sentences("fr_FR")
    assert not [key for key, texts in spoken.items() if any(map(word.search, texts))]


def test_a_screen_of_the_other_country_answers_with_a_sentence(shop: Shop) -> None:
    for path in ("billing/", "finances/", "options/mandates/", "refusals/"):
        answer = shop.client.get(shop.door.root + path)
        assert answer.status_code == 404
        assert "n’existe pas pour un cabinet de ce pays" in answer.text
    assert "n’existe pas" in shop.post("options/tariff").text


@pytest.mark.row("MAIIA-79")
def test_the_menu_on_the_left_leads_to_the_options(shop: Shop) -> None:
    menu = shop.get("patients/").partition('id="menu"')[2].partition("</nav>")[0]
    assert f'href="{shop.door.root}options/"' in menu and "Options" in menu


def test_a_country_has_its_own_pages_and_those_of_everybody() -> None:
    assert has("FR", "patients.show") and has("BE", "patients.show")
    assert has("BE", "billing.seal") and not has("FR", "billing.seal")
    assert has("BE", "patients.insure") and not has("FR", "patients.insure")
    assert not ONLY[Country.BELGIUM] & ONLY[Country.FRANCE]


def test_a7_a_number_with_a_wrong_key_makes_a_draft_that_says_why(shop: Shop) -> None:
    form = {**MEYER.form, "nir": "1 88 11 34 170 052 27"}
    page = shop.follow("patients/new", **form)
    assert "brouillon" in page and "clé" in page and "rien ne peut être sécurisé" in page
    assert shop.world.sql("select draft from patient") == 1
    patient = str(shop.world.sql("select id from patient"))
    page = shop.follow(f"patients/{patient}/edit", **MEYER.form)
    assert "rien ne peut être sécurisé" not in page
    assert shop.world.sql("select draft from patient") == 0


def test_a_number_of_corsica_and_a_lunar_birth_are_taken_as_they_are(shop: Shop) -> None:
    page = shop.follow("patients/new", **CASANOVA.form)
    assert "2 92 03 2A 999 907 37" in page
    page = shop.follow(
        "patients/new", **{**GARREC.form, "nir": "2581935999910 69", "birth_date": "00/19/1958"}
    )
    assert "00/19/1958" in page and "brouillon" not in page


@pytest.mark.parametrize(
    ("person", "nir", "birth", "sex"),
    [
        (PETROV, "765039912345673", "12/03/1965", "M"),
        (KOVACH, "877119935001284", "02/11/1977", "F"),
    ],
)
def test_a6_a_provisional_number_is_told_as_such_with_a_word_about_state_aid(
    shop: Shop, person: FrenchPerson, nir: str, birth: str, sex: str
) -> None:
    page = shop.follow("patients/new", **{**person.form, "nir": nir, "birth_date": birth})
    assert "numéro provisoire : pensez à l’AME" in page.replace("\u00a0", " ")
    assert shop.world.sql("select sex from patient") == sex


def test_m5_a_birth_no_calendar_knows_is_kept_and_tells_an_age_by_its_year(shop: Shop) -> None:
    page = shop.follow(
        "patients/new", **{**GARREC.form, "nir": "142196296516695", "birth_date": "01/19/1942"}
    )
    assert "84 ans cette année, naissance le 01/19/1942" in page
    assert shop.world.sql("select birth_date from patient") is None
    assert shop.world.sql("select birth_text from french_identity") == "1942-19-01"


def test_wrong_fields_are_told_in_french_words(shop: Shop) -> None:
    form = {**MARCHAND.form, "nir": "123", "organism": "01", "birth_date": "hier",
            "birth_place": "2923", "proof": "LIBRARY_CARD", "birth_rank": "12"}  # fmt: skip
    answer = shop.post("patients/new", **form)
    assert answer.status_code == 422
    for words in ("quinze caractères", "neuf chiffres", "cinq caractères"):
        assert words in answer.text


def test_one_person_has_one_file_but_a_child_may_bear_a_parents_number(shop: Shop) -> None:
    admitted(shop.world, MEYER)
    answer = shop.post("patients/new", **MEYER.form)
    assert answer.status_code == 422 and "déjà un dossier" in answer.text
    child = {**MEYER.form, "first_name": "Jade", "birth_date": "2015-06-11"}
    assert "numéro dit une autre" in shop.follow("patients/new", **child)


def test_an_identity_is_validated_by_a_paper_and_never_called_qualified(shop: Shop) -> None:
    patient = admitted(shop.world, MARCHAND)
    assert "provisoire" in shop.get(f"patients/{patient}")
    traits = {"birth_name": "Le Goux", "birth_place": "29232", "proof": "ID_CARD"}
    page = shop.follow(f"patients/{patient}/edit", **MARCHAND.form, **traits)
    assert "validée" in page and "LE GOUX" in page and "qualifiée" not in page


def test_the_practice_says_where_it_stands(shop: Shop) -> None:
    page = shop.get("options/")
    assert "297000010" in page and "plaine" in page
    form = {**shop_card(), "territory": "MOON", "billing_number": "297000011"}
    answer = shop.post("options/practice", **form)
    assert answer.status_code == 422 and "numéro de facturation" in answer.text


def shop_card() -> dict[str, str]:
    from tests.france import CARD

    return dict(CARD)
