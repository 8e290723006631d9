"""The patient's tab « Factures » in France: what was billed of him, and what he still owes."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import french_invoices, patients, sightings
from webui.desk import desk
from webui.guards import only

page = only(Blueprint("invoices", __name__, url_prefix="/invoices"), Right.BILLING)


@page.get("/<patient_id>")
def show(patient_id: str) -> ResponseReturnValue:
    """List every invoice of a patient, the newest first."""
    work = desk().work()
    file = patients.open_file(work, patient_id)
    sightings.patient(work, patient_id)
    found = french_invoices.of_patient(work, patient_id)
    return render_template("invoicing/patient.html", file=file, month=found)
