"""The area « Adresses » of a patient's file (SOFIA-25)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import addresses, patients, sightings
from server.services.addresses import Kind
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go

page = only(Blueprint("addresses", __name__, url_prefix="/addresses"), Right.PATIENTS)


@page.get("/<patient_id>")
def show(patient_id: str) -> ResponseReturnValue:
    """Show where a patient lives, is cared for and has letters sent, with what was before."""
    return _drawn(patient_id, "")


@page.post("/<patient_id>")
@shown_again_by(show)
def keep(patient_id: str) -> Response:
    """Keep an address."""
    addresses.keep(desk().work(), patient_id, request.form)
    return go("addresses.show", patient_id=patient_id)


def _ending(place_id: str) -> ResponseReturnValue:
    """Show the page again with the form that ends one of its addresses."""
    return _drawn(addresses.patient_of(desk().work(), place_id), place_id)


@page.post("/<place_id>/end")
@shown_again_by(_ending)
def end(place_id: str) -> Response:
    """Keep the last day of an address."""
    work = desk().work()
    addresses.end(work, place_id, request.form)
    return go("addresses.show", patient_id=addresses.patient_of(work, place_id))


def _drawn(patient_id: str, ending: str) -> str:
    here = desk()
    work, say = here.work(), here.catalogue.say
    file = patients.open_file(work, patient_id)
    sightings.patient(work, patient_id)
    found = addresses.of_patient(work, patient_id)
    day = work.today
    return render_template(
        "areas/addresses.html",
        file=file,
        homes=found.homes,
        held=[each for each in found.kept if each.last_day is None or each.last_day >= day],
        over=[each for each in found.kept if each.last_day is not None and each.last_day < day],
        ending=ending or request.args.get("end", ""),
        kinds=[(str(each), say(f"addresses.kind.{each}")) for each in Kind],
        form_key=work.new_id(),
    )
