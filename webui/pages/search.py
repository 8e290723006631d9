"""Searching from everywhere (F3): the list of patients, with the hand already on the field."""

from flask import Blueprint, Response

from webui.replies import go

page = Blueprint("search", __name__, url_prefix="/search")


@page.get("/")
def index() -> Response:
    """Lead to the list of patients: its field takes the focus."""
    return go("patients.index")
