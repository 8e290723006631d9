"""The receipt of one session in France: acts, amounts, who pays them, what the patient paid.

A4, in our own font; the same facts give the same bytes, so that the copy kept proves what was
handed over. No number of the patient is on it (F-17).
"""

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from server.services.french_papers import Receipt
from webui import formats
from webui.i18n import Catalogue, catalogue
from webui.paper.sheet import BOLD, SMALL, open_sheet, printable

if TYPE_CHECKING:
    from fpdf import FPDF

_WIDTHS = (18, 64, 23, 23, 23, 23)  # millimetres: code, act, asked, caisse, mutuelle, patient
_AMOUNTS = 4
_LOCALE = "fr_FR"


def write_receipt(receipt: Receipt) -> bytes:
    """Write the receipt as PDF."""
    spoken = catalogue(_LOCALE)
    title = spoken.say("receipt.title")
    made = datetime.combine(receipt.care_date, time(12), UTC)  # fixed: the bytes must not move
    pdf = open_sheet(title, spoken.language, receipt.practice.name, made)
    _say(pdf, spoken.say("receipt.not_approved"), style=BOLD)
    if receipt.fictional:
        _say(pdf, spoken.say("receipt.fictional"))
    pdf.ln(6)
    pdf.start_section(title)
    _say(pdf, title, size=18, style=BOLD)
    day = formats.day(receipt.care_date)
    _say(pdf, spoken.say("receipt.number", number=receipt.number, day=day))
    if receipt.replaces:
        _say(pdf, spoken.say("receipt.replaces", number=receipt.replaces))
    if receipt.copy > 1:
        _say(pdf, spoken.say("receipt.copy", copy=receipt.copy), style=BOLD)
    pdf.ln(5)
    for line in _parties(receipt, spoken):
        _say(pdf, line)
    pdf.ln(5)
    _lines(pdf, receipt, spoken)
    _case(pdf, receipt, spoken)
    return bytes(pdf.output())


def _parties(receipt: Receipt, spoken: Catalogue) -> list[str]:
    practice, kine, patient = receipt.practice, receipt.kine, receipt.patient
    lines = [
        f"{kine.first_name} {kine.last_name.upper()}, {practice.name}",
        f"{practice.street}, {practice.postcode} {practice.city}".strip(", "),
        spoken.say("receipt.kine", rpps=kine.number, billing=kine.billing_number or "–"),
        spoken.say("receipt.patient", name=f"{patient.first_name} {patient.last_name.upper()}"),
    ]
    return [line for line in lines if line]


def _lines(pdf: "FPDF", receipt: Receipt, spoken: Catalogue) -> None:
    """Write one row per line, and the totals; without a price, say so."""
    if not receipt.lines:
        _say(pdf, spoken.say("receipt.unpriced"), style=BOLD)
        return
    columns = ("code", "act", "charged", "amo", "amc", "patient")
    heads = [spoken.say(f"receipt.column.{name}") for name in columns]
    rows = [
        (line.code.replace(".", ","), line.label, line.charged_cents, line.amo_cents,
         line.amc_cents, line.patient_cents)
        for line in receipt.lines
    ]  # fmt: skip
    total = (
        spoken.say("receipt.total"), "", receipt.charged_cents, receipt.amo_cents,
        receipt.amc_cents, receipt.patient_cents,
    )  # fmt: skip
    aligned = ["LEFT"] * (len(_WIDTHS) - _AMOUNTS) + ["RIGHT"] * _AMOUNTS
    with pdf.table(
        col_widths=_WIDTHS, text_align=tuple(aligned), borders_layout="HORIZONTAL_LINES",
        line_height=6, padding=1,
    ) as table:  # fmt: skip
        for cells in (heads, *rows, total):
            row = table.row()
            for cell in cells:
                text = formats.amount(spoken, cell) if isinstance(cell, int) else cell
                row.cell(printable(pdf, text))


def _case(pdf: "FPDF", receipt: Receipt, spoken: Catalogue) -> None:
    """Say what was paid, and why the patient is given this paper."""
    pdf.ln(4)
    paid = formats.money(spoken, receipt.paid_cents)
    means = spoken.say(f"means.{receipt.means}") if receipt.means else ""
    said = "receipt.paid_means" if means else "receipt.paid"
    _say(pdf, spoken.say(said, sum=paid, means=means), style=BOLD)
    whole = receipt.paid_cents >= receipt.charged_cents > receipt.patient_cents
    case = "whole" if whole else "amc" if receipt.refused_amc else "part"
    _say(pdf, spoken.say(f"receipt.case_{case}"), size=SMALL)


def _say(pdf: "FPDF", text: str, *, size: float = 0, style: str = "") -> None:
    held = pdf.font_size_pt
    pdf.set_font(style=style, size=size or held)
    pdf.multi_cell(0, None, printable(pdf, text), align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(style="", size=held)
