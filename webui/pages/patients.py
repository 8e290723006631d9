"""Patients: found as one types, typed when there is no card, their file and its panels (W7, W8)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.services import cards, insurers, patients, sessions, sightings, treatments
from webui.desk import desk
from webui.forms import shown_again_by
from webui.replies import go

page = Blueprint("patients", __name__, url_prefix="/patients")

ENDED = ("Closed", "Cancelled")
_LAST_SHOWN = 5  # sessions beside the file


@page.get("/")
def index() -> ResponseReturnValue:
    """List the patients and search among them."""
    work = desk().work()
    wanted = request.args.get("q", "")
    return render_template(
        "patients/index.html",
        q=wanted,
        found=patients.search(work, wanted),
        total=patients.count(work),
    )


@page.get("/found")
def found() -> ResponseReturnValue:
    """Draw the list again while a name is being typed."""
    wanted = request.args.get("q", "")
    return render_template(
        "patients/_found.html", q=wanted, found=patients.search(desk().work(), wanted)
    )


@page.get("/first")
def first() -> Response:
    """Open the one patient found; with several, show them, the first under the finger."""
    wanted = request.args.get("q", "").strip()
    hits = patients.search(desk().work(), wanted) if wanted else ()
    if len(hits) == 1:
        return go("patients.show", patient_id=hits[0].id)
    return go("patients.index", q=wanted)


@page.get("/new")
def new() -> ResponseReturnValue:
    """Ask for a patient without a card."""
    return render_template("patients/form.html", file=None)


@page.post("/new")
@shown_again_by(new)
def create() -> Response:
    """Keep a typed patient and open the file."""
    return go("patients.show", patient_id=patients.create(desk().work(), request.form))


@page.get("/<patient_id>")
def show(patient_id: str) -> ResponseReturnValue:
    """Show a patient's file: identity, insurability, series, last sessions."""
    here = desk()
    work = here.work()
    file = patients.open_file(work, patient_id)
    sightings.patient(work, patient_id)
    series = treatments.of_patient(work, patient_id)
    given = [view for each in series for view in sessions.of_series(work, each.treatment.id)]
    given.sort(key=lambda view: view.session.recorded_at, reverse=True)
    coverages = treatments.coverages_of(work, patient_id)
    running = [each for each in series if each.treatment.state not in ENDED]
    return render_template(
        "patients/show.html",
        file=file,
        reading=cards.reading_today(work, patient_id),
        coverages=coverages,
        cover=coverages[0] if coverages else None,
        current=running[0] if running else None,
        insurers=insurers.names(work),
        series=series,
        proposals={
            each.treatment.id: sessions.propose(work, each.treatment.id) for each in running
        },
        last=given[:_LAST_SHOWN],
        journal=work.user.may("journal"),
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
