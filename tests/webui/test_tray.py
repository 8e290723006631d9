"""The porte-document on the screen: received, looked at, filed, thrown away, taken back."""

import io
from collections.abc import Sequence

import pytest
from werkzeug.test import TestResponse

from server.core.codes import CodeRead, Symbology
from server.core.rights import Role
from server.core.tray import Origin
from server.services import revisions, tray
from server.services.tray import Page
from tests.people import LAMBIOTTE, OUCHENE
from tests.webui.shop import Shop
from tests.world import World

PDF = b"%PDF-1.7 fabricated"
JPEG = b"\xff\xd8\xff a page"
CODE = f"NumeroAMC=775678584;NumAdherent=0123456789;NISS={OUCHENE.niss}"


@pytest.fixture
def shop(world: World) -> Shop:
    world.patient(OUCHENE)
    return Shop(world)


def send(shop: Shop, *files: tuple[bytes, str]) -> TestResponse:
    return shop.client.post(
        f"{shop.door.root}tray/receive",
        data={
            "page_token": shop.door.page_token,
            "files": [(io.BytesIO(content), name) for content, name in files],
        },
        content_type="multipart/form-data",
    )


def received(shop: Shop, codes: Sequence[CodeRead] = (), *, problem: str = "") -> str:
    """A document that came in and was looked into."""
    key = tray.receive(shop.world.desk, PDF, "reçu.pdf", Origin.IMPORT).id
    pages = [] if problem else [Page(JPEG, 92, ()), Page(JPEG + b"2", 40, ("blurred",))]
    tray.looked_into(shop.world.desk, key, pages, problem, codes)
    return key


def test_files_are_received_together_and_wait(shop: Shop) -> None:
    answer = send(shop, (PDF, "a.pdf"), (JPEG, "b.jpg"))
    assert answer.status_code == 303
    page = shop.get("tray/")
    assert "2 documents à ranger" in page
    assert "L’aperçu se prépare" in page


@pytest.mark.scenario("H-16")
def test_the_same_bytes_twice_lead_to_the_first_document(shop: Shop) -> None:
    send(shop, (PDF, "a.pdf"))
    answer = send(shop, (PDF, "b.pdf"))
    page = shop.client.get(answer.headers["Location"]).text
    assert "Déjà reçu" in page
    assert "1 document à ranger" in page


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "Aucun fichier"), (b"PK\x03\x04 an archive", "ni un PDF")]
)
def test_what_is_no_document_is_refused_whole(shop: Shop, content: bytes, words: str) -> None:
    files = [(content, "x.zip" if content else "")]
    answer = send(shop, *([(PDF, "a.pdf")] if content else []), *files)
    assert answer.status_code == 422
    assert words in answer.text
    assert tray.count(shop.world.desk) == 0


def test_each_page_is_shown_without_being_kept_and_the_original_has_a_name_of_ours(
    shop: Shop,
) -> None:
    key = received(shop)
    page = shop.get(f"tray/{key}")
    assert "Page 2 sur 2" in page
    assert "L’image est floue" in page
    picture = shop.client.get(f"{shop.door.root}tray/{key}/page/2")
    assert (picture.data, picture.mimetype) == (JPEG + b"2", "image/jpeg")
    assert picture.headers["Cache-Control"] == "no-store"
    for number in ("0", "3", "x", "²", "99999999999999999999"):
        assert shop.client.get(f"{shop.door.root}tray/{key}/page/{number}").status_code == 404
    original = shop.client.get(f"{shop.door.root}tray/{key}/original")
    assert original.data == PDF
    assert original.headers["Content-Disposition"].endswith(f'-{key[-6:]}.pdf"')


