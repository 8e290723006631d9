"""The request for a prior agreement (DAP): to be signed, sent with the prescription.

A4; what was not typed is left to the pen. Where the caisse insists on its own form, it says so.
"""

from datetime import UTC, datetime, time

from server.services.french_sheets import RequestPaper
from webui import formats
from webui.i18n import Catalogue, catalogue
from webui.paper.care_sheet import LOCALE
from webui.paper.letterhead import kine_lines, patient_lines, prescription_lines
from webui.paper.sheet import SMALL, head, open_sheet, part, tell, to_write


def write_request(paper: RequestPaper) -> bytes:
    """Write the request as PDF."""
    spoken = catalogue(LOCALE)
    title = spoken.say("dappaper.title")
    made = datetime.combine(paper.made_on, time(12), UTC)  # fixed: the bytes must not move
    pdf = open_sheet(title, spoken.language, paper.practice.name, made)
    head(
        pdf, title, spoken.say("dappaper.not_approved"),
        spoken.say("dappaper.of", day=formats.day(paper.made_on)),
    )  # fmt: skip
    part(pdf, spoken.say("papers.patient"), *patient_lines(paper.file, spoken, paper.organism))
    part(pdf, spoken.say("papers.kine"), *kine_lines(paper.practice, paper.kine, spoken))
    part(pdf, spoken.say("papers.prescription"), *prescription_lines(paper.prescription, spoken))
    part(pdf, spoken.say("dap.situation"), *_situation(paper, spoken))
    if paper.asked is not None:
        row = paper.asked.row
        part(pdf, spoken.say("dappaper.asks"), spoken.plural("dap.asked", row.sessions_asked))
        part(pdf, spoken.say("dap.argument"), row.argument)
    else:
        to_write(pdf, spoken.say("dap.sessions_asked"))
        to_write(pdf, spoken.say("dap.argument"), 5)
    tell(pdf, spoken.say("dappaper.with"), size=SMALL)
    pdf.ln(4)
    to_write(pdf, spoken.say("papers.signed"))
    return bytes(pdf.output())


def _situation(paper: RequestPaper, spoken: Catalogue) -> list[str]:
    count = paper.count
    territory = spoken.say(f"territory.{paper.territory}")
    operated = spoken.say("dappaper.operated") if paper.operated else ""
    return [
        paper.situation.label_fr,
        f"{territory}, {operated}".strip(", "),
        spoken.say("dappaper.count", given=count.counted, allowed=count.allowed,
                   rank=max(count.next_rank, count.allowed + 1)),
        count.row.origin.source,
    ]  # fmt: skip
