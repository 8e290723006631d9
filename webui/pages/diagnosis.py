"""Help › Diagnostic: what the doctor finds on this machine, now, and the mend of each (W30)."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from webui.desk import desk
from webui.guards import only

page = only(Blueprint("diagnosis", __name__, url_prefix="/help/diagnosis"), Right.PATIENTS)


@page.get("/")
def index() -> ResponseReturnValue:
    """Look again each time it is asked, and as readers and cards come and go."""
    found = desk().services.examine()
    return render_template(
        "diagnosis/index.html",
        found=[each for each in found if each.subject != "practice"],
        practice=[each for each in found if each.subject == "practice"],
        ill=sum(each.grade == "ill" for each in found),
    )
