"""Before and after work: making a practice, unlocking it, locking it (W1, W2)."""

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue

from server.core.country import Country
from server.core.errors import InvalidValue, Locked, OlderPractice, StateConflict
from webui.desk import clear, desk
from webui.errands import a_screen
from webui.forms import Problems, required, shown_again_by
from webui.frame import home
from webui.gate import GateState, NewPractice
from webui.i18n import LANGUAGES
from webui.replies import UNSAVED_HEADER, go, go_to
from webui.security import in_session, keep_session

page = Blueprint("gate", __name__)

_NEXT = {
    GateState.EMPTY: "gate.new",
    GateState.UNPROVEN: "gate.recovery",
    GateState.REKEYING: "gate.rekeying",
}
_COUNTRY_OF = {"fr_BE": Country.BELGIUM, "nl": Country.BELGIUM, "fr_FR": Country.FRANCE}
"""The locales a practice may be made in: each is spoken in one country."""


@page.get("/")
def index() -> Response:
    """Lead to whatever comes next: make, prove, unlock, or work."""
    here = desk()
    if in_session(here.door, here.gate):
        return _inside()
    return go(_NEXT.get(here.gate.state, "gate.door"))


def _inside() -> Response:
    """Lead to the page the user begins on; who was made inactive meanwhile has none.

    Who was given a provisional passphrase is led first to where he chooses his own.
    """
    here = desk()
    try:
        user = here.work().user
    except Locked:
        return lock()
    country = here.gate.sign.country if here.gate.sign else ""
    provisional = here.services.logins.is_provisional(user.id)
    return go("safety.index" if provisional else home(user.rights, country))


@page.get("/unlock")
def door() -> ResponseReturnValue:
    """Show who may unlock, and ask one of them for the passphrase."""
    here = desk()
    users = here.gate.users()
    wanted = request.values.get("user")
    chosen = next((user for user in users if user.id == wanted), users[0] if users else None)
    return render_template(
        "gate/unlock.html",
        users=users,
        chosen=chosen,
        card=here.gate.card,
        toys=here.services.demo,
        older=isinstance(g.get("problem"), OlderPractice),
    )


@page.get("/unlock/card")
def card() -> ResponseReturnValue:
    """Say whose card came in at the closed door; its user is chosen unless something was typed.

    `seen` is the user whose card was in when the page was drawn: who then chose somebody else is
    not led back.
    """
    here, seen = desk(), request.args.get("seen", "")
    found = here.gate.card
    if found is None:
        return Response(status=204)
    chosen = request.args.get("user", "")
    if found.user and found.user not in (chosen, seen) and not request.headers.get(UNSAVED_HEADER):
        return go("gate.door", user=found.user)
    name = next((user.name for user in here.gate.users() if user.id == found.user), "")
    return render_template("gate/_card.html", card=found, name=name, mine=found.user == chosen)


@page.post("/unlock")
@shown_again_by(door)
def unlock() -> Response:
    """Open the practice with a passphrase."""
    here = desk()
    unlock = here.gate.unlock_older if request.form.get("older") == "yes" else here.gate.unlock
    unlock(request.form["user"], request.form["passphrase"])
    return keep_session(_resume(), here.door)


@page.post("/unlock/system")
@shown_again_by(door)
def unlock_with_system() -> Response:
    """Open with what the keyring of this session holds."""
    here = desk()
    here.gate.unlock_with_system(request.form["user"])
    return keep_session(_resume(), here.door)


@page.post("/unlock/pin")
@shown_again_by(door)
def unlock_with_pin() -> Response:
    """Open again what this run of the program locked."""
    here = desk()
    here.gate.unlock_with_pin(request.form["pin"])
    return keep_session(_resume(), here.door)


def _resume() -> Response:
    """Lead to the page on which the user was typing when the lock fell, else to what comes next."""
    from server.services import drafts

    here = desk()
    place = drafts.resumed(here.work()) if here.gate.state is GateState.OPEN else ""
    return go_to(a_screen(here.door.root + place)) if place else go("gate.index")


@page.get("/new")
def new() -> ResponseReturnValue:
    """Ask what a practice needs to exist: country, name, provider number, holder, passphrase."""
    _only_while(GateState.EMPTY)
    wanted = request.values.get("locale", "")
    if wanted in LANGUAGES:
        g.locale = wanted
        clear()  # drawn again, in the language asked for
    locale = desk().catalogue.locale
    return render_template(
        "gate/new.html", choices=_COUNTRY_OF, country=_COUNTRY_OF[locale], locale=locale
    )


@page.post("/new")
@shown_again_by(new)
def create() -> Response:
    """Make the practice; its recovery code comes next."""
    _only_while(GateState.EMPTY)
    desk().gate.create(_new_practice())
    return go("gate.recovery")


@page.get("/recovery")
def recovery() -> ResponseReturnValue:
    """Show the recovery code, and ask for four of its characters."""
    return render_template("gate/recovery.html", recovery=desk().gate.recovery())


@page.post("/recovery")
@shown_again_by(recovery)
def prove() -> Response:
    """Check that the code was kept; only then does the first run end."""
    here = desk()
    here.gate.prove_recovery(request.form.getlist("character"))
    return keep_session(go("gate.index"), here.door)


@page.get("/rekeying")
def rekeying() -> ResponseReturnValue:
    """Show how far the encryption under a new key is; what comes after follows by itself."""
    here = desk()
    if here.gate.state is not GateState.REKEYING or here.gate.rekeying is None:
        return go("safety.index" if in_session(here.door, here.gate) else "gate.index")
    return render_template("gate/rekeying.html", percent=here.gate.rekeying.percent)


@page.post("/lock")
def lock() -> Response:
    """Close the practice; every open page is told and blanks itself.

    With `user`, the door is opened on him: whose card is in the reader takes over (SOFT33-7).
    """
    here = desk()
    here.door.close_session()
    here.gate.lock()
    here.broker.wake()
    wanted = request.form.get("user", "")
    return go("gate.door", user=wanted) if wanted else go("gate.index")


def _only_while(state: GateState) -> None:
    found = desk().gate.state
    if found is not state:
        raise StateConflict(kind="practice", state=found, wanted=state)


def _new_practice() -> NewPractice:
    from server.services import founding

    problems, in_france = Problems(), request.form.get("country") == Country.FRANCE
    with problems.of("country"):
        country = required("country")
        locale = required("locale")
        if _COUNTRY_OF.get(locale) != country:
            raise InvalidValue(field="country", reason="unknown")
    with problems.of("practice_name"):
        practice_name = required("practice_name")
    with problems.of("provider_number"):
        number = founding.provider_number(required("provider_number"), in_france=in_france)
    with problems.of("billing_number"):
        billing = founding.billing_number(required("billing_number")) if in_france else ""
    with problems.of("holder_name"):
        holder_name = required("holder_name")
    with problems.of("passphrase"):
        passphrase = required("passphrase")
    with problems.of("passphrase_again"):
        if request.form.get("passphrase_again") != request.form.get("passphrase"):
            raise InvalidValue(field="passphrase_again", reason="different")
    problems.settle()
    return NewPractice(
        country=country,
        locale=locale,
        practice_name=practice_name,
        provider_number=number,
        billing_number=billing,
        holder_name=holder_name,
        passphrase=passphrase,
    )
