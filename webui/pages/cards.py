"""The card: it opens its patient's file by itself, and what goes wrong is a sentence (F4)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import patients
from webui.desk import desk
from webui.guards import only
from webui.replies import go

page = only(Blueprint("cards", __name__, url_prefix="/cards"), Right.PATIENTS)

UNSAVED_HEADER = "X-Unsaved"  # the page says that something typed is not kept yet


@page.get("/")
def index() -> ResponseReturnValue:
    """Say how the reader stands, and what to do about it."""
    return render_template("cards/index.html")


@page.get("/arrived")
def arrived() -> ResponseReturnValue:
    """Open the file of the card just read, or offer it when something typed would be lost.

    With the cards of two people in two readers nobody can tell whose turn it is: ask.
    """
    patient_id = request.args.get("subject", "")
    inside = desk().services.frame(desk().now).cards
    if len(inside) > 1:
        return render_template("cards/_choose.html", inside=inside)
    if not request.headers.get(UNSAVED_HEADER):
        return go("patients.show", patient_id=patient_id)
    name = patients.name_of(desk().work(), patient_id)
    return render_template("cards/_arrived.html", patient=patient_id, name=name)


@page.get("/failed")
def failed() -> ResponseReturnValue:
    """Say why a card could not be read or is not taken here, or all there is to know of it."""
    codes = request.args.get("subject", "").split() or [""]
    return render_template("cards/_failed.html", sentences=[_sentence(code) for code in codes])


@page.get("/cleared")
def cleared() -> Response:
    """Clear what was said of the card before: another is in the reader."""
    return Response("")


def _sentence(code: str) -> str:
    """Find the sentence of a problem of the reader, or of a refusal (« demo_card »)."""
    spoken = desk().catalogue
    key = code if code.startswith("card.") else f"card.{code}"
    began, came = desk().services.frame(desk().now).swap
    return spoken.say(key if spoken.has(key) else "card.unreadable", began=began, came=came)
