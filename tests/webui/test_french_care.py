"""A visit in France on its screens: letter, travel, prior agreement, each amount told."""

import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.france import CASANOVA, MARCHAND, admitted
from tests.webui.shop import Shop
from tests.world import World

RX = {
    "rx_date": "01/03/2026", "prescriber": "10009999904", "prescriber_name": "Dr Yann LE BIHAN",
}  # fmt: skip


@pytest.fixture
def shop(french_world: World) -> Shop:
    french_world.clock.advance(days=8)  # 10 March 2026
    return Shop(french_world)


def get(shop: Shop, path: str) -> str:
    """A page with its no-break spaces as spaces."""
    return shop.get(path).replace("\u00a0", " ")


def follow(shop: Shop, path: str, **typed: str) -> str:
    """The page a form leads to, with its no-break spaces as spaces."""
    return shop.follow(path, **typed).replace("\u00a0", " ")


def opened(shop: Shop, patient: str, **typed: str) -> str:
    form = {
        "territory": "UPPER_LIMB", "place": "CABINET", "start_date": "02/03/2026", **RX, **typed,
    }  # fmt: skip
    shop.follow(f"series/of/{patient}/new", **form)
    return str(shop.world.sql("select id from treatment order by id desc limit 1"))


def marchand(shop: Shop, **typed: str) -> str:
    return opened(shop, admitted(shop.world, MARCHAND), **typed)


@pytest.mark.scenario("I-02")
def test_a_home_visit_shows_each_line_and_why(shop: Shop) -> None:
    series = marchand(shop, place="HOME", kilometres="9", outside_town="1")
    page = get(shop, f"sessions/of/{series}")
    assert "27,22 €" in page
    assert "16,33 €" in page
    assert "10,89 €" in page
    assert "TST : coefficient 8,1 × 2,21 €" in page
    assert "9 km aller : 14 km payés sur l’aller et retour, × 0,38 €" in page
    assert "Payé par la caisse : 60 % (cas général)" in page
    near = shop.post(f"sessions/of/{series}/price", sent="1", place="HOME", kilometres="2",
                     outside_town="1", coding="TST 8.10").text  # fmt: skip
    assert "21,90 €" in near.replace("\u00a0", " ")
    assert "aucun kilomètre n’est payé" in near


@pytest.mark.scenario("I-01")
def test_the_parts_of_a_recorded_session_are_those_of_its_act(shop: Shop) -> None:
    shop.world.clock.advance(days=79)  # 28 May 2026
    series = marchand(shop, territory="SEVERAL")
    page = follow(shop, f"sessions/of/{series}", care_date="28/05/2026", payment_means="CARD",
                       copay_collected="21,66")  # fmt: skip
    assert "21,66 €" in page
    assert "13,00 €" in page
    assert "8,66 €" in page
    assert "Prête à facturer" in page or "Prête" in page


@pytest.mark.parametrize(
    ("kind", "told", "amo", "left", "words"),
    [("ALSACE_MOSELLE", "caisse : 90 %", "16,11 €", "1,79 €", "90 % (Alsace-Moselle)"),
     ("ASPA", "caisse : 80 %", "14,32 €", "3,58 €", "80 % (ASPA)")],
)  # fmt: skip
def test_a_regime_noted_on_the_rights_decides_by_the_care_date(
    shop: Shop, kind: str, told: str, amo: str, left: str, words: str
) -> None:
    series = marchand(shop)
    patient = str(shop.world.sql("select id from patient"))
    page = follow(shop, f"rights/{patient}", kind=kind, right_source="PAPER",
                  rights_from="05/03/2026", rights_to="31/12/2026")  # fmt: skip
    assert told in page
    page = get(shop, f"sessions/of/{series}")
    assert amo in page and left in page
    assert f"Payé par la caisse : {words}" in page
    before = shop.post(f"sessions/of/{series}/price", sent="1", care_date="04/03/2026",
                       coding="TST 8.10", place="CABINET").text.replace("\u00a0", " ")  # fmt: skip
    assert "Payé par la caisse : 60 % (cas général)" in before


def test_a_letter_known_by_hearsay_is_said_so(shop: Shop) -> None:
    page = get(shop, f"sessions/of/{marchand(shop)}")
    assert "de mémoire : à vérifier dans la NGAP" in page
    assert 'value="TST 8,10"' in page


@pytest.mark.scenario("F-22")
def test_the_counter_of_a_situation_warns_then_waits_for_its_agreement(shop: Shop) -> None:
    series = marchand(
        shop, territory="SPINE", situation="low_back_pain", declared="12",
    )  # fmt: skip
    page = get(shop, f"series/{series}")
    assert "12/15" in page
    assert "Plus que 3 séances avant l’accord préalable" in page
    for day in ("03", "04", "05"):
        shop.follow(f"sessions/of/{series}", care_date=f"{day}/03/2026", payment_means="")
    page = follow(shop, f"sessions/of/{series}", care_date="06/03/2026", payment_means="")
    assert "la séance 16 dépasse les 15 permises" in page
    assert "actukine.com, 16e séance" in page
    page = follow(shop,
        f"series/{series}/request", sent_on="09/03/2026", sessions_asked="15",
        argument="Raideur matinale, reprise du travail visée",
    )  # fmt: skip
    assert "Demande envoyée le 09/03/2026" in page
    assert "Sans réponse le 24/03/2026" in page
    request = re.search(rf"series/{series}/request/([0-9A-Z]+)", page)
    assert request
    page = follow(
        shop, f"series/{series}/request/{request[1]}", answer="ACCEPTED", answered_on="10/03/2026"
    )
    assert "Accordée" in page
    assert "dépasse les 15 permises" not in page
    assert "16/30" in page


