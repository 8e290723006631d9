"""The list of complementaries on paper: the columns of the screen, on a landscape sheet."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from server.services.complementaries import Entry
from webui import formats
from webui.i18n import Catalogue
from webui.paper.sheet import BOLD, SMALL, open_sheet, printable

if TYPE_CHECKING:
    from fpdf import FPDF

_WIDTHS = (24, 12, 50, 14, 24, 50)  # millimetres
_COLUMNS = ("number", "unique", "name", "convention_type", "criterion", "street1")


def write_list(chosen: Sequence[Entry], practice: str, spoken: Catalogue, now: datetime) -> bytes:
    """Write the complementaries as PDF; nobody's name is on it but the practice's."""
    title = spoken.say("payers.title")
    pdf = open_sheet(title, spoken.language, practice, now)
    pdf.start_section(title)
    pdf.set_font(style=BOLD, size=18)
    pdf.cell(text=printable(pdf, title), new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(style="", size=SMALL)
    told = spoken.say("payers.printed", practice=practice, day=formats.day(now))
    pdf.cell(text=printable(pdf, told), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(4)
    _rows(pdf, chosen, spoken)
    return bytes(pdf.output())


def _rows(pdf: "FPDF", chosen: Sequence[Entry], spoken: Catalogue) -> None:
    with pdf.table(col_widths=_WIDTHS, line_height=5, borders_layout="HORIZONTAL_LINES") as table:
        row = table.row()
        for name in _COLUMNS:
            row.cell(printable(pdf, spoken.say(f"payers.column.{name}")))
        for entry in chosen:
            row = table.row()
            for text in _cells(entry, spoken):
                row.cell(printable(pdf, text))


def _cells(entry: Entry, spoken: Catalogue) -> Sequence[str]:
    held = entry.row
    place = f"{held.postcode} {held.city}".strip()
    lives = ", ".join(text for text in (held.street1, held.street2, place, held.phone1) if text)
    return (
        held.number, spoken.say("payers.yes") if entry.unique else "", held.name,
        held.convention_type, held.criterion, lives,
    )  # fmt: skip
