import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidValue, ReferenceRefused
from server.countries.belgium.refusal_tables import ActionKind, Opens, Wording
from server.countries.belgium.refusals import Dictionary, Explanation, contact_only

ROOT = Path(__file__).resolve().parents[3]
TABLES = ROOT / "server" / "reference"
SHARED = ROOT.parent / "shared"
LOCALES = ("fr_BE", "nl")
Rows = list[dict[str, str]]


def rows(name: str) -> Rows:
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


CODES = rows("be_efact_codes")
ZONES = rows("be_efact_zones")
COMMON = rows("be_efact_errors_common")
ASSIGNED = rows("be_efact_error_classes")
DICTIONARY = Dictionary.load(CODES, ZONES, COMMON, ASSIGNED)


def shared(path: str) -> Path:
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"the reference page {path} is not beside this checkout")
    return found


def published() -> Rows:
    with shared("data/be/efact_errors.csv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def returned() -> Iterator[tuple[str, str]]:
    """Letter and code of every refusal in the sample returns (`be-efact.md` §4, error part)."""
    for sample in sorted(shared("data/be/efact_samples").glob("9200*.txt")):
        text = sample.read_text("latin-1")
        for start in range(677, len(text), 800):
            places = (text[start + at : start + at + 7] for at in (456, 463, 470))
            for place in places:
                if re.fullmatch("[BRFES][0-9A-Z]{6}", place) and place[1:] != "000000":
                    yield place[0], place[1:]


def texts(said: Explanation) -> tuple[str, str, str]:
    return said.sentence, said.action, said.money


def is_well_written(text: str, locale: str) -> bool:
    whole = text == text.strip() and text.endswith(".") and text[0] not in text[0].lower()
    clean = not re.search(r"  |[{}]|\.\.|!|[0-9][0-9A-Z]{5}|,,|\b\d{4}[A-Z]\d\b", text)
    if locale == "fr_BE":
        spaced = not re.search(r"[^\u00a0][:;?»]|«[^\u00a0]|'", text)
    else:
        spaced = not re.search(r"\s[:;?]|[«»\u00a0']", text)
    return whole and clean and spaced


def test_every_code_the_samples_return_has_a_sentence_of_its_own() -> None:
    found = set(returned())
    assert len(found) > 40
    for letter, code in found:
        assert DICTIONARY.explain(letter, code, "fr_BE").hand_written, code


def test_the_index_of_the_samples_names_no_code_without_a_sentence_of_its_own() -> None:
    index = shared("data/be/efact_samples/index.csv").read_text("utf-8")
    codes = set(re.findall(r":[BRFES]([0-9A-Z]{6})", index))
    assert codes
    assert codes <= DICTIONARY.codes.keys()


@pytest.mark.parametrize("page", ["be-efact.md", "domain.md"])
def test_every_code_a_reference_page_names_has_a_sentence_of_its_own(page: str) -> None:
    known = {row["code"] for row in published()}
    named = re.findall(r"[0-9]{4}[0-9A-Z]{2}", shared(f"spec/{page}").read_text("utf-8"))
    needed = known & set(named)
    assert len(needed) > 25
    assert needed <= DICTIONARY.codes.keys()


@pytest.mark.parametrize("locale", LOCALES)
def test_every_published_code_gets_a_correct_sentence_and_action(locale: str) -> None:
    listed = published()
    assert len(listed) == 2128
    bad = [
        (row["code"], text)
        for row in listed
        for text in texts(DICTIONARY.explain(row["class"], row["code"], locale))
        if not is_well_written(text, locale)
    ]
    assert bad == []


@pytest.mark.parametrize("locale", LOCALES)
def test_every_hand_written_sentence_is_correct_and_hides_its_code(locale: str) -> None:
    for row in CODES:
        said = DICTIONARY.explain(row["letter_usual"], row["code"], locale)
        assert all(is_well_written(text, locale) for text in texts(said)), said
        assert row["code"] not in said.sentence + said.action


def test_the_french_is_belgian() -> None:
    french = " ".join(row[column] for row in CODES + COMMON for column in ("cause_fr", "action_fr"))
    assert not re.search(r"\b(mutuelle|caisse|ordonnance|feuille de soins|NIR)\b", french)


@pytest.mark.parametrize("column", ["action_fr", "action_nl", "cause_fr", "cause_nl"])
def test_no_two_codes_share_a_text(column: str) -> None:
    repeated = [text for text, times in Counter(row[column] for row in CODES).items() if times > 1]
    assert repeated == []


def test_an_action_that_ends_at_the_insurer_is_rare_and_listed() -> None:
    assert contact_only(DICTIONARY) == (
        "050000",
        "101403",
        "101420",
        "103620",
        "201620",
        "500130",
    )


def test_a_report_to_us_opens_nothing_of_the_kines_own() -> None:
    for code, advice in DICTIONARY.codes.items():
        ours = advice.opens is Opens.SOFTWARE
        assert ours == (advice.action_kind is ActionKind.REPORT_BUG), code


def test_a_missing_prescriber_sends_the_kine_to_the_prescription() -> None:
    said = DICTIONARY.explain("R", "502405", "fr_BE")
    assert said.opens is Opens.PRESCRIPTION_PRESCRIBER
    assert said.action_kind is ActionKind.CORRECT
    assert "prescripteur manque" in said.sentence
    assert DICTIONARY.sentence("R", "502405", "fr_BE") == said.sentence


def test_dutch_uses_the_words_of_belgium() -> None:
    said = DICTIONARY.explain("R", "521904", "nl")
    assert said.sentence == (
        "Het akkoordnummer ontbreekt, terwijl deze verstrekking alleen daarmee wordt betaald."
    )
    assert said.money.startswith("Deze verstrekking wordt niet betaald")


def test_a_code_without_its_own_sentence_is_composed_from_its_zone_and_class() -> None:
    said = DICTIONARY.explain("R", "502002", "fr_BE")
    assert not said.hand_written
    assert "«\u00a0date de la prescription\u00a0»" in said.sentence
    assert "(ligne de prestation)" in said.sentence
    assert said.opens is Opens.PRESCRIPTION_DATE


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("502442", "ne contient pas le zéro ou le blanc attendu"),
        ("502004", "Une donnée obligatoire manque"),
        ("500438", "n’est payée qu’avec une autre"),
        ("500610", "se trouve dans le futur"),
        ("500523", "Les codes CT1 et CT2 envoyés"),
        ("500649", "le patient est décédé"),
        ("802412", "ne répète pas la valeur donnée plus haut"),
    ],
)
def test_the_class_of_a_published_code_decides_its_words(code: str, said: str) -> None:
    assert said in DICTIONARY.sentence("R", code, "fr_BE")