@pytest.mark.row("MAIIA-34")
def test_a_page_is_turned_or_cut_before_it_is_filed(shop: Shop) -> None:
    key = received(shop)
    assert shop.post(f"tray/{key}/page/2/turn").status_code == 303
    page = shop.get(f"tray/{key}")
    assert "Les pages se redessinent" in page
    assert "/turn" not in page
    assert shop.post(f"tray/{key}/page/2/turn").status_code == 409
    (asked,) = revisions.to_make(shop.world.desk)
    assert asked.leaves == "1:0:0:0:1000:1000 2:90:0:0:1000:1000"
    revisions.made(shop.world.desk, asked, [Page(JPEG + b"3", 92, ())] * 2, b"%PDF-1.7 turned")
    assert shop.client.get(f"{shop.door.root}tray/{key}/page/2").data == JPEG + b"3"
    assert shop.client.get(f"{shop.door.root}tray/{key}/corrected").data == b"%PDF-1.7 turned"
    words = {"left": "10", "top": "0", "right": "0", "bottom": "50"}
    shop.post(f"tray/{key}/page/1/cut", **words)
    (asked,) = revisions.to_make(shop.world.desk)
    assert asked.leaves.startswith("1:0:100:0:1000:500 ")
    revisions.made(shop.world.desk, asked, [], b"", "pdf.damaged")
    assert "Les pages n’ont pas pu être redessinées" in shop.get(f"tray/{key}")
    assert shop.client.get(f"{shop.door.root}tray/{key}/page/2").data == JPEG + b"3"
    assert "Pages tournées ou rognées" in shop.get(f"tray/{key}")
    assert "Pages tournées ou rognées" not in shop.follow(f"tray/{key}/undo")
    assert shop.client.get(f"{shop.door.root}tray/{key}/page/2").data == JPEG + b"2"
    assert shop.client.get(f"{shop.door.root}tray/{key}/corrected").status_code == 404


def test_a_cut_that_leaves_nothing_is_refused_and_a_page_too_many_is_not_there(shop: Shop) -> None:
    key = received(shop)
    refused = shop.post(f"tray/{key}/page/1/cut", left="50", right="48")
    assert refused.status_code == 422
    assert "presque rien" in refused.text
    assert shop.post(f"tray/{key}/page/1/cut", left="x").status_code == 422
    assert shop.post(f"tray/{key}/page/1/cut").status_code == 303
    assert shop.post(f"tray/{key}/page/3/turn").status_code == 404
    assert list(revisions.to_make(shop.world.desk)) == []


def test_what_is_filed_is_turned_no_more(shop: Shop) -> None:
    key = received(shop)
    shop.post(f"tray/{key}/integrate", patient=shop.world.ids[OUCHENE], kind="CORRESPONDENCE")
    assert shop.post(f"tray/{key}/page/1/turn").status_code == 409
    assert "/turn" not in shop.get(f"tray/{key}")


def test_what_cannot_be_drawn_says_why_and_can_be_filed_all_the_same(shop: Shop) -> None:
    key = received(shop, problem="pdf.locked")
    page = shop.get(f"tray/{key}")
    assert "Ce PDF demande un mot de passe." in page
    assert "Intégrer" in page


def test_patients_are_offered_as_one_types(shop: Shop) -> None:
    key = received(shop)
    words = {"q": "ouch", "page_token": shop.door.page_token}
    address = f"{shop.door.root}tray/{key}/found"
    part = shop.client.post(address, data=words, headers={"HX-Request": "true"}).text
    assert f'value="{shop.world.ids[OUCHENE]}" data-item checked' in part
    whole = shop.client.post(address, data=words).text
    assert part.strip() in whole
    nobody = shop.client.post(address, data={**words, "q": "<zz>"}).text
    assert "Aucun dossier ne commence par «\xa0&lt;zz&gt;\xa0»" in nobody


