"""The patient's tab « Complémentaire »: two sources side by side, several dated rights (W8)."""

from collections.abc import Mapping

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.care import Source
from server.core.errors import NotFound
from server.core.rights import Right
from server.services import (
    attestations,
    complementaries,
    covers,
    french_formulas,
    patients,
    payer_notices,
    sightings,
    tray,
)
from server.services.desk import Desk
from webui import scanned
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go
from webui.tp_words import TpWords

page = only(Blueprint("covers", __name__, url_prefix="/covers"), Right.PATIENTS)


@page.get("/<patient_id>")
def show(patient_id: str) -> ResponseReturnValue:
    """Show the covers of a patient and what will be sent; ask for another."""
    work = desk().work()
    file = patients.open_file(work, patient_id)
    sightings.patient(work, patient_id)
    held = covers.of(work, patient_id)
    counts = held.counts if held.counts and not held.counts.whole else None
    return render_template(
        "covers/show.html",
        file=file,
        held=held,
        papers=attestations.of_covers(work, patient_id, [*held.of_card, *held.of_papers]),
        formulas=french_formulas.of_cover(work, counts.row.id, work.today) if counts else None,
        headings=french_formulas.headings(work, work.today),
        known=french_formulas.known(work, work.today),
        words=TpWords(desk().catalogue),
        form_key=work.new_id(),
        notices=payer_notices.of(work, patient_id),
        entries=complementaries.listed(work),
        **scanned.facts(work, desk().services.codes, patient_id),
    )


@page.post("/<patient_id>")
@shown_again_by(show)
def assign(patient_id: str) -> Response:
    """Give the patient a cover, from an attestation or another paper.

    Its dates are those typed; the whole year when the button that names it was used (MAIIA-39).
    """
    work = desk().work()
    covers.assign(work, patient_id, {**request.form, **_asked_dates(work)})
    if request.form.get("cover_source", "") == Source.QR:
        return go("covers.show", patient_id=patient_id, kept=str(Source.QR))
    return go("covers.show", patient_id=patient_id)


def _asked_dates(work: Desk) -> Mapping[str, str]:
    if request.form.get("whole_year") != "1":
        return {}
    first, last = tray.suggested_year(work.today)
    return {"cover_from": first.isoformat(), "cover_to": last.isoformat()}


@page.post("/<patient_id>/formula")
@shown_again_by(show)
def note_formula(patient_id: str) -> Response:
    """Keep a formula read on the attestation of the cover that counts today (MAIIA-47)."""
    work = desk().work()
    counts = covers.of(work, patient_id).counts
    if counts is None:
        raise NotFound(kind="cover")
    french_formulas.add(work, patient_id, counts.row.id, request.form)
    return go("covers.show", patient_id=patient_id, _anchor="formulas")


@page.post("/<patient_id>/withdraw")
def withdraw(patient_id: str) -> Response:
    """Take a cover off the patient; it stays in the file."""
    covers.withdraw(desk().work(), patient_id, request.form.get("cover", ""))
    return go("covers.show", patient_id=patient_id)
