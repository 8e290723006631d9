"""The patient's tab « Factures » in France: what was billed of him, and what he still owes."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import french_invoices, french_rejects, patients, sightings
from webui.desk import desk
from webui.guards import only

page = only(Blueprint("invoices", __name__, url_prefix="/invoices"), Right.BILLING)

_LONGEST = 200


@page.get("/<patient_id>")
def show(patient_id: str) -> ResponseReturnValue:
    """List every invoice of a patient, the newest first."""
    return _screen(patient_id, "")


@page.post("/<patient_id>/reject")
def explain(patient_id: str) -> ResponseReturnValue:
    """Say what the label of a reject means; it is kept nowhere, and in no address (MAIIA-3)."""
    return _screen(patient_id, request.form.get("label", "").strip()[:_LONGEST])


def _screen(patient_id: str, label: str) -> str:
    work = desk().work()
    file = patients.open_file(work, patient_id)
    sightings.patient(work, patient_id)
    found = french_invoices.of_patient(work, patient_id)
    return render_template(
        "invoicing/patient.html",
        file=file,
        month=found,
        label=label,
        meaning=french_rejects.explained(work, label) if label else None,
    )
