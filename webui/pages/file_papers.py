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
    work = desk().work()
    found = file_papers.prescriptions(work, patient_id)
    sightings.patient(work, patient_id)
    return render_template(
        "areas/prescriptions.html", file=patients.open_file(work, patient_id), found=found
    )


@page.get("/<patient_id>/letters")
def letters(patient_id: str) -> ResponseReturnValue:
    """Show what was handed over or sent about a patient, to who treats him."""
    work = desk().work()
    found = file_papers.letters(work, patient_id)
    sightings.patient(work, patient_id)
    return render_template(
        "areas/letters.html", file=patients.open_file(work, patient_id), found=found
    )


@page.get("/<patient_id>/documents")
def documents(patient_id: str) -> ResponseReturnValue:
    """Show what was received and filed under a patient."""
    work = desk().work()
    file = patients.open_file(work, patient_id)
    sightings.patient(work, patient_id)
    return render_template(
        "areas/documents.html", file=file, papers=tray.of_patient(work, patient_id)
    )
