"""« Lire un code » on the screen: sources, what a code is, and the calibration of a hand reader."""

import io

import pytest

from hardware.code_ports import CodeProblem
from server.core.codes import CodeRead, Symbology
from server.services import hand_readers
from server.services.hand_readers import HandReader
from tests.people import DELVAUX, OUCHENE
from tests.webui.shop import FakeCodes, Shop
from tests.world import World
from webui.codes import CodeState, Reading

ATTESTATION = "NumeroAMC=775678584;NumAdherent=0123456789;TypeConv=SC;CSR=12"
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def codes(shop: Shop) -> FakeCodes:
    assert isinstance(shop.rooms.codes, FakeCodes)
    return shop.rooms.codes


def typed(shop: Shop, text: str, field: str = "") -> str:
    form = {"text": text, "field": field, "page_token": shop.door.page_token}
    answer = shop.client.post(f"{shop.door.root}codes/typed", data=form, headers=FRAGMENT)
    assert answer.status_code == 200
    return answer.text


def test_i1_an_attestation_is_told_field_by_field_and_never_its_dates(shop: Shop) -> None:
    panel = typed(shop, ATTESTATION)
    for words in ("attestation", "775678584", "0123456789", "SC", "tapez les dates"):
        assert words in panel
    assert "supposée" in panel


def test_i2_an_unknown_text_is_kept_shown_and_nothing_is_filled(shop: Shop) -> None:
    panel = typed(shop, "https://example.org/?a=1\x1d<script>")
    assert "Ce code n’est pas connu" in panel
    assert "Rien n’a été rempli" in panel
    assert "https://example.org/?a=1␝&lt;script&gt;" in panel
    assert 'href="https' not in panel
    assert "Nouveau patient" in panel


def test_i4_a_burst_in_a_field_is_said_with_the_field_and_can_go_back(shop: Shop) -> None:
    panel = typed(shop, ATTESTATION, "Rue <b>")
    assert "Le lecteur a tapé dans «\N{NO-BREAK SPACE}Rue &lt;b&gt;" in panel
    assert f'data-code-back="{ATTESTATION}"' in panel
    assert "a tapé dans" not in typed(shop, ATTESTATION)


@pytest.mark.row("MAIIA-37")
def test_a_vignette_leads_to_its_patient_or_says_that_nobody_has_the_number(shop: Shop) -> None:
    patient = shop.world.patient(OUCHENE)
    number = "".join(each for each in OUCHENE.niss if each.isdigit())
    panel = typed(shop, number)
    assert f"patients/{patient}" in panel
    assert "Fatima OUCHENE" in panel
    stranger = "".join(each for each in DELVAUX.niss if each.isdigit())
    assert "Aucun dossier n’a ce numéro" in typed(shop, stranger)


def test_a_reader_that_types_wrong_is_said_with_the_way_to_its_calibration(shop: Shop) -> None:
    codes(shop).unmended = True
    panel = typed(shop, "à&é\"'(§è")
    assert "avec un autre clavier" in panel
    assert "codes/reader" in panel


def test_without_script_what_was_typed_is_told_on_the_page(shop: Shop) -> None:
    page = shop.follow("codes/typed", text=ATTESTATION)
    assert "775678584" in page
    refused = shop.post("codes/typed", text="  \r\n")
    assert refused.status_code == 422
    assert "Rien n’a été tapé" in refused.text


def test_the_camera_says_how_it_stands_and_gives_frames_that_nobody_keeps(shop: Shop) -> None:
    assert "Ouvrir la caméra" in shop.get("codes/")
    shop.post("codes/look", camera="1")
    shop.post("codes/stop")
    assert codes(shop).asked == ["look 1", "stop"]
    frame = f"{shop.door.root}codes/frame"
    assert shop.client.get(frame).status_code == 204
    codes(shop).state = CodeState(looking=True)
    assert "La caméra s’ouvre" in shop.get("codes/camera")
    codes(shop).state = CodeState(looking=True, seen=True, hint=True)
    assert "évitez le reflet" in shop.get("codes/camera")
    codes(shop).preview = b"\xff\xd8 a frame"
    shown = shop.client.get(frame)
    assert (shown.mimetype, shown.data) == ("image/jpeg", b"\xff\xd8 a frame")
    assert shown.headers["Cache-Control"] == "no-store"
    policy = shown.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "blob:" not in policy


@pytest.mark.parametrize("problem", CodeProblem)
def test_every_reason_why_no_code_was_read_is_a_sentence(shop: Shop, problem: CodeProblem) -> None:
    codes(shop).state = CodeState(problem=str(problem))
    page = shop.get("codes/camera")
    assert "codes.problem" not in page
    assert 'class="note wait"' in page


def test_an_image_is_handed_over_and_an_empty_field_refused(shop: Shop) -> None:
    token = {"page_token": shop.door.page_token}
    sent = {**token, "file": (io.BytesIO(b"\x89PNG"), "photo.png")}
    address = f"{shop.door.root}codes/file"
    assert shop.client.post(address, data=sent).status_code == 303
    assert codes(shop).asked == [b"\x89PNG"]
    refused = shop.client.post(address, data=token)
    assert refused.status_code == 422
    assert "Aucun fichier n’est choisi" in refused.text


def test_what_was_read_by_another_hand_is_fetched_by_its_number_alone(shop: Shop) -> None:
    assert shop.get("codes/found").strip() == ""
    code = CodeRead(Symbology.DATAMATRIX, ATTESTATION, ATTESTATION.encode(), to_verify=True)
    codes(shop).last = Reading(7, "CAMERA", code)
    panel = shop.get("codes/found")
    assert 'data-code="7"' in panel
    assert "lu par la caméra" in panel
    assert "comparez" in panel


@pytest.mark.row("MAIIA-36")
@pytest.mark.parametrize(
    ("verdict", "accents", "words"),
    [
        ("", True, "En attente du lecteur"), ("right", True, "Le lecteur tape juste"),
        ("mended", False, "Les lettres accentuées se perdent"), ("refused", True, "USB-COM"),
    ],
)  # fmt: skip
def test_the_calibration_page_has_a_test_code_and_a_light(
    shop: Shop, verdict: str, accents: bool, words: str
) -> None:
    if verdict:
        hand_readers.remember(shop.world.desk, HandReader(verdict, accents, {}))
    page = shop.get("codes/reader")
    assert words in page
    assert "codes/reader/code.svg" in page
    drawn = shop.client.get(f"{shop.door.root}codes/reader/code.svg")
    assert drawn.mimetype == "image/svg+xml"


def test_a_reader_is_judged_and_its_line_chosen(shop: Shop) -> None:
    shop.post("codes/reader", text="0123456789 azqwm\r\n")
    shop.post("codes/line", line="COM3")
    assert codes(shop).asked == ["0123456789 azqwm\r\n", "line COM3"]
    assert shop.post("codes/reader", text=" ").status_code == 422
    assert "COM3 (Lecteur inventé)" in shop.get("codes/reader")


def test_beside_a_file_that_is_only_read_no_code_is(shop: Shop) -> None:
    shop.rooms.codes = None
    answer = shop.client.get(f"{shop.door.root}codes/")
    assert answer.status_code == 503
    assert "ouvert qu’en lecture" in answer.text
