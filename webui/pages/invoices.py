"""The patient's tab « Factures » in France: what was billed, refused, corrected, and is owed."""

from collections.abc import Collection, Sequence

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import (
    covers,
    french_invoices,
    french_rejects,
    french_rights,
    patients,
    sightings,
)
from server.services.desk import Desk
from server.services.french_invoices import Invoice
from server.services.french_rejects import Part
from webui.desk import desk
from webui.formats import day, money
from webui.forms import shown_again_by
from webui.guards import only
from webui.i18n import Catalogue
from webui.replies import go

page = only(Blueprint("invoices", __name__, url_prefix="/invoices"), Right.BILLING)


@page.get("/<patient_id>")
def show(patient_id: str) -> ResponseReturnValue:
    """List every invoice of a patient, the newest first; those refused and waiting above."""
    return _screen(patient_id, "")


@page.post("/<patient_id>/reject")
def explain(patient_id: str) -> ResponseReturnValue:
    """Say what the label of a reject means; it is kept nowhere, and in no address (MAIIA-3)."""
    label = request.form.get("label", "").strip()[: french_rejects.LONGEST]
    return _screen(patient_id, label)


@page.post("/<patient_id>/rejects")
@shown_again_by(show)
def note(patient_id: str) -> Response:
    """Keep that an invoice was refused (H2)."""
    french_rejects.note(desk().work(), patient_id, request.form)
    return go("invoices.show", patient_id=patient_id, _anchor="refused")


@page.post("/<patient_id>/rejects/off")
@shown_again_by(show)
def take_back(patient_id: str) -> Response:
    """Take back a reject noted by mistake."""
    french_rejects.take_back(desk().work(), patient_id, request.form.get("reject", ""))
    return go("invoices.show", patient_id=patient_id)


def _screen(patient_id: str, label: str) -> str:
    here = desk()
    work = here.work()
    file = patients.open_file(work, patient_id)
    sightings.patient(work, patient_id)
    found = french_invoices.of_patient(work, patient_id)
    open_ones = [each for each in found.held if not each.waits]
    return render_template(
        "invoicing/patient.html",
        file=file,
        month=found,
        mended=_mended(work, patient_id, found.waiting),
        notable=_named(open_ones, here.catalogue),
        parts=[(each, here.catalogue.say(f"reject.part.{each}")) for each in Part],
        label=label,
        meaning=french_rejects.explained(work, label) if label else None,
        form_key=work.new_id(),
    )


def _mended(work: Desk, patient: str, waiting: Sequence[Invoice]) -> Collection[int]:
    """Give the refused invoices of which what was to be looked at changed since, on their day."""
    return {each.number for each in waiting if _is_mended(work, patient, each)}


def _is_mended(work: Desk, patient: str, invoice: Invoice) -> bool:
    day, reject = invoice.session.care_date, invoice.reject
    if reject is None or reject.look not in ("RIGHTS", "COVER"):
        return False  # nothing here tells whether a prescription was looked at again
    if reject.look == "RIGHTS":
        insured = french_rights.on(work, patient, day).insured
        return insured is not None and insured.said.captured_at > reject.row.at
    counts = covers.on(work, patient, day)
    before = invoice.chosen.cover if invoice.chosen else None
    return counts is not None and counts.row.id != before


def _named(found: Sequence[Invoice], spoken: Catalogue) -> Sequence[tuple[str, str]]:
    """Name the invoices a reject may be noted of; when there are several, none beforehand."""
    named = [
        (str(each.number), spoken.say("reject.of", number=each.number,
         day=day(each.session.care_date), sum=money(spoken, each.parts.charged_cents)))
        for each in found
    ]  # fmt: skip
    return [("", spoken.say("reject.choose")), *named] if len(named) > 1 else named
