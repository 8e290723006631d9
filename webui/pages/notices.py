"""« Attestations à demander »: payers that change, and whom to ask for a new attestation (W3)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import payer_notices
from webui.desk import desk
from webui.guards import only
from webui.replies import go

page = only(Blueprint("notices", __name__, url_prefix="/notices"), Right.PATIENTS)


@page.get("/")
def index() -> ResponseReturnValue:
    """List the notices in force, each with the patients it may concern."""
    return render_template("notices/index.html", found=payer_notices.listed(desk().work()))


@page.post("/asked")
def asked() -> Response:
    """Note that a patient was asked for his attestation."""
    wanted = request.form
    payer_notices.ask(desk().work(), wanted.get("notice", ""), wanted.get("patient", ""))
    return go("notices.index")
