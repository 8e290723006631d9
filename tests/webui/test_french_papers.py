"""Papers of a practice of France: each of its own patient, kept as handed over, and honest."""

import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.france import CASANOVA, MARCHAND, PETROV, FrenchPerson, admitted
from tests.webui.shop import Shop
from tests.webui.test_french_care import follow, get, opened
from tests.world import World

BDK = {
    "kind": "INITIAL", "done_on": "10/03/2026", "physician": "Dr Anne KERVELLA", "pain": "6",
    "findings": "Abduction 70 degrés\nNe peut plus se coiffer", "diagnosis": "Épaule enraidie",
    "goals": "Se coiffer seule", "plan": "Deux séances par semaine",
}  # fmt: skip


@pytest.fixture
def shop(french_world: World) -> Shop:
    french_world.clock.advance(days=8)  # 10 March 2026
    return Shop(french_world)


def printed(shop: Shop, path: str) -> str:
    """The text of a paper, after its page was opened in the frame."""
    assert f'src="{shop.door.root}papers/{path}/document.pdf"' in get(shop, f"papers/{path}")
    answer = shop.client.get(f"{shop.door.root}papers/{path}/document.pdf")
    assert answer.mimetype == "application/pdf"
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)


def treated(shop: Shop, person: FrenchPerson = MARCHAND, **typed: str) -> str:
    return opened(shop, admitted(shop.world, person), **typed)


def visited(shop: Shop, series: str, **typed: str) -> str:
    follow(shop, f"sessions/of/{series}", **{"payment_means": "", **typed})
    return str(shop.world.sql("select id from session order by id desc limit 1"))


def test_a_care_sheet_tells_all_the_form_asks_for_and_that_it_is_none(shop: Shop) -> None:
    series = treated(shop, place="HOME", kilometres="9", outside_town="1")
    session = visited(shop, series, copay_collected="27,22", payment_means="CARD")
    assert f'papers/care-sheet/{session}" data-key="Alt+4"' in get(shop, f"sessions/{session}")
    said = printed(shop, f"care-sheet/{session}").replace("\u00a0", " ")
    for words in (
        "BROUILLON imprimé par un logiciel non homologué", "Hélène MARCHAND", "2 61 05",
        "Maël LE GOFF", "RPPS 10009999904", "numéro de facturation 297000010",
        "Dr Yann LE BIHAN", "ordonnance du 01/03/2026", "TST 8,10", "IFS", "IK", "10/03/2026",
        "27,22", "16,33", "10,89", "Sans tiers payant", "Reçu du patient : 27,22",
    ):  # fmt: skip
        assert words in said, words


@pytest.mark.scenario("F-22")
def test_a_request_for_an_agreement_is_printed_with_its_prescription_and_argument(
    shop: Shop,
) -> None:
    series = treated(shop, territory="SPINE", situation="low_back_pain", declared="5")
    assert "papers/agreement/" not in get(shop, f"series/{series}")
    refused = shop.client.get(f"{shop.door.root}papers/agreement/{series}/document.pdf")
    assert refused.status_code == 409
    near = opened(shop, str(shop.world.sql("select id from patient")), territory="SPINE",
                  situation="low_back_pain", declared="8")  # fmt: skip
    assert f'papers/agreement/{near}" data-key="Alt+7"' in get(shop, f"series/{near}")
    blank = printed(shop, f"agreement/{near}")
    assert (
        "13 ; sans accord, 15 sont permises. La demande commence à la séance 16"
        in blank.replace("\u00a0", " ")
    )
    assert "Raideur" not in blank
    follow(shop, f"series/{near}/request", sent_on="10/03/2026", sessions_asked="15",
           argument="Raideur matinale")  # fmt: skip
    said = printed(shop, f"agreement/{near}").replace("\u00a0", " ")
    for words in (
        "Demande d’accord préalable", "Demande du 10/03/2026", "15 séances demandées",
        "Raideur matinale", "ordonnance du 01/03/2026", "Lombalgie", "2 61 05", "non homologué",
    ):  # fmt: skip
        assert words in said, words


