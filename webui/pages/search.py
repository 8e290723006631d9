"""Searching from everywhere (F3): the list of patients, with the hand already on the field."""

from flask import Blueprint, Response

from server.core.rights import Right
from webui.guards import only
from webui.replies import go

page = only(Blueprint("search", __name__, url_prefix="/search"), Right.PATIENTS)


@page.get("/")
def index() -> Response:
    """Lead to the list of patients: its field takes the focus."""
    return go("patients.index")
