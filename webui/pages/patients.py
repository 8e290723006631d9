"""Patients: found as one types, typed when there is no card, their file and its panels (W7, W8)."""

from collections.abc import Sequence

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.country import Country
from server.core.rights import Right
from server.services import (
    agenda,
    cards,
    insurers,
    ledger,
    patients,
    sessions,
    sightings,
    tray,
    treating,
    treatments,
)
from server.services.desk import Desk
from webui import french_file
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.naming import Naming
from webui.replies import go

page = only(Blueprint("patients", __name__, url_prefix="/patients"), Right.PATIENTS)

ENDED = ("Closed", "Cancelled")
_MOST = 20  # patients on one page
_LAST_SHOWN = 5  # sessions beside the file


@page.get("/")
def index() -> ResponseReturnValue:
    """List the patients, page by page; what is searched for is never in an address."""
    return _page(desk().work(), after=request.args.get("after", ""))


@page.post("/found")
def found() -> ResponseReturnValue:
    """Draw the list again while a name is being typed."""
    return render_template("patients/_found.html", **_found(desk().work(), _typed()))


@page.post("/first")
def first() -> ResponseReturnValue:
    """Open the one patient found; with several, show them, the first under the finger."""
    work, wanted = desk().work(), _typed()
    hits = patients.search(work, wanted) if wanted else ()
    if len(hits) == 1:
        return go("patients.show", patient_id=hits[0].id)
    return _page(work, wanted)


def _typed() -> str:
    return request.form.get("q", "").strip()


def _page(work: Desk, wanted: str = "", after: str = "") -> str:
    return render_template(
        "patients/index.html", total=patients.count(work), **_found(work, wanted, after)
    )


def _found(work: Desk, wanted: str, after: str = "") -> dict[str, object]:
    """Give what was asked for: the beginning of a word, or a page of everybody."""
    found = (
        patients.search(work, wanted, _MOST + 1) if wanted
        else patients.page(work, after, _MOST + 1)
    )  # fmt: skip
    shown = found[:_MOST]
    return {
        "q": wanted,
        "after": after,
        "found": shown,
        "lots": _numbered(work, wanted),
        "name": Naming.of(work, desk().catalogue),
        "onward": shown[-1].id if len(found) > _MOST else "",
    }


def _numbered(work: Desk, wanted: str) -> Sequence[object]:
    """Give the lots whose number was typed, to who bills; a French practice has none."""
    billed = work.user.may(Right.BILLING) and work.country is Country.BELGIUM
    return ledger.numbered(work, wanted) if billed else ()


@page.get("/new")
def new() -> ResponseReturnValue:
    """Ask for a patient without a card."""
    return render_template("patients/form.html", file=None, form_key=desk().work().new_id())


@page.post("/new")
@shown_again_by(new)
def create() -> Response:
    """Keep a typed patient and open the file."""
    return go("patients.show", patient_id=patients.create(desk().work(), request.form))


@page.get("/<patient_id>")
def show(patient_id: str) -> ResponseReturnValue:
    """Show a patient's file: identity, insurability, last sessions, and series to his kiné."""
    here = desk()
    work = here.work()
    file = patients.open_file(work, patient_id)
    sightings.patient(work, patient_id)
    if work.country is Country.FRANCE:
        return french_file.drawn(work, file)
    treated = treating.treats(work, patient_id)
    series = treatments.of_patient(work, patient_id) if treated else ()
    coverages = treatments.coverages_of(work, patient_id)
    running = [each for each in series if each.treatment.state not in ENDED]
    return render_template(
        "patients/show.html",
        file=file,
        reading=cards.reading_today(work, patient_id),
        coverages=coverages,
        cover=coverages[0] if coverages else None,
        covered=treatments.covered_now(work, patient_id),
        treated=treated,
        current=running[0] if running else None,
        insurers=insurers.names(work),
        series=series,
        proposals={
            each.treatment.id: sessions.propose(work, each.treatment.id) for each in running
        },
        last=agenda.last_of(work, patient_id, _LAST_SHOWN),
        papers=tray.of_patient(work, patient_id),
    )


@page.get("/<patient_id>/edit")
def edit(patient_id: str) -> ResponseReturnValue:
    """Show what may be corrected by hand."""
    work = desk().work()
    file = patients.open_file(work, patient_id)
    sightings.patient(work, patient_id)
    return render_template("patients/form.html", file=file)


@page.post("/<patient_id>/edit")
@shown_again_by(edit)
def amend(patient_id: str) -> Response:
    """Keep what was corrected."""
    patients.amend(desk().work(), patient_id, request.form)
    return go("patients.show", patient_id=patient_id)


@page.post("/<patient_id>/accept")
def accept(patient_id: str) -> Response:
    """Take what the card says, on the user's word (C15)."""
    patients.accept_contradiction(desk().work(), patient_id)
    return go("patients.show", patient_id=patient_id)


@page.post("/<patient_id>/coverage")
@shown_again_by(show)
def insure(patient_id: str) -> Response:
    """Keep the « Assurabilité » panel."""
    treatments.insure(desk().work(), patient_id, request.form)
    return go("patients.show", patient_id=patient_id)
