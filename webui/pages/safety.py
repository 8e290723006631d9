"""Options › Sécurité: how the practice is protected, and the secrets that open it."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import InvalidValue
from server.core.rights import Right
from webui.desk import desk
from webui.forms import Problems, required, shown_again_by
from webui.replies import go
from webui.sentences import sentence

page = Blueprint("safety", __name__, url_prefix="/options/security")


@page.get("/")
def index() -> ResponseReturnValue:
    """Show how the practice is protected now, and what may be changed."""
    here, work = desk(), desk().work()
    failed = here.gate.rekeying.failure if here.gate.rekeying else None
    return render_template(
        "safety/index.html",
        safe=here.services.safe.state,
        user=work.user,
        provisional=here.services.logins.is_provisional(work.user.id),
        failed=sentence(failed, here.catalogue) if failed else "",
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


@page.post("/pin")
@shown_again_by(index)
def pin() -> Response:
    """Give the user a PIN, for a practice that locked itself and a program that still runs."""
    typed = request.form["pin"]
    problems = Problems()
    with problems.of("pin_again"):
        if request.form["pin_again"] != typed:
            raise InvalidValue(field="pin_again", reason="different")
    problems.settle()
    desk().services.safe.choose_pin(typed)
    return go("safety.index", _anchor="pin")


@page.post("/pin/none")
def no_pin() -> Response:
    """Forget it."""
    desk().services.safe.give_up_pin()
    return go("safety.index", _anchor="pin")


@page.post("/system")
def system() -> Response:
    """Let the keyring of this session open the practice for the user."""
    desk().services.safe.keep_in_system()
    return go("safety.index", _anchor="system")


@page.post("/system/none")
def no_system() -> Response:
    """Let it open nothing more."""
    desk().services.safe.give_up_system()
    return go("safety.index", _anchor="system")


@page.post("/idle")
@shown_again_by(index)
def idle() -> Response:
    """Choose after how many minutes without anybody the practice locks itself."""
    desk().work().require(Right.SECURITY)
    typed = required("minutes")
    desk().services.safe.choose_idle(int(typed) if typed.isascii() and typed.isdigit() else 0)
    return go("safety.index", _anchor="lock")


@page.post("/rekey")
@shown_again_by(index)
def rekey() -> Response:
    """Encrypt the practice under a new key; the next page tells how far it is."""
    desk().work().require(Right.SECURITY)
    desk().gate.reencrypt(request.form["rekey_passphrase"])
    return go("gate.rekeying")


@page.post("/recovery")
def recovery() -> Response:
    """Make another recovery code; the next page shows it, once."""
    desk().services.safe.renew_recovery()
    return go("gate.recovery")
