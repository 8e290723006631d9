"""The draft of a care sheet of France: what the caisse's own form asks for, in its order.

It says on its first line that it is no such form. A4; the same facts give the same bytes.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time

from server.services.french_papers import Receipt
from server.services.french_sheets import CareSheet
from webui import formats
from webui.i18n import Catalogue, catalogue
from webui.paper.letterhead import kine_lines, patient_lines, prescription_lines
from webui.paper.sheet import SMALL, grid, head, open_sheet, part, tell

WIDTHS = (26, 20, 44, 21, 21, 21, 21)  # millimetres: day, letter, act, and the four amounts
AMOUNTS = 4
LOCALE = "fr_FR"


def write_care_sheet(sheet: CareSheet) -> bytes:
    """Write the care sheet as PDF."""
    spoken = catalogue(LOCALE)
    receipt = sheet.receipt
    title = spoken.say("caresheet.title")
    made = datetime.combine(receipt.care_date, time(12), UTC)  # fixed: the bytes must not move
    pdf = open_sheet(title, spoken.language, receipt.practice.name, made)
    under = [spoken.say("caresheet.number", number=receipt.number)]
    if receipt.replaces:
        under.append(spoken.say("receipt.replaces", number=receipt.replaces))
    if receipt.fictional:
        under.append(spoken.say("receipt.fictional"))
    head(pdf, title, spoken.say("caresheet.not_approved"), *under)
    part(pdf, spoken.say("papers.patient"), *patient_lines(sheet.file, spoken, sheet.organism))
    part(pdf, spoken.say("papers.kine"), *kine_lines(receipt.practice, receipt.kine, spoken))
    part(pdf, spoken.say("papers.prescription"), *_ground(sheet, spoken))
    part(pdf, spoken.say("dap.title"), *_agreement(sheet, spoken))
    part(pdf, spoken.say("caresheet.bearing"), *_bearing(sheet, spoken))
    if receipt.lines:
        grid(pdf, WIDTHS, AMOUNTS, [_heads(spoken), *_rows(receipt, spoken)])
    else:
        tell(pdf, spoken.say("receipt.unpriced"))
    place = spoken.say(f"place.{sheet.place}")
    tell(pdf, spoken.say("caresheet.place", place=place, day=formats.day(receipt.care_date)))
    tell(pdf, spoken.say("receipt.paid", sum=formats.money(spoken, receipt.paid_cents)))
    pdf.ln(4)
    tell(pdf, spoken.say("caresheet.sign"), size=SMALL)
    return bytes(pdf.output())


def _ground(sheet: CareSheet, spoken: Catalogue) -> list[str]:
    if sheet.prescription is None and sheet.access is not None:
        return [spoken.say("caresheet.direct", ground=spoken.say(f"access.{sheet.access.ground}"))]
    return prescription_lines(sheet.prescription, spoken)


def _agreement(sheet: CareSheet, spoken: Catalogue) -> list[str]:
    if sheet.request is None:
        return []
    row = sheet.request.row
    said = spoken.say(f"dap.answer.{sheet.request.answer}")
    return [spoken.say("caresheet.agreement", day=formats.day(row.sent_on), answer=said)]


def _bearing(sheet: CareSheet, spoken: Catalogue) -> list[str]:
    named = [spoken.say(f"situation.{each}") for each in sorted(sheet.situations)]
    return [
        ", ".join(named),
        spoken.say("caresheet.third_party" if sheet.third_party else "caresheet.no_third_party"),
        sheet.complementary,
    ]


def _heads(spoken: Catalogue) -> list[str]:
    columns = ("code", "act", "charged", "amo", "amc", "patient")
    return [spoken.say("papers.day"), *(spoken.say(f"receipt.column.{each}") for each in columns)]


def _rows(receipt: Receipt, spoken: Catalogue) -> Iterator[list[str]]:
    for line in receipt.lines:
        sums = (line.charged_cents, line.amo_cents, line.amc_cents, line.patient_cents)
        yield [
            formats.day(receipt.care_date), line.code.replace(".", ","), line.label,
            *(formats.amount(spoken, each) for each in sums),
        ]  # fmt: skip
    sums = (receipt.charged_cents, receipt.amo_cents, receipt.amc_cents, receipt.patient_cents)
    yield [spoken.say("receipt.total"), "", "", *(formats.amount(spoken, each) for each in sums)]
