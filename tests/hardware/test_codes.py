"""What is read in images, what is not, and that nothing is ever read wrongly."""

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hardware import codes, zbar, zxing
from hardware.opencv import MOST_PIXELS, cv2
from hardware.pictures import Grey
from server.core.codes import CodeRead, Symbology
from tests.hardware.drawn import on_a_page, other, qr

ROOT = Path(__file__).parents[2]
TWINS = ROOT / "tests" / "golden" / "codes"
SHARED = ROOT.parent / "shared" / "data" / "qr"
NISS = "85073003328"  # fabricated: its check digits hold, nobody has it


def rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def opened(path: Path) -> Grey:
    return np.asarray(Image.open(path).convert("L"))


def texts(image: Grey) -> list[str]:
    return [code.text for code in codes.read_still(image)]


@pytest.mark.parametrize("row", rows(TWINS / "expected.csv"), ids=lambda row: row["file"])
def test_each_kind_of_hard_image_is_read(row: dict[str, str]) -> None:
    (code,) = codes.read_still(opened(TWINS / row["file"]))
    assert (code.symbology.value, code.text) == (row["symbology"], row["text"])


def test_of_forty_images_at_least_thirty_eight_are_read_and_none_wrongly() -> None:
    if not SHARED.is_dir():
        pytest.skip("the forty images of ../shared/data/qr are not here")
    found = [
        (texts(opened(SHARED / row["fichier"])), row["contenu_attendu"])
        for row in rows(SHARED / "attendu.csv", ";")
    ]
    assert sum(got == [expected] for got, expected in found) >= 38
    assert [got for got, expected in found if got not in ([], [expected])] == []


def test_a_frame_is_read_within_its_patience() -> None:
    image = on_a_page(qr("carte inventée"))
    assert [code.text for code in codes.read_frame(image)] == ["carte inventée"]
    steps = itertools.count(0, 1)
    assert codes.read_frame(np.full((720, 1280), 255, np.uint8), lambda: next(steps)) == []
    assert next(steps) == 2  # one look took a second: no other began


def test_all_codes_of_a_page_are_given() -> None:
    page = on_a_page(qr("un"), other("deux", "DataMatrix"), other("trois", "PDF417", 2))
    assert set(texts(page)) == {"un", "deux", "trois"}


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("inverted", [False, True])
def test_a_code_is_read_turned_and_white_on_black(turns: int, inverted: bool) -> None:
    page = on_a_page(other("tourné", "DataMatrix"))
    page = np.ascontiguousarray(np.rot90(255 - page if inverted else page, turns))
    assert texts(page) == ["tourné"]


WORDS = ["Gaël à Liège", "ÉÈÀ Zoé", "Kœnen « Été »", "100 € – né(e)", "Loïc Çaÿ", "naïf ï"]


ENCODINGS = ["utf-8", "iso-8859-1", "cp1252", "iso-8859-15"]


def has_form(word: str, encoding: str) -> bool:
    return word.encode(encoding, "ignore").decode(encoding) == word


@pytest.mark.parametrize(
    ("word", "encoding"), [pair for pair in itertools.product(WORDS, ENCODINGS) if has_form(*pair)]
)
def test_letters_are_right_or_said_to_be_unsure(word: str, encoding: str) -> None:
    (code,) = codes.read_still(on_a_page(qr(word, encoding=encoding)))
    assert code.raw == word.encode(encoding)
    assert code.text == word or (code.to_verify and encoding == "iso-8859-15")
    assert code.to_verify or encoding == "utf-8"


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-15", "cp1252"])
def test_a_declared_character_set_is_heeded(encoding: str) -> None:
    (code,) = codes.read_still(on_a_page(qr("Kœnen 12 €", encoding=encoding, eci=True)))
    assert code.text == "Kœnen 12 €"


def test_what_zxing_takes_for_japanese_is_read_as_our_letters() -> None:
    raw = "ÉÈÀ Gaëlle".encode("cp1252")
    assert zxing.letters("ﾉﾈﾀ Ga�le", raw) == ("ÉÈÀ Gaëlle", False)


def test_bytes_are_kept_as_they_are() -> None:
    raw = bytes(range(256))
    (code,) = codes.read_still(on_a_page(other(raw, "DataMatrix")))
    assert code.raw == raw
    assert code.to_verify


def test_micro_codes_which_only_detect_errors_are_not_read() -> None:
    assert texts(on_a_page(other("1234", "MicroQRCode", 8))) == []


def test_a_linear_code_is_always_to_be_verified() -> None:
    assert codes.read_still(on_a_page(other("A-12", "Code128"))) == [
        CodeRead(Symbology.CODE128, "A-12", b"A-12", to_verify=True)
    ]


def test_a_linear_code_without_check_counts_when_its_text_vouches_for_itself() -> None:
    assert texts(on_a_page(other(NISS, "Code39", 3))) == [NISS]


def test_one_that_does_not_counts_when_two_libraries_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    page = on_a_page(other("CARTE12", "Code39", 3))
    if zbar.library() is None:
        pytest.skip("libzbar0 is not installed: there is no second opinion here")
    assert texts(page) == ["CARTE12"]
    monkeypatch.setattr(zbar, "library", lambda: None)
    assert texts(page) == []


def heard(monkeypatch: pytest.MonkeyPatch, said: bytes) -> list[CodeRead]:
    """What is believed when zbar says this of an image in which nothing else is seen."""

    class Said:
        type, data = "QRCODE", said

    monkeypatch.setattr(zbar, "library", lambda: lambda *_, **__: [Said])
    return codes.read_still(np.full((200, 200), 255, np.uint8))


def test_the_second_opinion_is_believed_with_a_check_digit_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert heard(monkeypatch, NISS.encode()) == [
        CodeRead(Symbology.QR, NISS, NISS.encode(), to_verify=True)
    ]
    assert heard(monkeypatch, b"85073003329") == []
    assert heard(monkeypatch, b"carte 12") == []
    assert heard(monkeypatch, "Ga螔le".encode()) == []


def test_what_opencv_alone_sees_is_to_be_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zxing, "read", lambda *_, **__: [])
    monkeypatch.setattr(zbar, "library", lambda: None)
    monkeypatch.setattr(codes, "_STILL", codes._STILL[-1:])
    (code,) = codes.read_still(qr("vu par un autre"))
    assert (code.text, code.to_verify) == ("vu par un autre", True)
    assert codes.read_still(qr("œ", encoding="iso-8859-15", eci=True)) == []
    assert codes.read_still(np.full((2000, 2000), 255, np.uint8)) == []


def test_noise_holds_no_code() -> None:
    noise = np.random.default_rng(7).integers(0, 256, (1200, 1600)).astype(np.uint8)
    assert texts(noise) == []


def test_opencv_refuses_bombs_by_itself() -> None:
    side = int(MOST_PIXELS**0.5) + 100
    bomb = cv2.imencode(".png", np.zeros((side, side), np.uint8))[1]
    with pytest.raises(cv2.error, match="pixels"):
        cv2.imdecode(bomb, cv2.IMREAD_GRAYSCALE)