@pytest.mark.scenario("F-23")
def test_the_second_session_of_a_day_names_the_conditions_and_what_failed(shop: Shop) -> None:
    patient = admitted(shop.world, MARCHAND)
    shoulder = opened(shop, patient)
    pelvic = opened(shop, patient, territory="PELVIC")
    shop.follow(f"sessions/of/{shoulder}", payment_means="")
    page = follow(shop, f"sessions/of/{pelvic}", payment_means="", second_reason="autre région")
    assert "17,90 €" in page
    assert "ne peut pas encore" not in page
    again = follow(shop, f"sessions/of/{shoulder}", payment_means="", second_reason="douleur")
    assert "deux ordonnances, deux articles de la NGAP, deux régions du corps" in again
    assert "Ici manque : deux ordonnances" in again


@pytest.mark.scenario("F-24")
def test_direct_access_counts_eight_sessions_and_names_the_ninth(shop: Shop) -> None:
    patient = admitted(shop.world, CASANOVA)
    series = opened(shop, patient, rx_date="", prescriber="", prescriber_name="")
    page = follow(shop, f"sessions/of/{series}", care_date="02/03/2026", payment_means="")
    assert "vous n’avez pas déclaré d’accès direct" in page
    page = follow(shop, f"series/{series}/access", ground="STRUCTURE", since="01/01/2026")
    assert "Accès direct depuis le 01/01/2026" in page
    for day in range(3, 10):
        shop.follow(f"sessions/of/{series}", care_date=f"{day:02d}/03/2026", payment_means="")
    page = follow(shop, f"sessions/of/{series}", care_date="10/03/2026", payment_means="")
    assert "L’accès direct s’arrête à 8 séances, et celle-ci est la 9e" in page
    assert "Il faut une ordonnance ou un diagnostic" in page


def test_a_refused_form_is_shown_again_with_what_to_do(shop: Shop) -> None:
    series = marchand(shop)
    answer = shop.post(f"sessions/of/{series}", coding="8,1", payment_means="")
    assert answer.status_code == 422 or answer.status_code == 400
    assert "Tapez une lettre et un coefficient, par exemple TER 9,8." in answer.text


def test_the_file_of_a_patient_lists_the_treatments_with_their_counter(shop: Shop) -> None:
    patient = admitted(shop.world, MARCHAND)
    assert "Aucun traitement pour l’instant" in get(shop, f"patients/{patient}")
    opened(shop, patient, territory="SPINE", situation="low_back_pain", declared="13")
    page = get(shop, f"patients/{patient}")
    assert "Rachis ou tronc" in page
    assert "Plus que 2 séances avant l’accord préalable" in page


def test_a_session_is_struck_out_and_paid_like_any_other(shop: Shop) -> None:
    series = marchand(shop)
    shop.follow(f"sessions/of/{series}", payment_means="")
    session = str(shop.world.sql("select id from session"))
    page = follow(shop, f"sessions/{session}/collect", copay_collected="17,90",
                       payment_means="CASH")  # fmt: skip
    assert "17,90 €" in page
    page = follow(shop, f"sessions/{session}/void", reason="erreur de patient")
    assert "Rachis" not in page
    assert shop.world.sql("select state from session") == "Voided"


@pytest.mark.row("MAIIA-77")
def test_the_receipt_says_what_was_asked_who_pays_and_what_was_paid(shop: Shop) -> None:
    series = marchand(shop)
    shop.follow(f"sessions/of/{series}", payment_means="CARD", copay_collected="17,90")
    session = str(shop.world.sql("select id from session"))
    assert "Quittance" in get(shop, f"sessions/{session}/paper")
    answer = shop.client.get(f"{shop.door.root}sessions/{session}/document.pdf")
    assert answer.mimetype == "application/pdf"
    pages = PdfReader(BytesIO(answer.data)).pages
    text = "\n".join(page.extract_text() for page in pages).replace("\u00a0", " ")
    for words in ("Hélène MARCHAND", "10009999904", "TST 8,10", "17,90", "10,74", "7,16",
                  "Reçu du patient : 17,90 € (carte bancaire)", "tout payé"):  # fmt: skip
        assert words in text
    assert "2610575999901" not in text.replace(" ", "")
    again = shop.client.get(f"{shop.door.root}sessions/{session}/document.pdf")
    assert again.data == answer.data
    assert shop.world.sql("select count(*) from document") == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["first first", "second first"])
def test_row_49_each_receipt_holds_its_own_patient_alone_also_after_an_error(
    shop: Shop, order: tuple[int, int]
) -> None:
    people = (MARCHAND, CASANOVA)
    made = []
    for person in people:
        series = opened(shop, admitted(shop.world, person))
        shop.follow(f"sessions/of/{series}", payment_means="CARD", copay_collected="17,90")
        made.append(str(shop.world.sql("select id from session order by id desc limit 1")))
    for place in order:
        assert shop.client.get(f"{shop.door.root}sessions/01NOBODY/document.pdf").status_code == 404
        answer = shop.client.get(f"{shop.door.root}sessions/{made[place]}/document.pdf")
        text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
        for other, person in enumerate(people):
            assert (person.last_name.upper() in text) is (other == place)
