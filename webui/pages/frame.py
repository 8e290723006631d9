"""The parts of the frame that change while a screen stays: the pill and the card lamp."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

page = Blueprint("frame", __name__, url_prefix="/frame")


@page.get("/line")
def line() -> ResponseReturnValue:
    """Draw the pill that joins network and outbox."""
    return render_template("_line.html")


@page.get("/lamp")
def lamp() -> ResponseReturnValue:
    """Draw the card lamp; while a card is being read, how much of it is done."""
    reading = request.args.get("event") == "card.reading"
    return render_template("_lamp.html", percent=request.args["subject"] if reading else "")


@page.get("/awake")
def awake() -> Response:
    """Note that somebody is typing or pointing: the practice must not lock under the hand."""
    return Response(status=204)