def test_a_zone_only_the_program_fills_is_ours_to_repair() -> None:
    said = DICTIONARY.explain("B", "500201", "nl")
    assert said.opens is Opens.SOFTWARE
    assert said.action_kind is ActionKind.REPORT_BUG
    assert "volgnummer van het record" in said.action


def test_a_code_nobody_published_says_so_and_points_at_its_zone() -> None:
    said = DICTIONARY.explain("R", "5020Z9", "fr_BE")
    assert "sans motif que nous connaissions" in said.sentence
    assert said.opens is Opens.PRESCRIPTION_DATE


def test_without_the_published_classes_the_last_two_characters_decide() -> None:
    short = Dictionary.load(CODES, ZONES, COMMON)
    assert short.sentence("R", "502002", "nl") == DICTIONARY.sentence("R", "502002", "nl")
    assert "zonder reden die wij kennen" in short.sentence("R", "500540".replace("40", "42"), "nl")


def test_a_zone_without_a_name_is_called_by_its_number() -> None:
    assert "«\u00a0n°\u00a042\u00a0»" in DICTIONARY.sentence("B", "504201", "fr_BE")


@pytest.mark.parametrize("code", ["050000", "", "5", "50X405", "99 405", "5024051", "5024é5"])
def test_a_malformed_code_gets_an_honest_sentence(code: str) -> None:
    said = DICTIONARY.explain("R", code, "fr_BE")
    assert "code illisible" in said.sentence
    assert said.opens is Opens.INSURER


@pytest.mark.parametrize("code", ["500119", "510119", "520119", "300119", "200140"])
def test_a_consequence_says_that_the_cause_is_elsewhere(code: str) -> None:
    said = DICTIONARY.explain("R", code, "nl")
    assert said.opens is Opens.LOT_LINES
    assert said.action_kind is ActionKind.NONE
    assert not re.search(r"meld ons|bel", said.action)


@pytest.mark.parametrize(
    ("letter", "money"),
    [
        ("B", "Tout le fichier est refusé"),
        ("F", "Toute la facture de ce patient est refusée"),
        ("R", "Cette prestation n’est pas payée"),
        ("E", "Un écart d’assurabilité"),
        ("S", "C’est un simple signalement"),
        ("", "Le degré du refus n’est pas connu"),
    ],
)
def test_each_letter_says_what_it_means_for_the_money(letter: str, money: str) -> None:
    assert DICTIONARY.explain(letter, "502405", "fr_BE").money.startswith(money)


