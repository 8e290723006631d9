"""`besace inspect` on images and pages: one line per code, a sentence when there is none."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hardware.code_ports import CodeProblem
from server.app.inspect import inspect
from server.app.inspect_codes import is_picture
from server.app.words import Words
from server.countries.code_profiles import Field
from tests.hardware.drawn import on_a_page, other, pdf, png, qr, saved

ROOT = Path(__file__).parents[2]
ATTESTATION = "AMC=99123456|ADH=77001122|TYPE=IS|CSR=042|DROITS=20260101-20261231"
OF_CODES = [p for p in CodeProblem if not p.startswith(("camera", "hand_reader"))]


def lines(path: Path, as_format: str | None = None) -> tuple[int, list[dict[str, Any]]]:
    out = io.StringIO()
    status = inspect([path], as_format, True, out)
    return status, [json.loads(line) for line in out.getvalue().splitlines()]


def kept(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.row("MAIIA-38")
def test_an_attestation_gives_every_field_but_the_dates(tmp_path: Path) -> None:
    path = kept(tmp_path / "carte.png", png(on_a_page(other(ATTESTATION, "DataMatrix"))))
    status, (line,) = lines(path)
    assert (status, line["file"]) == (0, str(path))
    assert (line["format"], line["verdict"]) == ("code.datamatrix", "valid")
    assert [problem["code"] for problem in line["problems"]] == ["code.supposed"]
    content = line["content"]
    assert (content["symbology"], content["text"]) == ("DataMatrix", ATTESTATION)
    assert bytes.fromhex(content["raw"]).decode() == ATTESTATION
    assert content["attestation"] == {
        "profile": "fr.amc.named", "country": "FR", "confirmed": False, "amc_number": "99123456",
        "convention_type": "IS", "csr": "042", "member_number": "77001122", "niss": None,
        "document": None,
    }  # fmt: skip


def test_several_codes_of_a_page_are_a_line_each(tmp_path: Path) -> None:
    page = on_a_page(qr("un"), other("deux", "DataMatrix"))
    status, found = lines(kept(tmp_path / "page.pdf", pdf(page, on_a_page(qr("trois")))))
    assert status == 0
    assert {line["file"] for line in found} == {str(tmp_path / "page.pdf")}
    told = {(line["format"], line["content"]["text"]) for line in found}
    assert told == {("code.qr", "un"), ("code.datamatrix", "deux"), ("code.qr", "trois")}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (png(np.full((300, 300), 255, np.uint8)), "code.none"),
        (png(on_a_page(qr("x")))[:-300], "image.damaged"),
        (saved(Image.new("1", (20_000, 20_000)), "PNG"), "image.too_large"),
        (b"%PDF-1.7\nrien", "pdf.damaged"),
    ],
)
def test_an_image_without_a_code_is_one_line_with_advice(
    tmp_path: Path, data: bytes, code: str
) -> None:
    status, (line,) = lines(kept(tmp_path / "image", data))
    assert (status, line["format"], line["verdict"]) == (2, "unknown", "unknown")
    (problem,) = line["problems"]
    assert problem["code"] == code
    assert problem["sentence"].endswith(".") and "…" not in problem["sentence"]
    assert line["content"] == {}


def test_the_unreadable_is_answered_by_advice_in_both_languages(tmp_path: Path) -> None:
    path = kept(tmp_path / "blanc.png", png(np.full((300, 300), 255, np.uint8)))
    told = {}
    for language in ("fr", "nl"):
        out = io.StringIO()
        inspect([path], None, False, out, language)
        told[language] = out.getvalue()
    assert "Rapprochez" in told["fr"] and "évitez le reflet" in told["fr"]
    assert "dichter" in told["nl"] and "weerkaatsing" in told["nl"]


def test_a_guess_of_letters_and_an_unknown_layout_are_said(tmp_path: Path) -> None:
    page = on_a_page(qr("Gaël", encoding="iso-8859-1"))
    status, (line,) = lines(kept(tmp_path / "code.png", png(page)))
    assert (status, line["verdict"], line["content"]["attestation"]) == (0, "valid", None)
    told = [(problem["code"], problem["severity"]) for problem in line["problems"]]
    assert told == [("code.to_verify", "warning"), ("code.no_profile", "info")]


def test_row_21_people_see_signs_where_a_code_holds_commands(tmp_path: Path) -> None:
    text = "AMC=99123456|ADH=77|\x1b[2Jhttps://x.invalid/"
    path = kept(tmp_path / "code.png", png(on_a_page(other(text, "DataMatrix"))))
    out = io.StringIO()
    assert inspect([path], None, False, out) == 0
    assert "␛[2J" in out.getvalue()
    shown = out.getvalue().replace("\n", "").replace("\N{NO-BREAK SPACE}", "")
    assert shown.isprintable()
    assert "numéro AMC : 99123456" in out.getvalue()


def test_the_format_can_be_imposed(tmp_path: Path) -> None:
    path = kept(tmp_path / "notes.txt", b"bonjour")
    assert lines(path, "code")[1][0]["problems"][0]["code"] == "image.unknown"
    assert lines(path, "code.qr")[1][0]["problems"][0]["code"] == "image.unknown"


def test_pictures_are_told_from_messages_by_their_first_bytes() -> None:
    image = Image.new("L", (20, 20))
    for kind in ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "PDF"):
        assert is_picture(saved(image, kind))
    assert not is_picture(b"920900" + bytes(400))
    assert not is_picture(b"")


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_every_problem_of_an_image_has_its_sentence(language: str) -> None:
    words = Words.load(language, ("inspect_words",))
    for problem in OF_CODES:
        assert words.sentences[problem.value].endswith(".")
    assert {f"attestation.{field}" for field in Field} <= words.sentences.keys()


def test_what_inspect_says_of_the_forty_images_is_what_they_hold() -> None:
    folder = ROOT.parent / "shared" / "data" / "qr"
    if not folder.is_dir():
        pytest.skip("the forty images of ../shared/data/qr are not here")
    with (folder / "attendu.csv").open(encoding="utf-8", newline="") as file:
        expected = {row["fichier"]: row for row in csv.DictReader(file, delimiter=";")}
    out = io.StringIO()
    inspect([folder / name for name in expected], None, True, out)
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [Path(line["file"]).name for line in told] == list(expected)
    read = [line for line in told if line["format"] != "unknown"]
    assert len(read) >= 38
    for line in read:
        row = expected[Path(line["file"]).name]
        content = line["content"]
        assert (content["symbology"], content["text"]) == (
            row["symbologie"],
            row["contenu_attendu"],
        )
    for line in told:
        if line["format"] == "unknown":
            assert line["problems"][0]["code"] == "code.none"
