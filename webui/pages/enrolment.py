"""« Se conventionner »: the steps, their papers, the technical address, a new account (W26)."""

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import enrolment
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go

page = only(Blueprint("enrolment", __name__, url_prefix="/options/enrolment"), Right.SETTINGS)

_TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png", "tif": "image/tiff"}


@page.get("/")
def index() -> ResponseReturnValue:
    """Show what was done, what is awaited, and who is to be told of the account."""
    return render_template("enrolment/index.html", held=enrolment.view(desk().work()))


@page.post("/step")
@shown_again_by(index)
def note() -> Response:
    """Keep that a step was done, with its paper if one was chosen."""
    sent = request.files.get("paper")
    content = sent.read() if sent else b""
    enrolment.note(desk().work(), request.form, content, (sent and sent.filename) or "")
    return go("enrolment.index", _anchor="steps")


@page.get("/paper/<step>")
def paper(step: str) -> Response:
    """Show the paper of a step."""
    content, ending = enrolment.paper(desk().work(), step)
    response = make_response(content)
    response.mimetype = _TYPES.get(ending, "application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="besace-{step}.{ending}"'
    return response


@page.post("/mailbox")
@shown_again_by(index)
def mailbox() -> Response:
    """Keep the technical address of the practice."""
    enrolment.set_mailbox(desk().work(), request.form)
    return go("enrolment.index", _anchor="mailbox")


@page.post("/told")
@shown_again_by(index)
def told() -> Response:
    """Keep that a complementary knows of the account."""
    enrolment.tell(desk().work(), request.form.get("to", ""))
    return go("enrolment.index", _anchor="account")


@page.get("/letter/<complementary>")
def letter(complementary: str) -> Response:
    """Write the dated letter that tells a complementary of the account."""
    from webui.paper.account import write_letter  # fpdf is heavy

    here = desk()
    told = enrolment.letter(here.work(), complementary)
    response = make_response(write_letter(told, here.catalogue, here.now))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = 'inline; filename="besace-compte.pdf"'
    return response
