"""The patient's tab « Complémentaire »: two sources side by side, several dated rights (W8)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.care import Source
from server.core.rights import Right
from server.services import complementaries, covers, patients, payer_notices, sightings
from webui import scanned
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go

page = only(Blueprint("covers", __name__, url_prefix="/covers"), Right.PATIENTS)


@page.get("/<patient_id>")
def show(patient_id: str) -> ResponseReturnValue:
    """Show the covers of a patient and what will be sent; ask for another."""
    work = desk().work()
    file = patients.open_file(work, patient_id)
    sightings.patient(work, patient_id)
    return render_template(
        "covers/show.html",
        file=file,
        held=covers.of(work, patient_id),
        notices=payer_notices.of(work, patient_id),
        entries=complementaries.listed(work),
        **scanned.facts(work, desk().services.codes, patient_id),
    )


@page.post("/<patient_id>")
@shown_again_by(show)
def assign(patient_id: str) -> Response:
    """Give the patient a cover, from an attestation or another paper."""
    covers.assign(desk().work(), patient_id, request.form)
    if request.form.get("cover_source", "") == Source.QR:
        return go("covers.show", patient_id=patient_id, kept=str(Source.QR))
    return go("covers.show", patient_id=patient_id)


@page.post("/<patient_id>/withdraw")
def withdraw(patient_id: str) -> Response:
    """Take a cover off the patient; it stays in the file."""
    covers.withdraw(desk().work(), patient_id, request.form.get("cover", ""))
    return go("covers.show", patient_id=patient_id)
