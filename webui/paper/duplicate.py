"""The duplicate on paper of an invoice that could not be sent: why, its numbers, acts and amounts.

With third-party payment it is for the caisse that manages the patient, or for the complementary;
when the patient paid, it is signed and handed to him (K14, K15). A4; the same facts give the same
bytes.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from server.core.teletransmission import DocumentKind
from server.services.french_duplicates import Duplicate
from server.services.french_papers import caisse_number
from webui import formats
from webui.i18n import Catalogue, catalogue
from webui.paper.care_sheet import AMOUNTS, LOCALE, WIDTHS
from webui.paper.letterhead import kine_lines, patient_lines
from webui.paper.sheet import BOLD, SMALL, grid, head, open_sheet, part, tell, to_write

if TYPE_CHECKING:
    from fpdf import FPDF

_BOX = 4.0  # millimetres


def write_duplicate(paper: Duplicate) -> bytes:
    """Write the duplicate as PDF."""
    spoken = catalogue(LOCALE)
    receipt, title = paper.receipt, spoken.say("duplicate.title")
    made = datetime.combine(paper.failed_on, time(12), UTC)  # fixed: the bytes must not move
    pdf = open_sheet(title, spoken.language, receipt.practice.name, made)
    under = [
        spoken.say("duplicate.of", kind=paper.document.kind, number=paper.document.invoice,
                   day=formats.day(receipt.care_date)),
    ]  # fmt: skip
    if receipt.fictional:
        under.append(spoken.say("receipt.fictional"))
    head(pdf, title, spoken.say("duplicate.warning"), *under)
    part(pdf, spoken.say("duplicate.to"), _receiver(paper, spoken))
    part(pdf, spoken.say("duplicate.why"), *_failures(paper, spoken))
    part(pdf, spoken.say("papers.kine"), *kine_lines(receipt.practice, receipt.kine, spoken))
    part(pdf, spoken.say("papers.patient"), *patient_lines(paper.file, spoken, paper.organism))
    grid(pdf, WIDTHS, AMOUNTS, [_heads(spoken), *_rows(paper, spoken)])
    asked = formats.money(spoken, paper.document.cents)
    tell(pdf, spoken.say("duplicate.asked" if paper.third_party else "duplicate.paid", sum=asked),
         style=BOLD)  # fmt: skip
    pdf.ln(4)
    _signatures(pdf, paper, spoken)
    return bytes(pdf.output())


def _receiver(paper: Duplicate, spoken: Catalogue) -> str:
    if not paper.third_party:
        return spoken.say("duplicate.to_patient")
    if paper.document.kind is DocumentKind.DRE:
        return spoken.say("duplicate.to_complementary", name=paper.complementary)
    caisse = caisse_number(paper.organism) or spoken.say("papers.unknown")
    return spoken.say("duplicate.to_caisse", number=caisse)


def _failures(paper: Duplicate, spoken: Catalogue) -> Iterator[str]:
    """Name each lot that failed, the oldest first, with what its receiver said."""
    for lot in reversed(paper.lots):
        refused = str(lot.state) == "AckNegative"
        yield spoken.say(
            "duplicate.lot_refused" if refused else "duplicate.lot_absent", number=lot.number,
            day=formats.day(lot.made_at), reason=lot.reason or "–",
        )  # fmt: skip


def _heads(spoken: Catalogue) -> list[str]:
    columns = ("code", "act", "charged", "amo", "amc", "patient")
    return [spoken.say("papers.day"), *(spoken.say(f"receipt.column.{each}") for each in columns)]


def _rows(paper: Duplicate, spoken: Catalogue) -> Iterator[list[str]]:
    receipt = paper.receipt
    for line in receipt.lines:
        sums = (line.charged_cents, line.amo_cents, line.amc_cents, line.patient_cents)
        yield [
            formats.day(receipt.care_date), line.code.replace(".", ","), line.label,
            *(formats.amount(spoken, each) for each in sums),
        ]  # fmt: skip
    sums = (receipt.charged_cents, receipt.amo_cents, receipt.amc_cents, receipt.patient_cents)
    yield [spoken.say("receipt.total"), "", "", *(formats.amount(spoken, each) for each in sums)]


def _signatures(pdf: "FPDF", paper: Duplicate, spoken: Catalogue) -> None:
    """Leave room for the kiné's signature, and the patient's or the box that stands for it."""
    to_write(pdf, spoken.say("duplicate.sign_kine"))
    if not paper.third_party:
        tell(pdf, spoken.say("duplicate.hand"), size=SMALL)
        return
    to_write(pdf, spoken.say("duplicate.sign_patient"))
    pdf.rect(pdf.l_margin, pdf.get_y(), _BOX, _BOX)
    pdf.set_x(pdf.l_margin + _BOX + 2)
    tell(pdf, spoken.say("duplicate.could_not"))
