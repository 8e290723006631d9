"""The toys of a demo practice: cards to insert, a cable to pull, answers and nights at a press."""

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from webui.desk import desk
from webui.outside import DemoControl
from webui.replies import go

page = Blueprint("demo", __name__, url_prefix="/demo")


@page.get("/")
def index() -> ResponseReturnValue:
    """Show what can be played with; a real practice has no such page."""
    return render_template("demo/index.html", demo=_toys())


@page.post("/insert")
def insert() -> Response:
    """Put a card into the reader."""
    toys = _toys()
    wanted = request.form.get("card", "")
    if wanted not in {key for key, _ in toys.cards()}:
        abort(404)
    toys.insert(wanted)
    return go("demo.index")


@page.post("/remove")
def remove() -> Response:
    """Take the card out."""
    _toys().remove()
    return go("demo.index")


@page.post("/cable")
def cable() -> Response:
    """Pull the network cable, or put it back."""
    _toys().pull_cable(cut=request.form.get("cut") == "1")
    return go("demo.index")


@page.post("/answer")
def answer() -> Response:
    """Let the insurers answer at once."""
    _toys().answer_now()
    return go("demo.index")


@page.post("/morning")
def morning() -> Response:
    """Let the night pass."""
    _toys().next_morning()
    return go("demo.index")


def _toys() -> DemoControl:
    toys = desk().services.demo
    if toys is None:
        abort(404)
    return toys
