"""The assessments of a treatment in France (bilan-diagnostic): written, printed, told (W11)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import french_assessments, patients, sightings
from server.services.french_assessments import Kind, Means
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go

page = only(Blueprint("assessments", __name__, url_prefix="/assessments"), Right.CLINICAL)


@page.get("/<series_id>")
def index(series_id: str) -> ResponseReturnValue:
    """Show what was found of a treatment, and the form of the next assessment."""
    here = desk()
    work, say = here.work(), here.catalogue.say
    assessed = french_assessments.of_series(work, series_id)
    patient = assessed.series.treatment.patient
    sightings.patient(work, patient)
    newest = next(iter(assessed.found), None)
    rx = assessed.series.prescription
    return render_template(
        "assessments/index.html",
        assessed=assessed,
        file=patients.open_file(work, patient),
        form_key=work.new_id(),
        kinds=[(str(each), say(f"bdk.kind.{each}")) for each in Kind],
        kind=str(Kind.RENEWAL if newest else Kind.INITIAL),
        means=[(str(each), say(f"report.means.{each}")) for each in Means],
        physician=newest.physician if newest else rx.prescriber_name if rx else "",
    )


@page.post("/<series_id>")
@shown_again_by(index)
def write(series_id: str) -> Response:
    """Keep an assessment."""
    french_assessments.write(desk().work(), series_id, request.form)
    return go("assessments.index", series_id=series_id)


def _shown(series_id: str, assessment_id: str) -> ResponseReturnValue:
    """Show the page again, for a form about one of its reports."""
    del assessment_id
    return index(series_id)


@page.post("/<series_id>/report/<assessment_id>")
@shown_again_by(_shown)
def sent(series_id: str, assessment_id: str) -> Response:
    """Keep that a report was sent."""
    french_assessments.sent(desk().work(), assessment_id, request.form)
    return go("assessments.index", series_id=series_id)
