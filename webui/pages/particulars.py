"""The area « Divers » of a patient's file (SOFIA-25)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import particulars, patients, sightings
from server.services.particulars import Key
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go

page = only(Blueprint("particulars", __name__, url_prefix="/particulars"), Right.PATIENTS)


@page.get("/<patient_id>")
def show(patient_id: str) -> ResponseReturnValue:
    """Show what else is known of a patient, and what was."""
    work = desk().work()
    file = patients.open_file(work, patient_id)
    sightings.patient(work, patient_id)
    return render_template(
        "areas/particulars.html",
        file=file,
        known=particulars.of_patient(work, patient_id),
        keys=[str(each) for each in Key],
    )


@page.post("/<patient_id>")
@shown_again_by(show)
def keep(patient_id: str) -> Response:
    """Keep what changed."""
    particulars.keep(desk().work(), patient_id, request.form)
    return go("particulars.show", patient_id=patient_id)