@pytest.mark.scenario("F-24")
def test_in_direct_access_the_report_is_written_printed_and_its_sending_tracked(
    shop: Shop,
) -> None:
    series = treated(shop, CASANOVA, rx_date="", prescriber="", prescriber_name="")
    follow(shop, f"series/{series}/access", ground="STRUCTURE", since="01/01/2026")
    visited(shop, series)
    page = get(shop, f"series/{series}")
    assert "Bilan attendu" in page and "Compte rendu au médecin attendu" in page
    assert f'assessments/{series}" data-key="Alt+5"' in page
    page = follow(shop, f"assessments/{series}", **BDK)
    assert "En accès direct, le médecin traitant reçoit le bilan" in page
    assert "Compte rendu pas encore envoyé" in page
    key = str(shop.world.sql("select id from french_assessment"))
    assert f'papers/report/{key}" data-key="Alt+6"' in page
    said = printed(shop, f"report/{key}")
    for words in ("À l’attention de Dr Anne KERVELLA", "CASANOVA", "sans ordonnance, en accès",
                  "Ne peut plus se coiffer", "Se coiffer seule"):  # fmt: skip
        assert words in said, words
    page = follow(shop, f"assessments/{series}/report/{key}", means="MAILBOX", sent_on="10/03/2026")
    assert "Compte rendu envoyé le 10/03/2026, messagerie de santé" in page
    assert "Compte rendu au médecin attendu" not in get(shop, f"series/{series}")


def test_an_assessment_is_printed_as_it_was_written_and_the_next_is_announced(shop: Shop) -> None:
    series = treated(shop)
    page = follow(shop, f"assessments/{series}", **BDK)
    assert "Le prochain bilan est attendu à 30 séances" in page
    key = str(shop.world.sql("select id from french_assessment"))
    said = printed(shop, f"assessment/{key}")
    for words in ("Bilan initial du 10/03/2026", "Abduction 70 degrés", "6 sur 10",
                  "Épaule enraidie", "Deux séances par semaine", "MARCHAND"):  # fmt: skip
        assert words in said, words
    assert "2 61 05" not in said


def test_an_assessment_that_lacks_something_or_is_of_tomorrow_is_shown_again(shop: Shop) -> None:
    series = treated(shop)
    answer = shop.post(f"assessments/{series}", **{**BDK, "findings": "", "done_on": "11/03/2026"})
    assert answer.status_code == 422
    assert "Épaule enraidie" in answer.text
    assert shop.world.sql("select count(*) from french_assessment") == 0
    follow(shop, f"assessments/{series}", **BDK)
    key = str(shop.world.sql("select id from french_assessment"))
    early = shop.post(f"assessments/{series}/report/{key}", means="POST", sent_on="09/03/2026")
    assert "ne peut pas précéder le bilan" in early.text


def test_the_same_assessment_sent_twice_is_written_once(shop: Shop) -> None:
    series = treated(shop)
    page = get(shop, f"assessments/{series}")
    form_key = re.search(r'name="form_key" value="([^"]+)"', page)
    assert form_key
    for _ in range(2):
        follow(shop, f"assessments/{series}", **BDK, form_key=form_key[1])
    assert shop.world.sql("select count(*) from french_assessment") == 1


def test_a_note_of_fees_adds_what_was_asked_and_paid(shop: Shop) -> None:
    series = treated(shop)
    assert "papers/fees/" not in get(shop, f"series/{series}")
    none = shop.client.get(f"{shop.door.root}papers/fees/{series}/document.pdf")
    assert none.status_code == 409
    visited(shop, series, care_date="09/03/2026", copay_collected="17,90", payment_means="CARD")
    visited(shop, series, care_date="10/03/2026")
    assert f'papers/fees/{series}" data-key="Alt+6"' in get(shop, f"series/{series}")
    said = printed(shop, f"fees/{series}").replace("\u00a0", " ")
    for words in ("Note d’honoraires", "09/03/2026", "10/03/2026", "35,80", "21,48", "14,32",
                  "Reçu du patient : 17,90", "Reste à payer, toutes parts"):  # fmt: skip
        assert words in said, words
    assert "2 61 05" not in said


