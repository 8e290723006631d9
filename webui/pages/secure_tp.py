"""« TP sécurisé » of a session: four steps, each with its state, and what the patient owes."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import secure_tp, sightings
from webui import online_words
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go

page = only(Blueprint("secure_tp", __name__, url_prefix="/sessions"), Right.BILLING)


@page.get("/<session_id>/tp")
def show(session_id: str) -> ResponseReturnValue:
    """Show the four steps as they stand, and who bears what."""
    here = desk()
    work = here.work()
    held = secure_tp.view(work, session_id)
    sightings.patient(work, held.patient.id)
    return render_template(
        "secure_tp/show.html",
        held=held,
        steps=[(step, online_words.told(step.state, step.question, here)) for step in held.steps],
    )


@page.post("/<session_id>/tp")
@shown_again_by(show)
def begin(session_id: str) -> Response:
    """Begin the steps, or begin them again: at once when the line is there."""
    here = desk()
    secure_tp.begin(here.work(), session_id)
    post = here.services.post
    if post is not None and not post.state.held:
        post.send_now()  # somebody waits for the answer
    return go("secure_tp.show", session_id=session_id)


@page.post("/<session_id>/tp/patient")
def patient_pays(session_id: str) -> Response:
    """Give the complementary part up: the patient pays it."""
    secure_tp.let_patient_pay(desk().work(), session_id)
    return go("secure_tp.show", session_id=session_id)
