"""Today: the screen the day begins and ends on (W3)."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

page = Blueprint("today", __name__, url_prefix="/today")


@page.get("/")
def index() -> ResponseReturnValue:
    """Show the day."""
    return render_template("today/index.html")
