"""Papers of a practice of France: shown in the frame, made, kept as handed over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, make_response, render_template
from flask.typing import ResponseReturnValue

from server.core.errors import NotFound
from server.core.rights import Right
from server.services import (
    documents,
    french_assessments,
    french_duplicates,
    french_sheets,
    french_transmission,
    patients,
    sightings,
)
from server.services.desk import Desk
from server.services.french_series import series
from webui.desk import desk
from webui.guards import only

page = only(Blueprint("french_papers", __name__, url_prefix="/papers"), Right.CLINICAL)


@dataclass(frozen=True, slots=True)
class Made:
    """A paper made: whose it is, its bytes, and the session it is about, if one."""

    patient: str
    content: bytes
    session: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One kind of paper: as documents are kept, and who makes it of the key in its address."""

    kind: str
    make: Callable[[Desk, str], Made]


def _care_sheet(work: Desk, key: str) -> Made:
    from webui.paper.care_sheet import write_care_sheet  # fpdf is heavy

    sheet = french_sheets.care_sheet(work, key)
    return Made(sheet.file.patient.id, write_care_sheet(sheet), key)


def _fee_note(work: Desk, key: str) -> Made:
    from webui.paper.fee_note import write_fee_note  # fpdf is heavy

    note = french_sheets.fee_note(work, key)
    return Made(note.file.patient.id, write_fee_note(note))


def _request(work: Desk, key: str) -> Made:
    from webui.paper.agreement import write_request  # fpdf is heavy

    paper = french_sheets.request_paper(work, key)
    return Made(paper.file.patient.id, write_request(paper))


def _assessment(work: Desk, key: str) -> Made:
    from webui.paper.assessment import write_assessment  # fpdf is heavy

    paper = french_assessments.paper(work, key)
    return Made(paper.patient.id, write_assessment(paper))


def _report(work: Desk, key: str) -> Made:
    from webui.paper.assessment import write_report  # fpdf is heavy

    paper = french_assessments.paper(work, key)
    return Made(paper.patient.id, write_report(paper))


def _duplicate(work: Desk, key: str) -> Made:
    from webui.paper.duplicate import write_duplicate  # fpdf is heavy

    paper = french_duplicates.duplicate(work, key)
    return Made(paper.file.patient.id, write_duplicate(paper), paper.document.session)


KEPT = "kept"
"""In an address: a paper as it was handed over, by its own key."""

PAPERS: Mapping[str, Paper] = {
    "care-sheet": Paper("CARE_SHEET", _care_sheet),
    "fees": Paper("FEE_NOTE", _fee_note),
    "agreement": Paper("REQUEST", _request),
    "assessment": Paper("ASSESSMENT", _assessment),
    "report": Paper("REPORT", _report),
    "duplicate": Paper(french_transmission.DUPLICATE, _duplicate),
}
"""By the name in its address: a care sheet is of a session, fees and the request for an agreement
of a treatment, the sheet and the report of an assessment, a duplicate of an FSE or a DRE."""


@page.get("/<paper>/<about_id>")
def show(paper: str, about_id: str) -> ResponseReturnValue:
    """Show a paper inside the frame: the window has no way back of its own."""
    work = desk().work()
    patient, back = _about(work, paper, about_id)
    sightings.patient(work, patient)
    return render_template(
        "papers/show.html",
        paper=paper, about_id=about_id, file=patients.open_file(work, patient), back=back,
    )  # fmt: skip


@page.get("/<paper>/<about_id>/document.pdf")
def document(paper: str, about_id: str) -> Response:
    """Make a paper, keep its bytes, and hand it over."""
    work = desk().work()
    if paper == KEPT:
        held, content = documents.as_handed_over(work, about_id)
        sightings.document(work, held.id)
        return _handed_over(content, f"copie-{held.id[-8:]}.pdf")
    known = _known(paper)
    made = known.make(work, about_id)
    if made.session:
        key = documents.keep(work, made.session, made.content, known.kind)
    else:
        key = documents.keep_for(work, made.patient, made.content, known.kind)
    sightings.document(work, key)
    return _handed_over(made.content, f"{paper}-{about_id[-8:]}.pdf")


def _handed_over(content: bytes, name: str) -> Response:
    response = make_response(content)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _known(paper: str) -> Paper:
    if paper not in PAPERS:
        raise NotFound(kind="page")
    return PAPERS[paper]


def _about(work: Desk, paper: str, key: str) -> tuple[str, tuple[str, str]]:
    """Give whose paper it is, and what it was opened from: an endpoint and its key."""
    if paper == KEPT:
        patient = documents.as_handed_over(work, key)[0].patient
        return patient, ("file_papers.letters", patient)
    kind = _known(paper).kind
    if kind == "CARE_SHEET":
        return french_sheets.care_sheet(work, key).file.patient.id, ("sessions.show", key)
    if kind == french_transmission.DUPLICATE:
        paper_of = french_duplicates.duplicate(work, key)
        return paper_of.file.patient.id, ("transmission.index", "")
    if kind in ("ASSESSMENT", "REPORT"):
        found = french_assessments.paper(work, key)
        return found.patient.id, ("assessments.index", found.assessment.treatment)
    gathered = french_sheets.fee_note if kind == "FEE_NOTE" else french_sheets.request_paper
    gathered(work, key)
    return series(work, key).treatment.patient, ("series.show", key)
