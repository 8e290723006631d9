"""The area « Alarmes » of a patient's file, and what is due in all of them (SOFIA-25)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import alarms, areas, patients, sightings
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go

page = only(Blueprint("alarms", __name__, url_prefix="/alarms"), Right.PATIENTS)


@page.get("/")
def index() -> ResponseReturnValue:
    """List what is due today, in every file."""
    return render_template("areas/due.html", due=alarms.due_today(desk().work()))


@page.get("/<patient_id>")
def show(patient_id: str) -> ResponseReturnValue:
    """Show the alarms of a patient and the form of another."""
    work = desk().work()
    file = patients.open_file(work, patient_id)
    sightings.patient(work, patient_id)
    return render_template(
        "areas/alarms.html",
        file=file,
        alarms=alarms.of_patient(work, patient_id),
        most=alarms.MOST,
        treats=areas.sees_care(work, patient_id),
        form_key=work.new_id(),
    )


@page.post("/<patient_id>")
@shown_again_by(show)
def set_alarm(patient_id: str) -> Response:
    """Keep an alarm."""
    alarms.set_alarm(desk().work(), patient_id, request.form)
    return go("alarms.show", patient_id=patient_id)


@page.post("/<alarm_id>/end")
def end(alarm_id: str) -> Response:
    """Keep that what an alarm asked is done; back to where it was ticked: a list, a visit."""
    patient = alarms.end(desk().work(), alarm_id)
    if request.form.get("from_list"):
        return go("alarms.index")
    return go("alarms.show", patient_id=patient)