@pytest.mark.scenario("I-01")
def test_each_act_is_rounded_by_itself_and_the_note_adds_what_was_rounded(shop: Shop) -> None:
    shop.world.clock.advance(days=81)  # 30 May 2026
    series = treated(shop, territory="SEVERAL")
    for day in ("28", "29", "30"):
        visited(shop, series, care_date=f"{day}/05/2026")
    said = printed(shop, f"fees/{series}")
    for words in ("21,66", "13,00", "8,66", "64,98", "39,00", "25,98"):
        assert words in said, words


@pytest.mark.row("MAIIA-60")
def test_state_medical_aid_leaves_nothing_to_pay_and_its_paper_says_so(shop: Shop) -> None:
    patient = admitted(shop.world, PETROV)
    shop.follow(f"covers/{patient}", amc="75500017", cover_source="PAPER",
                cover_from="01/01/2026", cover_to="31/12/2026")  # fmt: skip
    series = opened(shop, patient)
    page = get(shop, f"sessions/of/{series}")
    assert "<b>0,00 €</b>" in page and "copay_collected" not in page
    said = printed(shop, f"care-sheet/{visited(shop, series)}").replace("\u00a0", " ")
    for words in ("Tiers payant : la caisse paie", "0075500017", "17,90 10,74 7,16 0,00"):
        assert words in said, words


def test_a_session_struck_out_has_no_care_sheet(shop: Shop) -> None:
    session = visited(shop, treated(shop))
    follow(shop, f"sessions/{session}/void", reason="erreur")
    assert "care-sheet" not in get(shop, f"sessions/{session}")
    path = f"{shop.door.root}papers/care-sheet/{session}/document.pdf"
    assert shop.client.get(path).status_code == 409


def test_a_paper_nobody_knows_is_no_page(shop: Shop) -> None:
    for path in ("papers/nothing/01X", "papers/nothing/01X/document.pdf"):
        assert shop.client.get(shop.door.root + path).status_code == 404


def test_the_same_paper_twice_is_kept_once_under_its_kind(shop: Shop) -> None:
    session = visited(shop, treated(shop))
    assert printed(shop, f"care-sheet/{session}") == printed(shop, f"care-sheet/{session}")
    assert shop.world.sql("select count(*) from document") == 1
    assert shop.world.sql("select kind from document") == "CARE_SHEET"
    assert shop.world.sql("select count(*) from journal where action = 'document.seen'") == 1


def test_a_paper_handed_over_is_found_again_as_it_was(shop: Shop) -> None:
    patient = admitted(shop.world, MARCHAND)
    assert "papers/kept/" not in get(shop, f"file/{patient}/letters")
    session = visited(shop, opened(shop, patient))
    said = printed(shop, f"care-sheet/{session}")
    key = str(shop.world.sql("select id from document"))
    page = get(shop, f"file/{patient}/letters")
    assert "Papiers remis" in page and f"papers/kept/{key}" in page
    follow(shop, f"sessions/{session}/collect", copay_collected="17,90", payment_means="CASH")
    assert "17,90 €" in printed(shop, f"care-sheet/{session}").replace("\u00a0", " ")
    assert printed(shop, f"kept/{key}") == said
    assert shop.world.sql("select count(*) from document") == 2
    lost = shop.client.get(f"{shop.door.root}papers/kept/01NOBODY/document.pdf")
    assert lost.status_code == 404


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["first first", "second first"])
def test_row_49_each_paper_holds_its_own_patient_alone_also_after_an_error(
    shop: Shop, order: tuple[int, int]
) -> None:
    people, made = (MARCHAND, CASANOVA), []
    for person in people:
        series = treated(shop, person, territory="SPINE", situation="low_back_pain", declared="13")
        session = visited(shop, series)
        follow(shop, f"assessments/{series}", **BDK)
        key = str(shop.world.sql("select id from french_assessment order by id desc limit 1"))
        made.append({"care-sheet": session, "fees": series, "agreement": series,
                     "assessment": key, "report": key})  # fmt: skip
    for place in order:
        for paper, key in made[place].items():
            lost = shop.client.get(f"{shop.door.root}papers/{paper}/01NOBODY/document.pdf")
            assert lost.status_code == 404
            said = printed(shop, f"{paper}/{key}")
            for other, person in enumerate(people):
                assert (person.last_name.upper() in said) is (other == place), paper
