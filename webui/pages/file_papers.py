"""The areas « Ordonnances », « Courriers » and « Documents » of a file in France (SOFIA-25)."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import file_papers, patients, sightings, tray
from webui.desk import desk
from webui.guards import only

page = only(Blueprint("file_papers", __name__, url_prefix="/file"), Right.PATIENTS)


@page.get("/<patient_id>/prescriptions")
def prescriptions(patient_id: str) -> ResponseReturnValue:
    """Show what was prescribed to a patient, to who treats him."""
    found = file_papers.prescriptions(desk().work(), patient_id)
    return _drawn("prescriptions", patient_id, found=found)


@page.get("/<patient_id>/letters")
def letters(patient_id: str) -> ResponseReturnValue:
    """Show what was handed over or sent about a patient, to who treats him."""
    return _drawn("letters", patient_id, found=file_papers.letters(desk().work(), patient_id))


@page.get("/<patient_id>/documents")
def documents(patient_id: str) -> ResponseReturnValue:
    """Show what was received and filed under a patient."""
    return _drawn("documents", patient_id, papers=tray.of_patient(desk().work(), patient_id))


def _drawn(leaf: str, patient_id: str, **facts: object) -> str:
    """Draw a leaf of a file, and note that it was seen; raise `NotFound`."""
    work = desk().work()
    file = patients.open_file(work, patient_id)
    sightings.patient(work, patient_id)
    return render_template(f"areas/{leaf}.html", file=file, **facts)
