"""An empty folder and a copy of a practice: bring it back, and open it."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from server.core.errors import StateConflict
from webui.desk import desk
from webui.forms import Problems, required, shown_again_by, typed
from webui.gate import GateState
from webui.replies import go
from webui.security import keep_session

page = Blueprint("restore", __name__, url_prefix="/restore")


@page.get("/")
def index() -> ResponseReturnValue:
    """Ask which copy, and what opens it; the newest copy found is proposed."""
    _only_while_empty()
    return render_template("restore/index.html", offers=desk().gate.offers())


@page.post("/")
@shown_again_by(index)
def restore() -> Response:
    """Bring the copy back and open it; nothing that is there is ever overwritten."""
    _only_while_empty()
    here = desk()
    problems = Problems()
    with problems.of("copy"):
        copy = required("copy")
    with problems.of("secret"):
        secret = required("secret")
    problems.settle()
    here.gate.restore(copy, secret, typed("new_passphrase"))
    return keep_session(go("gate.index"), here.door)


def _only_while_empty() -> None:
    found = desk().gate.state
    if found is not GateState.EMPTY:
        raise StateConflict(kind="practice", state=found, wanted=GateState.EMPTY)
