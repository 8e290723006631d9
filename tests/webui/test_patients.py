"""Patients: the list, the typed patient, the file with its panels and its contradictions."""

from dataclasses import replace

import pytest

from server.core.cards import CardAddress, CardKind, CardRead, Identity, Proof
from server.core.identifiers import Niss
from server.services import cards, treatments
from tests.people import LAMBIOTTE, OUCHENE, PIRSON, Person, agreement_number
from tests.webui.shop import Shop
from tests.world import World


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def card_of(shop: Shop, person: Person) -> CardRead:
    """What the demonstration card of a person says."""
    who = Identity(
        Niss(person.niss), person.last_name, person.first_name, None, "", "", "592000000000",
        "Belge", None, None, 1,
    )  # fmt: skip
    return CardRead(
        CardKind.EID, shop.world.clock.now(), "paper", who,
        CardAddress("Rue Basse 1", "4000", "Liège"), Proof.DEMO, "", b"", b"", b"", b"", b"",
    )  # fmt: skip


def test_an_empty_practice_says_how_the_first_file_comes(shop: Shop) -> None:
    page = shop.get("patients/")
    assert "0 patient." in page
    assert "Glissez une carte d’identité dans le lecteur" in page


def test_the_list_is_searched_by_name_and_by_niss(shop: Shop) -> None:
    shop.world.patient(OUCHENE)
    shop.world.patient(LAMBIOTTE)
    assert "OUCHENE" in shop.search("ouch")
    assert "LAMBIOTTE" not in shop.search("ouch")
    assert "LAMBIOTTE" in shop.search("39.06.21")
    assert "Aucun patient ne commence par" in shop.search("zzz")


def test_enter_opens_the_only_patient_found_and_stays_when_there_are_several(shop: Shop) -> None:
    key = shop.world.patient(OUCHENE)
    shop.world.patient(replace(OUCHENE, first_name="Farid", niss=LAMBIOTTE.niss))
    several = shop.post("patients/first", q="ouchene f")
    one = shop.post("patients/first", q="ouchene fat")
    assert several.status_code == 200
    assert 'value="ouchene f"' in several.text and "Farid" in several.text
    assert one.headers["Location"] == f"{shop.door.root}patients/{key}"


def test_every_fault_of_a_typed_patient_is_told_under_its_field(shop: Shop) -> None:
    answer = shop.post(
        "patients/new", last_name="", first_name="Ana", niss="81.11.02-996.44", birth_date="40/40"
    )
    assert answer.status_code == 422
    assert "3 réponses ne conviennent pas" in answer.text
    assert 'href="#f-niss">Les deux derniers chiffres de ce NISS' in answer.text
    assert 'id="d-birth_date">Ce n’est pas une date' in answer.text
    assert 'id="d-last_name">Cette réponse manque' in answer.text
    assert 'value="Ana"' in answer.text
    assert shop.world.sql("select count(*) from patient") == 0


def test_a_niss_that_already_has_a_file_is_refused_with_a_way_out(shop: Shop) -> None:
    shop.world.patient(OUCHENE)
    answer = shop.post("patients/new", last_name="X", first_name="Y", niss=OUCHENE.niss)
    assert "Ce NISS a déjà un dossier" in answer.text


def test_a_typed_patient_opens_with_age_mask_and_origin(shop: Shop) -> None:
    page = shop.follow(
        "patients/new", last_name="Ouchene", first_name="Fatima", niss=OUCHENE.niss, street="A 1",
        postcode="4130", city="Tilff",
    )  # fmt: skip
    assert "Fatima OUCHENE" in page
    assert "44 ans" in page
    assert "81.11.02-996.43" in page
    assert "A 1, 4130 Tilff" in page
    assert "saisi par vous, aujourd’hui" in page


def test_a_card_read_today_is_shown_with_what_its_signature_is_worth(shop: Shop) -> None:
    shown = cards.present(shop.world.desk, card_of(shop, PIRSON))
    page = shop.get(f"patients/{shown.patient}")
    assert "eID lue à 08:00" in page
    assert "Carte de démonstration" in page
    assert "Dossier à compléter" in page
    assert "lu sur la carte, aujourd’hui" in page


