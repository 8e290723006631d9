"""The letter that tells a complementary of the practice's new account; signed by hand."""

from datetime import datetime

from server.services.enrolment import Letter
from webui import formats
from webui.i18n import Catalogue
from webui.paper.sheet import BOLD, open_sheet, printable


def write_letter(letter: Letter, spoken: Catalogue, now: datetime) -> bytes:
    """Write the letter as PDF."""
    title = spoken.say("letter.title")
    pdf = open_sheet(title, spoken.language, letter.signed, now)

    def say(text: str, style: str = "") -> None:
        pdf.set_font(style=style)
        pdf.multi_cell(0, text=printable(pdf, text), new_x="LMARGIN", new_y="NEXT")

    for line in (*letter.sender, spoken.say("letter.number", number=letter.billing_number)):
        say(line)
    pdf.ln(8)
    row = letter.to.row
    for line in (row.name, row.street1, row.street2, f"{row.postcode} {row.city}".strip()):
        if line:
            say(line)
    pdf.ln(8)
    say(spoken.say("letter.place", city=letter.city, day=formats.day(now)))
    pdf.ln(4)
    pdf.start_section(title)
    say(title, BOLD)
    pdf.ln(4)
    say(spoken.say("letter.body", iban=letter.iban, number=row.number))
    pdf.ln(10)
    say(letter.signed)
    return bytes(pdf.output())
