"""The area « Bloc-notes » of a patient's file (SOFIA-25)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import areas, notes, patients, sightings
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go

page = only(Blueprint("notes", __name__, url_prefix="/notes"), Right.PATIENTS)


@page.get("/<patient_id>")
def show(patient_id: str) -> ResponseReturnValue:
    """Show the notes of a patient, what they said before, and the form of another."""
    return _drawn(patient_id, request.args.get("note", ""))


@page.post("/<patient_id>")
@shown_again_by(show)
def write(patient_id: str) -> Response:
    """Keep a note."""
    notes.write(desk().work(), patient_id, request.form)
    return go("notes.show", patient_id=patient_id)


def _correcting(note_id: str) -> ResponseReturnValue:
    """Show the page again with the form of the note being corrected."""
    return _drawn(notes.patient_of(desk().work(), note_id), note_id)


@page.post("/<note_id>/correct")
@shown_again_by(_correcting)
def correct(note_id: str) -> Response:
    """Keep what a note should have said."""
    work = desk().work()
    notes.correct(work, note_id, request.form)
    return go("notes.show", patient_id=notes.patient_of(work, note_id))


@page.post("/<note_id>/strike")
def strike(note_id: str) -> Response:
    """Strike a note."""
    work = desk().work()
    notes.strike(work, note_id)
    return go("notes.show", patient_id=notes.patient_of(work, note_id))


def _drawn(patient_id: str, correcting: str) -> str:
    """Draw the notes of a patient, one of them open to be corrected when its id is given."""
    work = desk().work()
    file = patients.open_file(work, patient_id)
    sightings.patient(work, patient_id)
    found = notes.of_patient(work, patient_id)
    return render_template(
        "areas/notes.html",
        file=file,
        notes=found,
        correcting=next((each for each in found.held if each.note.id == correcting), None),
        treats=areas.sees_care(work, patient_id),
        form_key=work.new_id(),
    )
