"""« Le code d'une carte »: which cards are in, the tries left, and a try of the code (H-11)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import Missing
from server.core.rights import Right
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.keycards import KeyCardControl
from webui.replies import go

page = only(Blueprint("keycards", __name__, url_prefix="/options/card-code"), Right.PATIENTS)


@page.get("/")
def index() -> ResponseReturnValue:
    """Show the cards that are in; they are looked for when nobody has yet."""
    cards = desk().services.keycards
    if cards is not None and cards.state.cards is None:
        cards.look()
    return render_template("keycards/index.html", state=cards.state if cards else None)


@page.post("/look")
def look() -> Response:
    """Look again."""
    _cards().look()
    return go("keycards.index")


@page.post("/try")
@shown_again_by(index)
def try_code() -> Response:
    """Have the code of a card given; a code typed here is handed on, and kept nowhere."""
    form = request.form
    last_too = form.get("last_too") == "1"
    _cards().try_code(form.get("card", ""), form.get("pin", ""), last_too=last_too)
    return go("keycards.index")


@page.post("/stop")
def stop() -> Response:
    """Wait for the code no longer."""
    _cards().stop_trying()
    return go("keycards.index")


def _cards() -> KeyCardControl:
    found = desk().services.keycards
    if found is None:
        raise Missing(what="readers")
    return found
