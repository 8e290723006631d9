"""Help that needs no network: the keys of the program (W30)."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

page = Blueprint("help", __name__, url_prefix="/help")


@page.get("/keys")
def keys() -> ResponseReturnValue:
    """List every key that leads somewhere."""
    return render_template("help/keys.html")