def test_what_is_paid_all_the_same_is_never_sent_again() -> None:
    said = DICTIONARY.explain("S", "502405", "fr_BE")
    assert said.action.startswith("Ne renvoyez rien")
    assert said.action_kind is ActionKind.NONE
    assert said.hand_written


def test_a_signal_that_has_its_own_action_keeps_it() -> None:
    said = DICTIONARY.explain("S", "502744", "fr_BE")
    assert said.action == DICTIONARY.codes["502744"].action.fr


@pytest.mark.parametrize("locale", LOCALES)
def test_every_header_error_has_a_sentence_of_its_own(locale: str) -> None:
    exact = [row["match"] for row in COMMON if row["kind"] == "header" and "*" not in row["match"]]
    assert len(exact) == 21
    for zone, code in (match.split(":") for match in exact):
        said = DICTIONARY.zone_error(zone, code, locale)
        assert said.hand_written
        assert all(is_well_written(text, locale) for text in texts(said)), said


def test_a_duplicate_sending_number_leads_to_the_lots_number() -> None:
    said = DICTIONARY.zone_error("3011", "40", "fr_BE")
    assert said.opens is Opens.LOT_NUMBER
    assert "déjà reçu un envoi avec ce numéro" in said.sentence
    assert said.money.startswith("Tout le fichier est refusé")


def test_a_missing_phone_leads_to_the_practice() -> None:
    said = DICTIONARY.zone_error("3071", "10", "fr_BE")
    assert said.opens is Opens.PRACTICE_PHONE
    assert "téléphone de la personne de contact" in said.sentence
    assert not said.hand_written


@pytest.mark.parametrize(("zone", "code"), [("2061", "20"), ("", ""), ("7", "99"), ("4091", "77")])
@pytest.mark.parametrize("locale", LOCALES)
def test_an_unknown_header_error_is_still_explained(zone: str, code: str, locale: str) -> None:
    said = DICTIONARY.zone_error(zone, code, locale)
    assert said.opens is Opens.SOFTWARE
    assert all(is_well_written(text, locale) for text in texts(said)), said


@given(st.text(max_size=8), st.text(max_size=2), st.sampled_from(LOCALES))
def test_whatever_an_insurer_sends_is_explained(code: str, letter: str, locale: str) -> None:
    for text in texts(DICTIONARY.explain(letter, code, locale)):
        assert text.endswith(".")
    for text in texts(DICTIONARY.zone_error(code, letter, locale)):
        assert text.endswith(".")


def test_a_locale_of_another_country_is_refused() -> None:
    with pytest.raises(InvalidValue) as refused:
        DICTIONARY.sentence("R", "502405", "fr_FR")
    assert refused.value.facts == {"field": "locale", "reason": "unknown"}


def test_the_same_name_is_never_given_to_two_zones_of_one_record() -> None:
    for column in ("name_fr", "name_nl"):
        names = Counter((row["record"], row[column]) for row in ZONES if row["zone"])
        assert [name for name, times in names.items() if times > 1] == []


def test_every_row_says_how_sure_it_is_and_where_it_comes_from() -> None:
    for row in CODES + COMMON:
        assert row["confidence"] in {"S", "K"}
        assert row["source"]


def test_a_table_with_an_unknown_field_is_refused_with_its_line() -> None:
    wrong = [CODES[0], CODES[1] | {"field": "patient.shoe"}]
    with pytest.raises(ReferenceRefused) as refused:
        Dictionary.load(wrong, ZONES, COMMON)
    assert refused.value.facts == {"rows": ((3, "unknown word"),)}


def test_a_table_without_a_column_is_refused_with_its_name() -> None:
    with pytest.raises(ReferenceRefused) as refused:
        Dictionary.load(CODES, [{"record": "10", "zone": ""}], COMMON)
    assert refused.value.facts == {"rows": ((2, "column name_fr"),)}


def test_a_table_without_the_sentence_for_unknown_codes_is_refused() -> None:
    short = [row for row in COMMON if row["match"] != "other"]
    with pytest.raises(ReferenceRefused) as refused:
        Dictionary.load(CODES, ZONES, short)
    assert refused.value.facts == {"rows": ((0, "class other"),)}


def test_a_code_of_a_class_without_sentence_is_refused() -> None:
    with pytest.raises(ReferenceRefused) as refused:
        Dictionary.load(CODES, ZONES, COMMON, [{"code": "500540", "class": "bad_weather"}])
    assert refused.value.facts == {"rows": ((2, "unknown word"),)}


def test_a_wording_has_exactly_the_two_languages_of_a_belgian_screen() -> None:
    assert [field.name for field in fields(Wording)] == ["fr", "nl"]
