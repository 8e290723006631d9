"""The document justificatif of one session: what was done, what the insurer is asked, what is paid.

Content: `be-efact.md` §5. A4, in the patient's language, in our own font. The same facts give the
same bytes, so that the copy kept proves what was handed over.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from server.services.documents import Proof
from webui import formats
from webui.i18n import Catalogue, catalogue
from webui.paper.sheet import BOLD, SMALL, open_sheet, printable

if TYPE_CHECKING:
    from fpdf import FPDF

_WIDTHS = (18, 82, 25, 25, 24)  # millimetres: code, act, fee, insurer, patient
_AMOUNTS = 3  # the last columns, aligned right


def write_justificatif(proof: Proof, insurers: Mapping[str, str]) -> bytes:
    """Write the document as PDF; `insurers` gives the name behind an insurer's number."""
    spoken = catalogue(proof.patient.language)
    title = spoken.say("paper.title")
    made = datetime.combine(proof.care_date, time(12), UTC)  # fixed: the bytes must not move
    pdf = open_sheet(title, spoken.language, proof.practice.name, made)
    _warning(pdf, proof, spoken)
    _heading(pdf, proof, spoken, title)
    _parties(pdf, proof, spoken, insurers)
    _acts(pdf, proof, spoken)
    _payment(pdf, proof, spoken)
    return bytes(pdf.output())


def _warning(pdf: "FPDF", proof: Proof, spoken: Catalogue) -> None:
    """Say what this paper is not: on every sheet, above everything."""
    key = "paper.not_approved" if proof.practice.demo else "paper.not_approved_real"
    _say(pdf, spoken.say(key), style=BOLD)
    if proof.fictional:
        _say(pdf, spoken.say("paper.fictional"))
    pdf.ln(6)


def _heading(pdf: "FPDF", proof: Proof, spoken: Catalogue, title: str) -> None:
    day = formats.day(proof.care_date)
    pdf.start_section(title)
    _say(pdf, title, size=18, style=BOLD)
    _say(pdf, spoken.say("paper.number", number=proof.number, day=day))
    pdf.ln(5)


def _parties(pdf: "FPDF", proof: Proof, spoken: Catalogue, insurers: Mapping[str, str]) -> None:
    """Write the kiné on the left and the patient on the right."""
    top, half = pdf.get_y(), pdf.epw / 2
    bottom = top
    for column, lines in enumerate((_kine(proof, spoken), _patient(proof, spoken, insurers))):
        pdf.set_y(top)
        for number, line in enumerate(lines):
            pdf.set_x(pdf.l_margin + column * half)
            _say(pdf, line, width=half - 6, style=BOLD if number == 1 else "")
        bottom = max(bottom, pdf.get_y())
    pdf.set_y(bottom + 6)
    place = spoken.say(f"place.{proof.place}")
    _say(pdf, spoken.say("paper.place", place=place, day=formats.day(proof.care_date)))
    pdf.ln(2)


def _kine(proof: Proof, spoken: Catalogue) -> list[str]:
    practice, kine = proof.practice, proof.kine
    lines = [
        spoken.say("paper.kine"),
        f"{kine.first_name} {kine.last_name.upper()}",
        practice.name,
        f"{practice.street}, {practice.postcode} {practice.city}".strip(", "),
        spoken.say("paper.number_kine", number=kine.number),
    ]
    if practice.enterprise_number:
        lines.append(spoken.say("paper.bce", number=practice.enterprise_number))
    return [line for line in lines if line]


def _patient(proof: Proof, spoken: Catalogue, insurers: Mapping[str, str]) -> list[str]:
    patient, address = proof.patient, proof.address
    lines = [
        spoken.say("paper.patient"),
        f"{patient.first_name} {patient.last_name.upper()}",
    ]
    if patient.niss:
        lines.append(spoken.say("paper.niss", number=formats.niss(patient.niss)))
    if address is not None:
        lines.append(f"{address.street}, {address.postcode} {address.city}")
    if not proof.insurer:
        return [*lines, spoken.say("paper.insurer_unknown")]
    number = proof.insurer.rpartition("/")[2].strip()
    named = f"{number} {insurers.get(number, '')}".strip()
    return [*lines, spoken.say("paper.insurer", insurer=named)]


def _acts(pdf: "FPDF", proof: Proof, spoken: Catalogue) -> None:
    """Write one row per act, and the totals when there are prices."""
    if not proof.lines:
        _say(pdf, f"{spoken.say('paper.acts')} : {', '.join(proof.codes)}")
        _say(pdf, spoken.say("paper.unpriced"), style=BOLD)
        return
    heads = [spoken.say(f"paper.{name}") for name in ("code", "label", "fee", "oa", "share")]
    rows = [
        (line.code, line.label, line.fee_cents, line.oa_cents,
         line.copay_cents + line.supplement_cents)
        for line in proof.lines
    ]  # fmt: skip
    fee = sum(line.fee_cents for line in proof.lines)
    total = (spoken.say("paper.total"), "", fee, proof.oa_cents, proof.copay_cents)
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
    pdf.ln(3)
    _say(pdf, spoken.say("paper.third_party"), size=SMALL)


def _payment(pdf: "FPDF", proof: Proof, spoken: Catalogue) -> None:
    pdf.ln(4)
    paid = spoken.say("paper.paid")
    if proof.payment_means:
        means = spoken.say(f"means.{proof.payment_means}")
        paid = spoken.say("paper.paid_means", means=means)
    _amount_line(pdf, paid, formats.money(spoken, proof.paid_cents))
    due = proof.copay_cents - proof.paid_cents
    if proof.lines and due > 0:
        _amount_line(pdf, spoken.say("paper.due"), formats.money(spoken, due))


def _amount_line(pdf: "FPDF", words: str, amount: str) -> None:
    pdf.set_font(style=BOLD)
    pdf.cell(pdf.epw - 40, 7, printable(pdf, words))
    pdf.cell(40, 7, printable(pdf, amount), align="R", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(style="")


def _say(pdf: "FPDF", text: str, *, size: float = 0, style: str = "", width: float = 0) -> None:
    held = pdf.font_size_pt
    pdf.set_font(style=style, size=size or held)
    pdf.multi_cell(width, None, printable(pdf, text), align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(style="", size=held)