def test_a_card_that_contradicts_shows_both_values_and_waits_for_a_word(shop: Shop) -> None:
    key = shop.world.patient(OUCHENE)
    cards.present(shop.world.desk, card_of(shop, replace(OUCHENE, last_name="Benali")))
    page = shop.get(f"patients/{key}")
    assert "La carte ne dit pas la même chose que le dossier" in page
    assert "OUCHENE" in page
    assert "BENALI" in page
    after = shop.follow(f"patients/{key}/accept")
    assert "Fatima BENALI" in after
    assert "ne dit pas la même chose" not in after


def test_an_amended_identity_keeps_its_history(shop: Shop) -> None:
    key = shop.world.patient(OUCHENE)
    assert OUCHENE.last_name in shop.get(f"patients/{key}/edit")
    page = shop.follow(
        f"patients/{key}/edit", last_name="Ouchène", first_name="Fatima", niss=OUCHENE.niss
    )
    assert "OUCHÈNE" in page
    assert shop.world.sql("select count(*) from patient_identity") == 2


def test_insurability_is_typed_dated_and_kept_with_the_one_before(shop: Shop) -> None:
    key = shop.world.patient(OUCHENE)
    shop.world.clock.advance(days=3)
    assert "saisi par vous, il y a 3 jours" in shop.get(f"patients/{key}")
    page = shop.follow(f"patients/{key}/coverage", mutuality="319", ct1="110", ct2="110")
    assert "319 Solidaris" in page
    assert "1 valeur précédente" in page


def test_an_unknown_insurer_is_told_on_its_field_and_the_panel_stays_open(shop: Shop) -> None:
    key = shop.world.patient(PIRSON)
    answer = shop.post(f"patients/{key}/coverage", mutuality="777", ct1="1", ct2="110")
    assert answer.status_code == 422
    assert 'id="d-mutuality">Ce numéro n’est pas dans la table' in answer.text
    assert 'id="d-ct1">Ce code CT1' in answer.text
    assert "<details open>" in answer.text


def test_a_file_that_does_not_exist_is_a_page_with_a_way_back(shop: Shop) -> None:
    answer = shop.client.get(f"{shop.door.root}patients/01NOTHERE")
    assert answer.status_code == 404
    assert "Revenez à la liste" in answer.text


def test_f3_leads_to_the_search_from_everywhere(shop: Shop) -> None:
    answer = shop.client.get(f"{shop.door.root}search/")
    assert answer.headers["Location"] == f"{shop.door.root}patients/"


def test_the_screens_speak_dutch_too(shop: Shop) -> None:
    key = shop.world.patient(OUCHENE)
    shop.post("options/language", locale="nl")
    page = shop.get(f"patients/{key}")
    assert "Verzekerbaarheid" in page
    assert "Nieuwe" in page


def test_insurer_and_agreement_are_typed_on_one_panel(shop: Shop) -> None:
    series = shop.world.open_series(OUCHENE, agreed=False)
    key = shop.world.patient(OUCHENE)
    typed = {"mutuality": "134", "ct1": "111", "ct2": "111", "series": series}
    wrong = shop.post(f"patients/{key}/coverage", **typed, number="12", valid_from="")
    page = wrong.get_data(as_text=True)
    assert wrong.status_code == 422 and 'id="f-number"' in page
    good = agreement_number(7)
    page = shop.follow(f"patients/{key}/coverage", **typed, number=good, valid_from="01/03/2026")
    assert "Sans accord" not in page
    held = treatments.series(shop.world.desk, series).agreement
    assert held is not None and (held.number, held.source) == (good, "MANUAL")


def test_the_agreement_of_another_patients_series_is_not_taken(shop: Shop) -> None:
    series = shop.world.open_series(LAMBIOTTE)
    key = shop.world.patient(OUCHENE)
    typed = {"mutuality": "134", "ct1": "111", "ct2": "111", "series": series}
    answer = shop.post(f"patients/{key}/coverage", **typed, number=agreement_number(7))
    assert answer.status_code == 404
