"""« Se conventionner »: steps, papers, delays, the technical address, and a new account."""

import re
from datetime import date
from io import BytesIO

import pytest

from server.core.errors import InvalidValue
from server.countries.france.enrolment import Stage, TriedReader, ready_from
from server.services import covers, enrolment
from tests.france import CARD, MARCHAND, MEYER, admitted
from tests.webui.shop import Shop
from tests.world import World

PATH = "options/enrolment/"
STAGE = {
    "step": "contract", "rank": "5", "label_fr": "L", "detail_fr": "D", "paper": "no",
    "wait_days": "5", "valid_from": "2025-01-01", "source": "s", "confidence": "S",
}  # fmt: skip
READER = {
    "reader": "R", "rank": "1", "verdict": "tried", "how_fr": "h", "valid_from": "2025-01-01",
    "source": "s", "confidence": "S",
}  # fmt: skip


@pytest.fixture
def shop(french_world: World) -> Shop:
    return Shop(french_world)


def plain(page: str) -> str:
    return page.replace("\u00a0", " ")


def test_five_days_are_suggested_once_signed_and_none_without_a_row() -> None:
    """F-21: signed on Monday 2 March, the signatory suggests to bill from the 7th."""
    stage = Stage.from_mapping(STAGE)
    assert ready_from(date(2026, 3, 2), [stage]) == date(2026, 3, 7)
    assert ready_from(date(2026, 3, 2), []) == date(2026, 3, 2)


def test_a_reader_whose_verdict_is_no_word_of_ours_is_refused() -> None:
    assert TriedReader.from_mapping(READER).verdict == "tried"
    with pytest.raises(InvalidValue):
        TriedReader.from_mapping({**READER, "verdict": "perfect"})


@pytest.mark.row("MAIIA-6", "MAIIA-7", "MAIIA-80")
def test_the_list_names_every_step_with_its_papers_and_the_readers_tried(shop: Shop) -> None:
    page = plain(shop.get(PATH))
    for words in ("PC sous Windows", "feuille de soins barrée", "Le RIB du compte",
                  "Je contractualise", "5 jours d’attente"):  # fmt: skip
        assert words in page
    assert "7 choses restent à faire" in page and 'href="https://tpcomplementaire.fr"' in page
    assert page.count('type="file"') == 2
    readers = page.partition('id="readers"')[2]
    assert readers.count(">essayé<") == 1 and "pas essayé" in readers
    assert "Se conventionner" in shop.get("options/")


@pytest.mark.scenario("F-21")
@pytest.mark.row("MAIIA-9")
def test_a_signature_is_awaited_some_days_and_bars_nothing(shop: Shop) -> None:
    page = plain(shop.follow(f"{PATH}step", step="contract", done_on="02/03/2026"))
    assert "Convention en attente, estimée au 07/03/2026." in page and "Rien n’est bloqué" in page
    assert enrolment.awaited_until(shop.world.desk, date(2026, 3, 4)) == date(2026, 3, 7)
    assert enrolment.awaited_until(shop.world.desk, date(2026, 3, 7)) is None
    shop.world.clock.advance(days=5)
    assert "en attente" not in shop.get(PATH)
    page = plain(shop.follow(f"{PATH}step", step="contract", undo="1"))
    assert "7 choses restent" in page
    answer = shop.post(f"{PATH}step", step="contract", done_on="01/01/2027")
    assert answer.status_code == 422 and "avenir" in answer.text
    assert shop.post(f"{PATH}step", step="dance").status_code == 404


def test_a_paper_is_kept_with_its_step_and_nothing_but_a_picture(shop: Shop) -> None:
    client = shop.client

    def send(content: bytes) -> int:
        data = {"step": "rib", "paper": (BytesIO(content), "rib.pdf"),
                "page_token": shop.door.page_token}  # fmt: skip
        return client.post(f"{shop.door.root}{PATH}step", data=data).status_code

    assert send(b"MZ not a paper") == 422
    assert client.get(f"{shop.door.root}{PATH}paper/rib").status_code == 404
    assert send(b"%PDF-1.7 fabricated") == 303
    answer = client.get(f"{shop.door.root}{PATH}paper/rib")
    assert (answer.data, answer.mimetype) == (b"%PDF-1.7 fabricated", "application/pdf")
    assert "rib.pdf" in shop.get(PATH)
    shop.post(f"{PATH}step", step="rib")  # said again without a paper: the paper stays
    assert "rib.pdf" in shop.get(PATH)


@pytest.mark.row("MAIIA-8")
def test_one_address_is_declared_for_every_kine_and_can_be_copied(shop: Shop) -> None:
    for wrong in ("rien", "a@b", "a b@c.fr", "a@b@c.fr"):
        assert shop.post(f"{PATH}mailbox", mailbox=wrong).status_code == 422
    page = shop.follow(f"{PATH}mailbox", mailbox="bal@arvor.example")
    assert 'value="bal@arvor.example"' in page and 'data-copy="f-mailbox"' in page
    [step] = set(re.findall(r'value="(mailbox:\w+)"', page))
    page = plain(shop.follow(f"{PATH}step", step=step))
    assert "Adresse déclarée pour Maël LE GOFF" in page and "6 choses restent" in page


@pytest.mark.scenario("F-19")
@pytest.mark.row("MAIIA-73", "MAIIA-75")
def test_a_new_account_names_whom_to_tell_and_how_with_a_dated_letter(shop: Shop) -> None:
    assert "personne n’est à prévenir" in shop.get(PATH)
    shop.post("payers/new", name="Ti Doué", number="799900010", convention_type="OC",
              street1="1 quai", city="Brest", postcode="29200")  # fmt: skip
    shop.post("payers/new", name="Armor", number="799900028", convention_type="MU", inter_amc="1")
    for person, number in ((MARCHAND, "799900010"), (MEYER, "799900028")):
        patient = admitted(shop.world, person)
        covers.assign(shop.world.desk, patient, {"amc": number, "cover_source": "PAPER"})
    account = plain(shop.get(PATH)).partition('id="account"')[2].partition("</section>")[0]
    through, _, alone = account.partition("À prévenir une par une")
    assert "Armor" in through and "Ti Doué" in alone and "Lettre" not in through
    answer = shop.client.get(f"{shop.door.root}{PATH}letter/0799900010")
    assert answer.data.startswith(b"%PDF-")
    assert "prévenue le 02/03/2026" in shop.follow(f"{PATH}told", to="0799900010")
    assert shop.post(f"{PATH}told", to="99999997").status_code == 404
    shop.post("options/practice", **{**CARD, "iban": "FR76 1234 5987 6501 2345 6789 014"})
    page = shop.get(PATH)
    assert "prévenue le" not in page, "a new account: everybody is to be told again"


def test_without_an_account_nobody_is_told_of_one(shop: Shop) -> None:
    shop.post("options/practice", **{**CARD, "iban": ""})
    shop.post("payers/new", name="Ti Doué", number="799900010", convention_type="OC")
    patient = admitted(shop.world, MARCHAND)
    covers.assign(shop.world.desk, patient, {"amc": "799900010", "cover_source": "PAPER"})
    page = shop.get(PATH)
    assert "pas encore de compte" in page and ">Prévenue" not in page and "Lettre" not in page
    assert shop.client.get(f"{shop.door.root}{PATH}letter/0799900010").status_code == 422
    assert shop.post(f"{PATH}told", to="0799900010").status_code == 404
