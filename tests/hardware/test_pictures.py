"""Files from outside as pixels: each kind opened, each bad one refused with its reason."""

import numpy as np
import pytest
from PIL import Image

from hardware import pictures
from hardware.code_ports import CodeProblem, CodeTrouble
from hardware.codes import read_still
from tests.hardware.drawn import on_a_page, pdf, png, qr, saved

PAGE = on_a_page(qr("inventé"))


def first_text(data: bytes) -> str:
    (text,) = {
        code.text for page in pictures.looks(data) for look in page for code in read_still(look)
    }
    return text


def problem(data: bytes) -> CodeProblem:
    with pytest.raises(CodeTrouble) as raised:
        for page in pictures.looks(data):
            list(page)
    return raised.value.problem


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "PDF"])
def test_every_kind_of_file_is_opened(kind: str) -> None:
    assert first_text(saved(Image.fromarray(PAGE), kind)) == "inventé"


def test_a_photo_is_turned_as_the_camera_said_and_white_where_it_is_transparent() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = Image.fromarray(np.zeros((20, 40), np.uint8))
    assert next(next(pictures.looks(saved(turned, "JPEG", exif=exif)))).shape == (40, 20)
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    assert next(next(pictures.looks(saved(clear, "PNG")))).min() == 255


def test_pages_are_given_one_by_one_and_an_animation_is_its_first_image() -> None:
    frames = [Image.fromarray(PAGE), Image.fromarray(255 - PAGE)]
    assert len(list(pictures.looks(pdf(PAGE, PAGE, PAGE)))) == 3
    for kind, pages in (("TIFF", 2), ("GIF", 1), ("WEBP", 1), ("PNG", 1)):
        data = saved(frames[0], kind, save_all=True, append_images=frames[1:])
        assert len(list(pictures.looks(data))) == pages


def test_a_large_photo_is_made_as_small_as_is_useful_and_a_giant_page_too() -> None:
    photo = saved(Image.new("L", (6000, 4000)), "PNG")
    assert next(next(pictures.looks(photo))).size <= 9_010_000
    giant = saved(Image.new("L", (60, 40)), "PDF", resolution=0.3)
    assert all(look.size <= 9_010_000 for page in pictures.looks(giant) for look in page)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", CodeProblem.NOT_AN_IMAGE),
        (b"bonjour", CodeProblem.NOT_AN_IMAGE),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), CodeProblem.NOT_AN_IMAGE),
        (png(PAGE)[:-200], CodeProblem.DAMAGED),
        (saved(Image.fromarray(PAGE), "JPEG")[:2000], CodeProblem.DAMAGED),
        (b"%PDF-1.4\nbonjour", CodeProblem.DAMAGED_PDF),
        (pdf(PAGE)[:700], CodeProblem.DAMAGED_PDF),
        (pdf(*[PAGE] * 31), CodeProblem.TOO_MANY_PAGES),
    ],
)
def test_what_cannot_be_opened_says_why(data: bytes, expected: CodeProblem) -> None:
    assert problem(data) == expected


def test_a_page_that_is_lost_inside_a_pdf_is_said() -> None:
    data = pdf(PAGE, PAGE)
    lost = data.replace(b"/Type /Page\n", b"/Type /Pags\n")
    assert data != lost
    assert problem(lost) == CodeProblem.DAMAGED_PDF
