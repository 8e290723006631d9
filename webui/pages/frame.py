"""The parts of the frame that change while a screen stays: the pill and the card lamp."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

page = Blueprint("frame", __name__, url_prefix="/frame")


@page.get("/line")
def line() -> ResponseReturnValue:
    """Draw the pill that joins network and outbox."""
    return render_template("_line.html")


@page.get("/lamp")
def lamp() -> ResponseReturnValue:
    """Draw the card lamp."""
    return render_template("_lamp.html")
