"""A series of sessions: opened from a prescription, agreed, counted, told day by day (W9)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.care import BELGIAN_CATEGORIES, Place
from server.core.country import Country
from server.core.rights import Right
from server.services import (
    french_series,
    insurers,
    patients,
    rules,
    sessions,
    sightings,
    treating,
    treatments,
)
from webui import french_care
from webui.blocks import remedies
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go

page = only(Blueprint("series", __name__, url_prefix="/series"), Right.CLINICAL)


@page.get("/of/<patient_id>/new")
def new(patient_id: str) -> ResponseReturnValue:
    """Ask for what the prescription says."""
    here = desk()
    work = here.work()
    say = here.catalogue.say
    treating.require(work, patient_id)
    file = patients.open_file(work, patient_id)
    sightings.patient(work, patient_id)
    if work.country is Country.FRANCE:
        return french_care.new(here, file)
    return render_template(
        "series/new.html",
        form_key=work.new_id(),
        file=file,
        categories=[(each, say(f"category.{each}")) for each in BELGIAN_CATEGORIES],
        places=[(each, say(f"place.{each}")) for each in Place],
        prescribers=treatments.prescribers(work),
        kines=treatments.kines(work),
    )


@page.post("/of/<patient_id>/new")
@shown_again_by(new)
def create(patient_id: str) -> Response:
    """Open the series."""
    work = desk().work()
    opened = french_series if work.country is Country.FRANCE else treatments
    key = opened.open_series(work, patient_id, request.form)
    return go("series.show", series_id=key)


@page.get("/<series_id>")
def show(series_id: str) -> ResponseReturnValue:
    """Show a series: counters, prescription, agreement, sessions with what blocks them."""
    here = desk()
    work = here.work()
    if work.country is Country.FRANCE:
        return french_care.series(here, series_id)
    series = treatments.series(work, series_id)
    patient = series.treatment.patient
    sightings.patient(work, patient)
    views = sessions.of_series(work, series_id)
    return render_template(
        "series/show.html",
        series=series,
        file=patients.open_file(work, patient),
        proposal=sessions.propose(work, series_id),
        views=views,
        remedies={
            view.session.id: remedies(
                view.blocks, here.catalogue, work.user.rights,
                patient=patient, series=series_id, session=view.session.id,
            )
            for view in views
        },
        labels={act.code: rules.label(work, act.code, here.catalogue.locale)
                for view in views for act in view.acts},
        insurers=insurers.names(work),
        prescribers=treatments.prescribers(work),
    )  # fmt: skip


@page.post("/<series_id>/prescription")
@shown_again_by(show)
def prescribe(series_id: str) -> Response:
    """Put a new prescription on the series."""
    work = desk().work()
    if work.country is Country.FRANCE:
        french_series.prescribe(work, series_id, request.form)
    else:
        treatments.set_prescription(work, series_id, request.form)
    return go("series.show", series_id=series_id)


@page.post("/<series_id>/agreement")
@shown_again_by(show)
def agree(series_id: str) -> Response:
    """Keep the agreement's number and period."""
    treatments.agree(desk().work(), series_id, request.form)
    return go("series.show", series_id=series_id)


@page.post("/<series_id>/request")
@shown_again_by(show)
def ask(series_id: str) -> Response:
    """Keep that a prior agreement was asked for (France)."""
    french_series.request(desk().work(), series_id, request.form)
    return go("series.show", series_id=series_id)


def _shown(series_id: str, request_id: str) -> ResponseReturnValue:
    """Show the treatment again, for a form about one of its requests."""
    del request_id
    return show(series_id)


@page.post("/<series_id>/request/<request_id>")
@shown_again_by(_shown)
def answer(series_id: str, request_id: str) -> Response:
    """Keep what the medical service answered (France)."""
    french_series.answer(desk().work(), request_id, request.form)
    return go("series.show", series_id=series_id)


@page.post("/<series_id>/access")
@shown_again_by(show)
def access(series_id: str) -> Response:
    """Keep what lets the kiné treat without a prescription (France)."""
    french_series.set_access(desk().work(), request.form)
    return go("series.show", series_id=series_id)
