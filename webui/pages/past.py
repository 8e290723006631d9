"""« Comme au 3 mars »: a patient's file as it stood at the end of a day; nothing can be changed."""

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from server.core.country import Country
from server.core.errors import InvalidForm
from server.core.rights import Right
from server.services import insurers, past, past_areas, past_france, sightings
from server.services.forms import Form
from webui.blocks import block_sentence
from webui.desk import desk
from webui.guards import only
from webui.naming import Naming

page = only(Blueprint("past", __name__, url_prefix="/past"), Right.CLINICAL)


@page.get("/<patient_id>")
def show(patient_id: str) -> ResponseReturnValue:
    """Show the file at the end of the day asked for, of today when none can be read."""
    here = desk()
    work = here.work()
    form = Form(request.args)
    day = form.day("day") or work.today
    if day > work.today:
        form.faults.append(("day", "future"))
        day = work.today
    if form.faults:
        g.problem = InvalidForm(faults=tuple(form.faults))
    file = past.as_of(work, patient_id, day)
    sightings.past(work, patient_id)
    french = work.country is Country.FRANCE
    sessions = [each.session.id for each in file.sessions]
    return render_template(
        "past/show_france.html" if french else "past/show.html",
        file=file,
        patient=file.patient,
        held=past_france.as_of(work, patient_id, day, sessions) if french else None,
        areas=past_areas.as_of(work, patient_id, day),
        asked=form.text("day"),
        days=past.days_of(work, patient_id),
        insurers=insurers.names(work),
        name=Naming.of(work, here.catalogue),
        blocked=lambda block: block_sentence(block, here.catalogue),
        patient_id=patient_id,
    ), (422 if form.faults else 200)
