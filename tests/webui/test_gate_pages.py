"""Making, unlocking and locking a practice, and what is said when it does not work."""

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.core.errors import DamagedPractice
from tests.webui.house import PASSPHRASE, House, let_in
from webui.gate import GateState, GateUser

ANSWERS = {
    "country": "BE",
    "locale": "nl",
    "practice_name": "Kine Lindenhof",
    "holder_name": "Sophie Marchal",
    "provider_number": "5-45678-44-527",
    "passphrase": PASSPHRASE,
    "passphrase_again": PASSPHRASE,
}


def post(client: FlaskClient, house: House, path: str, **fields: object) -> tuple[int, str]:
    data = {"page_token": house.door.page_token, **fields}
    answer = client.post(house.door.root + path, data=data)
    return answer.status_code, answer.headers.get("Location") or answer.text


@pytest.mark.parametrize(
    ("state", "page"),
    [
        (GateState.EMPTY, "new"),
        (GateState.UNPROVEN, "recovery"),
        (GateState.LOCKED, "unlock"),
        (GateState.OPEN, "unlock"),  # opened by another browser
    ],
)
def test_the_entry_leads_to_what_comes_next(
    visitor: FlaskClient, house: House, state: GateState, page: str
) -> None:
    house.gate.state = state
    assert visitor.get(house.door.root).headers["Location"] == house.door.root + page


def test_an_open_practice_leads_to_the_day(client: FlaskClient, house: House) -> None:
    assert client.get(house.door.root).headers["Location"] == f"{house.door.root}today/"


def test_the_person_whose_card_is_in_is_proposed_and_another_can_be_chosen(
    visitor: FlaskClient, house: House
) -> None:
    page = visitor.get(f"{house.door.root}unlock").text
    assert "<h2>Sophie MARCHAL</h2>" in page
    page = visitor.get(f"{house.door.root}unlock?user=u2").text
    assert "<h2>Thierry LENOIR</h2>" in page


def test_a_wrong_passphrase_gets_a_sentence_under_its_field_and_keeps_the_person(
    visitor: FlaskClient, house: House
) -> None:
    status, page = post(visitor, house, "unlock", user="u2", passphrase="wrong")
    assert status == 403
    assert "<h2>Thierry LENOIR</h2>" in page
    assert 'aria-invalid="true"' in page and "n’ouvre pas le cabinet" in page
    assert "wrong" not in page


def test_a_form_without_its_fields_is_a_sentence_and_not_a_trace(
    visitor: FlaskClient, house: House
) -> None:
    status, page = post(visitor, house, "unlock")
    assert status == 400
    assert "pas complète" in page


def test_a_practice_is_made_proved_and_opened(visitor: FlaskClient, house: House) -> None:
    house.gate.state = GateState.EMPTY
    status, location = post(visitor, house, "new", **ANSWERS)
    assert (status, location) == (303, f"{house.door.root}recovery")
    made = house.gate.made
    assert made and made.provider_number == "54567844527"
    page = visitor.get(location).text
    assert "K7QPD" in page and "Teken 13" in page
    status, page = post(visitor, house, "recovery", character=["x", "M", "T", "N"])
    assert status == 422 and "niet die van de code" in page
    status, location = post(visitor, house, "recovery", character=["7", "m", "v", "5"])
    assert (status, location) == (303, house.door.root)
    assert visitor.get(f"{house.door.root}today/").status_code == 200


def test_every_wrong_field_is_told_at_once_and_what_was_typed_stays(
    visitor: FlaskClient, house: House
) -> None:
    house.gate.state = GateState.EMPTY
    wrong = ANSWERS | {"provider_number": "123", "holder_name": " ", "passphrase_again": "other"}
    status, page = post(visitor, house, "new", **wrong)
    assert status == 422
    assert page.count('class="err"') == 3
    assert 'value="Kine Lindenhof"' in page and 'value="123"' in page
    assert PASSPHRASE not in page
    assert 'href="#f-provider_number"' in page
    assert house.gate.made is None


