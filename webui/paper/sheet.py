"""A blank A4 sheet in our own font, ready to be written on and always made of the same bytes."""

import unicodedata
from collections.abc import Collection, Sequence
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


def tell(pdf: "FPDF", text: str, *, size: float = 0, style: str = "") -> None:
    """Write a paragraph over the whole width."""
    held = pdf.font_size_pt
    pdf.set_font(style=style, size=size or held)
    pdf.multi_cell(0, None, printable(pdf, text), align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(style="", size=held)


def head(pdf: "FPDF", title: str, warning: str, *also: str) -> None:
    """Say what the paper is not, above everything; then its title, and what is said under it."""
    tell(pdf, warning, style=BOLD)
    pdf.ln(6)
    pdf.start_section(title)
    tell(pdf, title, size=18, style=BOLD)
    for text in also:
        tell(pdf, text)
    pdf.ln(4)


def part(pdf: "FPDF", title: str, *lines: str) -> None:
    """Write a titled part; lines that are empty fall out, and a part without any with them."""
    told = [line for line in lines if line]
    if not told:
        return
    tell(pdf, title, style=BOLD)
    for line in told:
        tell(pdf, line)
    pdf.ln(3)


def grid(pdf: "FPDF", widths: Sequence[int], amounts: int, rows: Sequence[Sequence[str]]) -> None:
    """Draw a table, its first row the heads; the last columns are amounts, aligned right."""
    aligned = ["LEFT"] * (len(widths) - amounts) + ["RIGHT"] * amounts
    with pdf.table(
        col_widths=tuple(widths), text_align=tuple(aligned), borders_layout="HORIZONTAL_LINES",
        line_height=6, padding=1,
    ) as table:  # fmt: skip
        for cells in rows:
            row = table.row()
            for cell in cells:
                row.cell(printable(pdf, cell))
    pdf.ln(3)


def to_write(pdf: "FPDF", words: str, lines: int = 1) -> None:
    """Leave room for the pen beside some words."""
    tell(pdf, words)
    for _ in range(lines):
        pdf.ln(8)
        pdf.line(pdf.l_margin, pdf.get_y(), pdf.l_margin + pdf.epw, pdf.get_y())
    pdf.ln(4)


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
