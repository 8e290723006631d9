"""« Signer la facture » of a session in France: both cards, or what may stand in for one."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import InvalidForm, NotFound
from server.core.rights import Right
from server.core.sesam import Mode
from server.services import french_sending, french_signature, sightings
from webui import signing_words
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go
from webui.signing import SigningState, SigningTask

page = only(Blueprint("signing", __name__, url_prefix="/invoicing"), Right.BILLING)


@page.get("/<session_id>/sign")
def show(session_id: str) -> ResponseReturnValue:
    """Show what would be signed, the ways to sign it, and what was signed."""
    here = desk()
    work = here.work()
    leaf = french_signature.leaf(work, session_id)
    sightings.patient(work, leaf.patient.id)
    last = _last(session_id)
    return render_template(
        "signing/show.html",
        leaf=leaf,
        session=leaf.session,
        patient=leaf.patient,
        standing=french_sending.standing(work),
        component=here.services.signing is not None,
        last=last,
        problem=signing_words.problem(last, here.catalogue) if last else "",
        open_way=signing_words.proposed(last, third_party=leaf.degradable) if last else None,
        natures=[
            ("", here.catalogue.say("sign.nature_choose")),
            *((each.code, here.catalogue.say(f"nature.{each.wording}")) for each in leaf.natures),
        ],
    )


@page.post("/<session_id>/sign")
@shown_again_by(show)
def secure(session_id: str) -> Response:
    """Begin to sign; the code is handed over once and kept nowhere."""
    here = desk()
    french_signature.leaf(here.work(), session_id)
    component = here.services.signing
    if component is None:
        raise NotFound(kind="component")
    mode, nature = _mode(), request.form.get("nature", "")
    if mode is Mode.DEGRADED and not nature:
        raise InvalidForm(faults=(("nature", "missing"),))
    component.secure(session_id, request.form.get("pin", ""), mode, nature)
    return go("signing.show", session_id=session_id)


def _mode() -> Mode:
    text = request.form.get("mode", "")
    if text not in {str(int(each)) for each in Mode}:
        raise InvalidForm(faults=(("mode", "unknown"),))
    return Mode(int(text))


def _last(session_id: str) -> SigningState | None:
    """Give how the signing of this session stands; None when another task came last."""
    component = desk().services.signing
    state = component.state if component else None
    mine = state and state.task is SigningTask.SECURE and state.session == session_id
    return state if mine else None