def test_a_refusal_of_the_service_is_told_under_its_field(
    visitor: FlaskClient, house: House
) -> None:
    house.gate.state = GateState.EMPTY
    short = ANSWERS | {"passphrase": "abc", "passphrase_again": "abc", "locale": "fr_BE"}
    status, page = post(visitor, house, "new", **short)
    assert status == 422 and "trop courte" in page


def test_a_country_or_language_that_was_not_offered_is_refused(
    visitor: FlaskClient, house: House
) -> None:
    house.gate.state = GateState.EMPTY
    status, _ = post(visitor, house, "new", **(ANSWERS | {"country": "LU"}))
    assert status == 422


def test_the_page_that_makes_a_practice_speaks_the_language_asked_for(
    visitor: FlaskClient, house: House
) -> None:
    house.gate.state = GateState.EMPTY
    page = visitor.get(f"{house.door.root}new?locale=nl").text
    assert '<html lang="nl-BE">' in page and "Uw RIZIV-nummer" in page


def test_a_second_practice_cannot_be_made_over_the_first(
    visitor: FlaskClient, house: House
) -> None:
    status, _ = post(visitor, house, "new", **ANSWERS)
    assert status == 409
    assert house.gate.made is None
    assert visitor.get(f"{house.door.root}new").status_code == 409


def test_locking_leads_back_to_the_passphrase(client: FlaskClient, house: House) -> None:
    status, location = post(client, house, "lock")
    assert (status, location) == (303, house.door.root)
    assert house.gate.state is GateState.LOCKED


def test_a_practice_without_users_shows_no_form(
    visitor: FlaskClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.gate, "users", tuple[GateUser, ...])
    assert "<form" not in visitor.get(f"{house.door.root}unlock").text


def test_an_error_without_a_form_is_a_page_with_its_code(
    client: FlaskClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged() -> None:
        raise DamagedPractice(reason="header")

    monkeypatch.setattr(house.gate, "recovery", damaged)
    answer = client.get(f"{house.door.root}recovery")
    assert answer.status_code == 500
    assert "abîmé" in answer.text and "practice.damaged" in answer.text


def test_a_fragment_request_gets_a_fragment(client: FlaskClient, house: House) -> None:
    answer = client.get(f"{house.door.root}recovery", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "<html" not in answer.text and 'class="note stop"' in answer.text


def test_our_own_mistake_is_logged_without_its_message(
    app: Flask, house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(user: str, passphrase: str) -> None:
        raise ValueError(passphrase)

    monkeypatch.setattr(house.gate, "unlock", fail)
    caplog.set_level(logging.DEBUG)
    status, page = post(let_in(app, house), house, "unlock", user="u1", passphrase="58031499518")
    assert status == 500
    assert "échoué de notre côté" in page
    assert "58031499518" not in caplog.text + page
    assert "ValueError" in caplog.text and "in unlock" in caplog.text


def test_a_practice_of_france_asks_for_rpps_and_billing_number(
    visitor: FlaskClient, house: House
) -> None:
    house.gate.state = GateState.EMPTY
    page = visitor.get(f"{house.door.root}new?locale=fr_FR").text
    assert '<html lang="fr-FR">' in page and "RPPS" in page and "INAMI" not in page
    assert 'value="FR"' in page and "Belgique" in page
    french = ANSWERS | {"country": "FR", "locale": "fr_FR", "provider_number": "10009999904"}
    status, page = post(visitor, house, "new?locale=fr_FR", **french, billing_number="297000011")
    assert status == 422 and "La clé de ce numéro de facturation" in page
    status, _ = post(visitor, house, "new?locale=fr_FR", **french, billing_number="29 7 00001 0")
    assert status == 303 and house.gate.made is not None
    assert (house.gate.made.country, house.gate.made.billing_number) == ("FR", "297000010")