@pytest.mark.row("MAIIA-33")
@pytest.mark.scenario("F-12")
def test_an_attestation_is_filed_with_its_dates_and_not_without(shop: Shop) -> None:
    key = received(shop)
    typed = {"patient": shop.world.ids[OUCHENE], "kind": "AMC_CARD"}
    refused = shop.post(f"tray/{key}/integrate", **typed)
    assert refused.status_code == 422
    assert f'value="{typed["patient"]}" data-item checked' in refused.text
    assert tray.count(shop.world.desk) == 1
    dates = {"valid_from": "01/01/2026", "valid_to": "31/12/2026"}
    page = shop.follow(f"tray/{key}/integrate", **typed, **dates)
    assert "Rangé dans le dossier de Fatima OUCHENE" in page
    assert "Rien à ranger" in page
    assert tray.count(shop.world.desk) == 0


def test_the_whole_year_is_written_only_when_asked_for_and_keeps_what_was_typed(
    shop: Shop,
) -> None:
    key = received(shop)
    assert 'value="01/01/2026"' not in shop.get(f"tray/{key}")
    chosen = shop.world.patient(LAMBIOTTE)
    answer = shop.post(f"tray/{key}/year", patient=chosen, kind="AMC_CARD", dated="02/03/2026")
    assert answer.status_code == 200
    for value in ("01/01/2026", "31/12/2026", "02/03/2026"):
        assert f'value="{value}"' in answer.text
    assert f'value="{chosen}" data-item checked' in answer.text
    assert '<option value="AMC_CARD" selected>' in answer.text
    assert tray.document(shop.world.desk, key).filing.valid_from is None


@pytest.mark.row("MAIIA-41")
def test_a_code_proposes_its_fields_beside_and_never_dates(shop: Shop) -> None:
    key = received(shop, [CodeRead(Symbology.QR, CODE, CODE.encode(), to_verify=True)])
    page = shop.get(f"tray/{key}")
    assert "775678584" in page
    assert "0123456789" in page
    assert "peut différer du papier" in page
    assert '<option value="AMC_CARD" selected>' in page
    assert 'name="valid_from" type="text" value=""' in page


def test_an_unknown_code_is_shown_as_it_reads(shop: Shop) -> None:
    text = "https://exemple.test/\u202e<b>"
    key = received(shop, [CodeRead(Symbology.QR, text, text.encode())])
    page = shop.get(f"tray/{key}")
    assert "https://exemple.test/⟨202E⟩&lt;b&gt;" in page
    assert 'href="https' not in page


def test_a_document_is_thrown_away_with_a_reason_and_taken_back(shop: Shop) -> None:
    key = received(shop)
    refused = shop.post(f"tray/{key}/discard", reason=" ")
    assert refused.status_code == 422
    page = shop.follow(f"tray/{key}/discard", reason="publicité")
    assert "1 écarté, à reprendre" in page
    assert "publicité" in shop.get(f"tray/{key}")
    page = shop.follow(f"tray/{key}/back")
    assert "1 document à ranger" in page


@pytest.mark.row("MAIIA-32")
def test_the_home_counts_what_nobody_filed(shop: Shop) -> None:
    received(shop)
    home = shop.get("today/")
    counter = home.partition('id="to-do"')[2].partition("</a>")[0]
    assert "<b>1</b>" in counter
    assert "1 document" in counter


@pytest.mark.row("MAIIA-35")
def test_the_file_of_the_patient_lists_its_documents(shop: Shop) -> None:
    key = received(shop)
    patient = shop.world.ids[OUCHENE]
    dates = {"valid_from": "01/01/2026", "valid_to": "31/12/2026"}
    shop.post(f"tray/{key}/integrate", patient=patient, kind="AMC_CARD", **dates)
    page = shop.get(f"patients/{patient}")
    assert f"tray/{key}" in page
    assert "valable du 01/01/2026 au 31/12/2026" in page
    assert "Fatima OUCHENE" in shop.get(f"tray/{key}")


