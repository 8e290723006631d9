"""A blank A4 sheet in our own font, ready to be written on and always made of the same bytes."""

import unicodedata
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fpdf import FPDF

BOLD = "B"
BODY, SMALL = 11, 9  # points
_FAMILY = "Atkinson"
_BARRED = {
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ħ": "h",
    "Ħ": "H",
    "ı": "i",
}
_FONTS = Path(__file__).parents[1] / "static" / "fonts"
_FACES = {
    "": _FONTS / "atkinson-hyperlegible-next-latin-regular.ttf",
    BOLD: _FONTS / "atkinson-hyperlegible-next-latin-bold.ttf",
}


def open_sheet(title: str, language: str, author: str, made: datetime) -> "FPDF":
    """Begin a document: margins of `design.md` §9, title, language and a date that is handed in."""
    from fpdf import FPDF  # heavy, and only when a paper is made

    pdf = FPDF(format="A4")
    pdf.set_margins(18, 16, 18)
    pdf.set_auto_page_break(True, 16)
    for style, face in _FACES.items():
        pdf.add_font(_FAMILY, style, face)
    pdf.set_title(title)
    pdf.set_lang(language)
    pdf.set_author(author)
    pdf.set_creator("Besace")
    pdf.set_creation_date(made)
    pdf.add_page()
    pdf.set_font(_FAMILY, size=BODY)
    return pdf


def printable(pdf: "FPDF", text: str) -> str:
    """Give the text with the letters our font has: an accent it lacks falls, its letter stays."""
    from fpdf.fonts import TTFFont

    face = pdf.current_font
    if not isinstance(face, TTFFont):
        return text
    return "".join(sign if ord(sign) in face.cmap else _bare(sign, face.cmap) for sign in text)


def _bare(sign: str, drawn: Collection[int]) -> str:
    letter = unicodedata.normalize("NFKD", _BARRED.get(sign, sign))[:1]
    return letter if letter and ord(letter) in drawn else "?"
