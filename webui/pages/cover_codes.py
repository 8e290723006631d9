"""The zone « Mutuelle »: an attestation's code fills the form, but for the dates (MAIIA-36…41)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from server.core.rights import Right
from server.services import cover_codes, patients, tray
from webui import scanned
from webui.desk import desk
from webui.formats import day
from webui.forms import shown_again_by
from webui.guards import only
from webui.pages.covers import show
from webui.replies import go, wants_fragment

page = only(Blueprint("cover_codes", __name__, url_prefix="/covers"), Right.PATIENTS)


@page.post("/<patient_id>/code")
def use(patient_id: str) -> ResponseReturnValue:
    """Fill the form with the code just read; one of a number nobody knows is kept as it is (F-10).

    A code that is no attestation changes nothing: the panel says what it is.
    """
    here = desk()
    work = here.work()
    patients.open_file(work, patient_id)
    found = scanned.read(work, here.services.codes)
    if found is None:
        return (
            Response(status=204) if wants_fragment() else go("covers.show", patient_id=patient_id)
        )
    reading, cover = found
    if cover.known:
        number = reading.number
        return go("covers.show", patient_id=patient_id, scanned=number, _anchor="f-cover_from")
    cover_codes.keep_unknown(work, patient_id, reading.code, cover)
    return go("covers.show", patient_id=patient_id, kept="unknown")


@page.post("/<patient_id>/year")
@shown_again_by(show)
def year(patient_id: str) -> ResponseReturnValue:
    """Write the whole year into the two dates, because somebody asked for it (MAIIA-39)."""
    work = desk().work()
    patients.open_file(work, patient_id)
    first, last = tray.suggested_year(work.today)
    typed = {**request.form, "cover_from": day(first), "cover_to": day(last)}
    request.form = MultiDict(typed)  # type: ignore[assignment]  # shown as if typed
    if wants_fragment():
        return render_template("covers/_dates.html", asked=True)
    return show(patient_id)
