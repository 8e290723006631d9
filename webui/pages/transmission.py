"""« Télétransmission »: what waits for a card, what leaves, what receivers said of it (W18, FR)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import InvalidForm, NotFound
from server.core.rights import Right
from server.services import (
    convention_import,
    conventions,
    french_receipts,
    french_transmission,
    sightings,
    waiting,
)
from server.services.conventions import Version
from server.services.desk import Desk
from server.services.french_transmission import LateReason
from webui import signing_words
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go
from webui.signing import SigningControl, SigningState, SigningTask
from webui.trouble import reasons

page = only(Blueprint("transmission", __name__, url_prefix="/transmission"), Right.BILLING)

_MOST = 25  # lots on the screen


@page.get("/")
def index() -> ResponseReturnValue:
    """Show all that waits for a hand, then the newest lots."""
    here = desk()
    work = here.work()
    found = french_transmission.overview(work, _MOST)
    component = here.services.signing
    last = _last(component)
    return render_template(
        "transmission/index.html",
        found=found,
        absent={each.lot.id for each in found.absent},
        undelivered={each.lot.id for each in found.undelivered},
        doubtful={lot.id for lot in found.doubtful},
        reason=reasons(here.catalogue),
        component=component is not None,
        running=bool(component and component.state.running),
        last=last,
        tables=conventions.waiting(work) if work.user.may(Right.SETTINGS) else (),
        imported=_imported(work, request.args.get("imported", "")),
        problem=signing_words.problem(last, here.catalogue) if last else "",
        reasons=[("", here.catalogue.say("transmission.late_choose"))]
        + [(str(each), here.catalogue.say(f"transmission.late.{each}")) for each in LateReason],
    )


@page.post("/countersign")
@shown_again_by(index)
def countersign() -> Response:
    """Begin to sign with the professional's card all that Vitale alone has signed."""
    _component().countersign(request.form.get("pin", ""))
    return go("transmission.index", _anchor="countersign")


@page.post("/send")
@shown_again_by(index)
def send() -> Response:
    """Begin to make the lots and queue their files; what is late says why."""
    component = _component()
    french_transmission.explain_late(desk().work(), request.form.get("late_reason", ""))
    component.send(request.form.get("pin", ""))
    return go("transmission.index", _anchor="ready")


@page.get("/lots/<lot_id>")
def lot(lot_id: str) -> ResponseReturnValue:
    """Show one lot with what it holds."""
    work = desk().work()
    view = french_transmission.lot(work, lot_id)
    sightings.french_lot(work, lot_id)
    said = reasons(desk().catalogue)
    return render_template("transmission/lot.html", view=view, lot=view.lot, reason=said)


@page.post("/lots/<lot_id>/again")
@shown_again_by(lot)
def again(lot_id: str) -> Response:
    """Free what an absent lot holds for another one, once a person said so twice (K5)."""
    if request.form.get("sure") != "1":
        raise InvalidForm(faults=(("sure", "lot_again"),))
    french_receipts.recycle(desk().work(), lot_id)
    return go("transmission.index", _anchor="ready")


@page.post("/lots/<lot_id>/retry")
def retry(lot_id: str) -> Response:
    """Let a file that was refused on its way leave again as it is, its cause being repaired."""
    here = desk()
    work = here.work()
    waiting.retry(work, french_transmission.lot(work, lot_id).lot.message or "")
    post = here.services.post
    if post is not None and not post.state.held:
        post.send_now()
    return go("transmission.index", _anchor="lots")


@page.post("/documents/<document_id>/handed")
def handed(document_id: str) -> Response:
    """Note that the duplicate of a document was handed over: it is sent no more (K14, K15)."""
    french_receipts.give_up(desk().work(), document_id)
    return go("transmission.index", _anchor="failed")


def _imported(work: Desk, key: str) -> Version | None:
    """Give the table just confirmed from here, for who may read it."""
    if not key or not work.user.may(Right.SETTINGS):
        return None
    return convention_import.preview(work, key).version


def _component() -> SigningControl:
    component = desk().services.signing
    if component is None:
        raise NotFound(kind="component")
    return component


def _last(component: SigningControl | None) -> SigningState | None:
    """Give how the last task of this screen stands; None when it was another screen's."""
    state = component.state if component else None
    return state if state and state.task in (SigningTask.COUNTERSIGN, SigningTask.SEND) else None
