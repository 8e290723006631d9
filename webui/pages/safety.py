"""Options › Sécurité: how the practice is protected, and the secrets that open it."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import InvalidValue
from webui.desk import desk
from webui.forms import Problems, shown_again_by
from webui.replies import go

page = Blueprint("safety", __name__, url_prefix="/options/security")


@page.get("/")
def index() -> ResponseReturnValue:
    """Show how the practice is protected now, and what may be changed."""
    work = desk().work()
    return render_template(
        "safety/index.html",
        safe=desk().services.safe.state,
        user=work.user,
        provisional=desk().services.logins.is_provisional(work.user.id),
    )


@page.post("/passphrase")
@shown_again_by(index)
def passphrase() -> Response:
    """Give the user another passphrase; nothing else of the practice is written."""
    new = request.form["new_passphrase"]
    problems = Problems()
    with problems.of("again"):
        if request.form["again"] != new:
            raise InvalidValue(field="again", reason="different")
    problems.settle()
    desk().services.safe.change_passphrase(request.form["current"], new)
    return go("safety.index", _anchor="secrets")


@page.post("/recovery")
def recovery() -> Response:
    """Make another recovery code; the next page shows it, once."""
    desk().services.safe.renew_recovery()
    return go("gate.recovery")
