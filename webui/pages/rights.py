"""The rights of a patient in France: what counts today, what each source said, and since when."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import NotFound
from server.core.rights import Right
from server.services import adri, french_rights, patients, sightings
from webui import online_words
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go
from webui.rights_reading import ReadingState

page = only(Blueprint("rights", __name__, url_prefix="/rights"), Right.PATIENTS)


@page.get("/<patient_id>")
def show(patient_id: str) -> ResponseReturnValue:
    """Show the rights that count today, and everything that was ever said."""
    work = desk().work()
    file = patients.open_file(work, patient_id)
    sightings.patient(work, patient_id)
    return render_template(
        "rights/show.html",
        file=file,
        now_on=(now_on := french_rights.on(work, patient_id, work.today)),
        days_old=french_rights.days_old(work, now_on),
        said=french_rights.said(work, patient_id),
        rates=french_rights.rates(work, work.today),
        otherwise=french_rights.otherwise(work, patient_id, work.today),
        enquiry=(enquiry := adri.enquiry(work, patient_id)),
        told=online_words.told(enquiry.state, enquiry.last, desk()),
        reading=_reading(patient_id),
        component=desk().services.rights_reading is not None,
    )


@page.post("/<patient_id>")
@shown_again_by(show)
def note(patient_id: str) -> Response:
    """Keep a right somebody typed."""
    french_rights.note(desk().work(), patient_id, request.form)
    return go("rights.show", patient_id=patient_id)


@page.post("/<patient_id>/read")
def read(patient_id: str) -> Response:
    """Begin to read the card in the reader for this patient; the code is handed over once."""
    patients.open_file(desk().work(), patient_id)
    component = desk().services.rights_reading
    if component is None:
        raise NotFound(kind="component")
    component.read(patient_id, request.form.get("pin", ""))
    return go("rights.show", patient_id=patient_id)


@page.post("/<patient_id>/phone")
def read_phone(patient_id: str) -> Response:
    """Begin to read the card in a phone (ApCV): what the patient's phone showed last.

    It is the code read last on this machine, handed over unread; a demo has invented phones.
    """
    here = desk()
    file = patients.open_file(here.work(), patient_id)
    component, codes, post = (
        here.services.rights_reading, here.services.codes, here.services.post,
    )  # fmt: skip
    if component is None:
        raise NotFound(kind="component")
    shown = codes.last.code.raw if codes and codes.last else b""
    toys, nir = here.services.demo, file.french.nir if file.french else None
    if toys is not None and nir is not None:
        shown = toys.phone(nir.digits) or shown
    component.read_phone(patient_id, shown, online=bool(post and post.state.online))
    return go("rights.show", patient_id=patient_id)


@page.post("/<patient_id>/adri")
def enquire(patient_id: str) -> Response:
    """Ask ADRi about this patient: now when the line is there, else by itself when it is back."""
    here = desk()
    adri.ask(here.work(), patient_id)
    post = here.services.post
    if post is not None and not post.state.held:
        post.send_now()  # somebody waits for the answer
    return go("rights.show", patient_id=patient_id)


@page.post("/<patient_id>/withdraw")
def withdraw(patient_id: str) -> Response:
    """Use a right no more; it stays in the file."""
    french_rights.withdraw(desk().work(), patient_id, request.form.get("right", ""))
    return go("rights.show", patient_id=patient_id)


def _reading(patient_id: str) -> ReadingState | None:
    """Give how the last reading for this patient stands; None when there was none."""
    component = desk().services.rights_reading
    state = component.state if component else None
    return state if state and state.patient == patient_id else None