def test_what_was_filed_as_care_is_not_shown_to_the_administration(shop: Shop) -> None:
    key = received(shop)
    patient = shop.world.ids[OUCHENE]
    shop.post(f"tray/{key}/integrate", patient=patient, kind="RX_SCAN")
    shop.world.desk.db.execute(
        "update app_user set role = ?, is_main = 0, practitioner = null", (str(Role.STAFF),)
    )
    for path in ("", "/page/1", "/original"):
        assert shop.client.get(f"{shop.door.root}tray/{key}{path}").status_code == 403
    assert f"tray/{key}" not in shop.get(f"patients/{patient}")
    other = tray.receive(shop.world.desk, JPEG, "x.jpg", Origin.IMPORT).id
    tray.looked_into(shop.world.desk, other, [Page(JPEG, 92, ())])
    assert '<option value="RX_SCAN"' not in shop.get(f"tray/{other}")


@pytest.mark.parametrize(
    ("word", "advice"),
    [
        ("blurred", "tenez l’appareil immobile"), ("coarse", "200 points par pouce"),
        ("dark", "éclairez la feuille"), ("pale", "plus de contraste"),
    ],
)  # fmt: skip
def test_the_quality_of_the_worst_page_is_shown_with_what_to_do_better(
    shop: Shop, word: str, advice: str
) -> None:
    key = tray.receive(shop.world.desk, JPEG, "x.jpg", Origin.SCAN).id
    tray.looked_into(shop.world.desk, key, [Page(JPEG, 92, ()), Page(JPEG, 41, (word,))])
    page = shop.get(f"tray/{key}")
    for words in ("Difficile à lire", "Qualité\N{NO-BREAK SPACE}: 41 sur 100", advice):
        assert words in page


def test_what_the_words_of_a_paper_propose_is_marked_and_nothing_is_filled_by_itself(
    shop: Shop,
) -> None:
    key = received(shop)
    tray.suggest(shop.world.desk, key, "Dr Anne Willems, le 12/02/2026 : 18 séances")
    page = shop.get(f"tray/{key}")
    for words in ("Lu sur l’image, à vérifier", "Anne Willems", "12/02/2026", "18", "Alt+4"):
        assert words in page
    assert 'name="dated" type="text" value=""' in page
    asked = shop.post(f"tray/{key}/day", patient="", kind="RX_SCAN")
    assert 'name="dated" type="text" value="12/02/2026"' in asked.text
    assert '<option value="RX_SCAN" selected>' in asked.text
    tray.suggest(shop.world.desk, key, "9 séances")  # a second reading changes nothing
    assert tray.suggestions(shop.world.desk, key)["sessions"] == "18"


def test_a_paper_whose_words_propose_nothing_says_nothing(shop: Shop) -> None:
    key = received(shop)
    tray.suggest(shop.world.desk, key, "rien d’utile")
    page = shop.get(f"tray/{key}")
    assert "Lu sur l’image" not in page
    assert "Alt+4" not in page
    assert 'value=""' in shop.post(f"tray/{key}/day").text


def test_who_comes_from_a_file_finds_it_chosen_for_what_he_adds(shop: Shop) -> None:
    """And never for what already lay there: that may be another's."""
    whose = shop.world.patient(OUCHENE)
    received(shop)
    file = shop.get(f"patients/{whose}")
    assert f"tray/?patient={whose}" in file
    page = shop.get(f"tray/?patient={whose}")
    assert "Pour Fatima OUCHENE" in page and "Choisissez un document à gauche" in page
    assert 'name="patient"' not in page and f"scan/?patient={whose}" in page
    answer = shop.client.post(
        f"{shop.door.root}tray/receive?patient={whose}",
        data={"page_token": shop.door.page_token, "files": [(io.BytesIO(PDF + b"2"), "b.pdf")]},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303 and answer.location.endswith(f"?patient={whose}")
    key = answer.location.split("/")[-1].partition("?")[0]
    tray.looked_into(shop.world.desk, key, [Page(JPEG, 92, ())])
    shown = shop.client.get(answer.location).text
    assert f'value="{whose}" data-item checked' in shown
    assert shop.client.get(f"{shop.door.root}tray/?patient=01NOBODY").status_code == 404
