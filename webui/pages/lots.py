"""Lots: the files that were sealed, with what travelled and what came back (W18)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.services import ledger
from webui.desk import desk
from webui.naming import Naming
from webui.proofs import as_file
from webui.trouble import reasons

page = Blueprint("lots", __name__, url_prefix="/lots")

_MOST = 50


@page.get("/")
def index() -> ResponseReturnValue:
    """Show a page of lots, newest first."""
    here = desk()
    work = here.work()
    found = ledger.lots(work, request.args.get("before", "~"), _MOST + 1)
    shown = found[:_MOST]
    return render_template(
        "lots/index.html",
        views=shown,
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
    before = view.lot.predecessor
    return render_template(
        "lots/show.html",
        view=view,
        predecessor=ledger.lot(work, before).lot if before else None,
        successors=ledger.followers(work, lot_id),
        name=Naming.of(work, here.catalogue),
        reason=reasons(here.catalogue),
    )


@page.get("/<lot_id>/sent")
def sent(lot_id: str) -> Response:
    """Give the file of a lot as it was sealed."""
    return as_file(*ledger.sent_file(desk().work(), lot_id))
