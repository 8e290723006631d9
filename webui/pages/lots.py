"""Lots: the files that were sealed, with what travelled and what came back (W18)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import ledger, sightings, unsealing
from webui.desk import desk
from webui.guards import only
from webui.naming import Naming
from webui.proofs import as_file
from webui.replies import go
from webui.trouble import reasons

page = only(Blueprint("lots", __name__, url_prefix="/lots"), Right.AMOUNTS)

_MOST = 25
_LINES = 25  # of one lot on one page
LETTERS = (
    "tack", "efact.931000", "efact.920098", "efact.920099", "efact.920900", "efact.920999",
)  # fmt: skip
"""Formats of answers that have their own words, `letter.<format>`."""


@page.get("/")
def index() -> ResponseReturnValue:
    """Show a page of lots, newest first."""
    here = desk()
    work = here.work()
    before = request.args.get("before", "")
    found = ledger.lots(work, before or "~", _MOST + 1)
    shown = found[:_MOST]
    return render_template(
        "lots/index.html",
        views=shown,
        before=before,
        more=shown[-1].lot.id if len(found) > _MOST else "",
        asked_cents=sum(view.lot.oa_cents for view in shown),
        name=Naming.of(work, here.catalogue),
    )


@page.get("/<lot_id>")
def show(lot_id: str) -> ResponseReturnValue:
    """Show one lot: its lines, its attempts, its answers, its settlement."""
    here = desk()
    work = here.work()
    view = ledger.lot(work, lot_id)
    sightings.lot(work, lot_id)
    before = view.lot.predecessor
    after = request.args.get("after", 0, int)
    lines = ledger.inside(work, lot_id, after, _LINES + 1)
    return render_template(
        "lots/show.html",
        view=view,
        lines=lines[:_LINES],
        after=after,
        onward=lines[_LINES - 1][0].record if len(lines) > _LINES else 0,
        predecessor=ledger.lot(work, before).lot if before else None,
        successors=ledger.successors(work, lot_id),
        name=Naming.of(work, here.catalogue),
        reason=reasons(here.catalogue),
        letters=LETTERS,
    )


@page.post("/<lot_id>/unseal")
def unseal(lot_id: str) -> Response:
    """Open again a lot that never left, and show what can be sealed."""
    unsealing.unseal(desk().work(), lot_id)
    return go("billing.index")


@page.get("/<lot_id>/sent")
def sent(lot_id: str) -> Response:
    """Give the file of a lot as it was sealed."""
    work = desk().work()
    content = ledger.sent_file(work, lot_id)
    sightings.sent_file(work, lot_id)
    return as_file(*content)
