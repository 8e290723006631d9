"""The rights of a patient in France: what counts today, what each source said, and since when."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import french_rights, patients, sightings
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go

page = only(Blueprint("rights", __name__, url_prefix="/rights"), Right.PATIENTS)


@page.get("/<patient_id>")
def show(patient_id: str) -> ResponseReturnValue:
    """Show the rights that count today, and everything that was ever said."""
    work = desk().work()
    file = patients.open_file(work, patient_id)
    sightings.patient(work, patient_id)
    return render_template(
        "rights/show.html",
        file=file,
        now_on=french_rights.on(work, patient_id, work.today),
        said=french_rights.said(work, patient_id),
        sources=[str(source) for source in french_rights.TYPED],
    )


@page.post("/<patient_id>")
@shown_again_by(show)
def note(patient_id: str) -> Response:
    """Keep a right somebody typed."""
    french_rights.note(desk().work(), patient_id, request.form)
    return go("rights.show", patient_id=patient_id)


@page.post("/<patient_id>/withdraw")
def withdraw(patient_id: str) -> Response:
    """Use a right no more; it stays in the file."""
    french_rights.withdraw(desk().work(), patient_id, request.form.get("right", ""))
    return go("rights.show", patient_id=patient_id)
