"""The sheet of an assessment (bilan-diagnostic), and the report to a physician made of it.

A4; the same facts give the same bytes. Neither bears the patient's number: a physician knows whom
he sent, and a sheet of the file is found by its name.
"""

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from server.services.french_assessments import AssessmentPaper
from webui import formats
from webui.i18n import Catalogue, catalogue
from webui.paper.care_sheet import LOCALE
from webui.paper.letterhead import kine_lines, prescription_lines
from webui.paper.sheet import head, open_sheet, part, tell, to_write

if TYPE_CHECKING:
    from fpdf import FPDF


def write_assessment(paper: AssessmentPaper) -> bytes:
    """Write the sheet of an assessment as PDF."""
    spoken = catalogue(LOCALE)
    title = spoken.say("bdk.title")
    found = paper.assessment
    pdf = _begun(paper, spoken, title)
    head(
        pdf, title, spoken.say("bdk.not_approved"),
        spoken.say("bdk.of", kind=spoken.say(f"bdk.kind.{found.kind}"),
                   day=formats.day(found.done_on), given=found.given),
    )  # fmt: skip
    _who(pdf, paper, spoken)
    part(
        pdf, spoken.say("papers.prescription"),
        *prescription_lines(paper.series.prescription, spoken),
    )  # fmt: skip
    _found(pdf, paper, spoken)
    to_write(pdf, spoken.say("papers.signed"))
    return bytes(pdf.output())


def write_report(paper: AssessmentPaper) -> bytes:
    """Write the report of an assessment to the physician as PDF."""
    spoken = catalogue(LOCALE)
    title = spoken.say("report.title")
    found = paper.assessment
    pdf = _begun(paper, spoken, title)
    head(
        pdf, title, spoken.say("bdk.not_approved"),
        spoken.say("report.to", name=found.physician) if found.physician
        else spoken.say("report.to_treating"),
        spoken.say("report.of", day=formats.day(found.done_on)),
    )  # fmt: skip
    _who(pdf, paper, spoken)
    rx = paper.series.prescription
    tell(
        pdf,
        spoken.say("report.direct", given=found.given) if rx is None
        else spoken.say("report.prescribed", day=formats.day(rx.rx_date), given=found.given),
    )  # fmt: skip
    pdf.ln(3)
    _found(pdf, paper, spoken)
    tell(pdf, spoken.say("report.end"))
    pdf.ln(4)
    to_write(pdf, spoken.say("papers.signed"))
    return bytes(pdf.output())


def _begun(paper: AssessmentPaper, spoken: Catalogue, title: str) -> "FPDF":
    made = datetime.combine(paper.assessment.done_on, time(12), UTC)  # fixed: bytes must not move
    return open_sheet(title, spoken.language, paper.practice.name, made)


def _who(pdf: "FPDF", paper: AssessmentPaper, spoken: Catalogue) -> None:
    patient = paper.patient
    born = f"{patient.first_name} {patient.last_name.upper()}"
    if patient.birth_date:
        born = f"{born}, {spoken.say('papers.born', day=formats.day(patient.birth_date))}"
    part(pdf, spoken.say("papers.patient"), born)
    part(pdf, spoken.say("papers.kine"), *kine_lines(paper.practice, paper.kine, spoken))


def _found(pdf: "FPDF", paper: AssessmentPaper, spoken: Catalogue) -> None:
    found = paper.assessment
    territory = spoken.say(f"territory.{paper.series.treated.territory}")
    part(pdf, spoken.say("ngap.territory"), territory)
    if found.pain is not None:
        part(pdf, spoken.say("bdk.pain"), spoken.say("bdk.pain_of", pain=found.pain))
    for name in ("findings", "diagnosis", "goals", "plan"):
        part(pdf, spoken.say(f"bdk.{name}"), *getattr(found, name).split("\n"))
