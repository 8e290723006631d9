"""The passphrase asked again before an act that weighs, and then back to where the person was."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from webui.desk import desk
from webui.errands import errands
from webui.forms import shown_again_by
from webui.replies import go, go_to

page = Blueprint("proof", __name__, url_prefix="/proof")


@page.get("/<number>")
def ask(number: str) -> ResponseReturnValue:
    """Ask for the passphrase of the present user."""
    work = desk().work()
    return render_template(
        "proof/ask.html", number=number, name=f"{work.user.first_name} {work.user.last_name}",
        back=errands().place(number),
    )  # fmt: skip


@page.post("/<number>")
@shown_again_by(ask)
def prove(number: str) -> Response:
    """Take it, and go back: to what was asked for, or to the screen of the act."""
    desk().services.safe.prove(request.form["passphrase"])
    place = errands().place(number)
    return go_to(place) if place else go("gate.index")
