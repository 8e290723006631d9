"""The note of fees of a treatment in France: what was asked for its sessions, paid, and is due.

A4; the same facts give the same bytes. No number of the patient is on it.
"""

from datetime import UTC, datetime, time

from server.services.french_sheets import FeeNote
from webui import formats
from webui.i18n import Catalogue, catalogue
from webui.paper.care_sheet import AMOUNTS, LOCALE, WIDTHS
from webui.paper.letterhead import kine_lines
from webui.paper.sheet import BOLD, grid, head, open_sheet, part, tell


def write_fee_note(note: FeeNote) -> bytes:
    """Write the note of fees as PDF."""
    spoken = catalogue(LOCALE)
    title = spoken.say("feenote.title")
    made = datetime.combine(note.last_day, time(12), UTC)  # fixed: the bytes must not move
    pdf = open_sheet(title, spoken.language, note.practice.name, made)
    territory = spoken.say(f"territory.{note.territory}")
    under = [spoken.say("feenote.about", territory=territory, day=formats.day(note.last_day))]
    if note.fictional:
        under.append(spoken.say("receipt.fictional"))
    head(pdf, title, spoken.say("receipt.not_approved"), *under)
    part(pdf, spoken.say("papers.kine"), *kine_lines(note.practice, note.kine, spoken))
    part(pdf, spoken.say("papers.patient"), *_addressed(note))
    if note.rows:
        grid(pdf, WIDTHS, AMOUNTS, _table(note, spoken))
    for day in note.unpriced:
        tell(pdf, spoken.say("feenote.unpriced", day=formats.day(day)))
    due = max(0, note.charged_cents - note.paid_cents)
    tell(pdf, spoken.say("receipt.paid", sum=formats.money(spoken, note.paid_cents)), style=BOLD)
    tell(pdf, spoken.say("feenote.rest", sum=formats.money(spoken, due)))
    return bytes(pdf.output())


def _addressed(note: FeeNote) -> list[str]:
    """Name the patient, then where his letters go: another address than the home, or the home."""
    patient, lives = note.file.patient, note.letters or note.file.address
    lines = [f"{patient.first_name} {patient.last_name.upper()}"]
    if note.letters is not None and note.letters.name:
        lines.append(note.letters.name)
    return [*lines, f"{lives.street}, {lives.postcode} {lives.city}".strip(" ,") if lives else ""]


def _table(note: FeeNote, spoken: Catalogue) -> list[list[str]]:
    columns = ("code", "act", "charged", "amo", "amc", "patient")
    heads = [spoken.say(f"receipt.column.{each}") for each in columns]
    rows, totals = [], [0, 0, 0, 0]
    for row in note.rows:
        line = row.line
        sums = (line.charged_cents, line.amo_cents, line.amc_cents, line.patient_cents)
        totals = [held + each for held, each in zip(totals, sums, strict=True)]
        rows.append([
            formats.day(row.care_date), line.code.replace(".", ","), line.label,
            *(formats.amount(spoken, each) for each in sums),
        ])  # fmt: skip
    total = [spoken.say("receipt.total"), "", "", *(formats.amount(spoken, x) for x in totals)]
    return [[spoken.say("papers.day"), *heads], *rows, total]
