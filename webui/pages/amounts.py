"""Amounts by month and insurer: what the accountant reads, and nobody's name (VIEWER)."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import amounts
from webui.desk import desk
from webui.guards import only
from webui.naming import Naming

page = only(Blueprint("amounts", __name__, url_prefix="/amounts"), Right.AMOUNTS)

_MOST = 12  # months on one page


@page.get("/")
def index() -> ResponseReturnValue:
    """Show the sums of each month of care, the newest first."""
    here = desk()
    work = here.work()
    before = request.args.get("before", "")
    found = amounts.by_month(work, before or amounts.AFTER_ALL, _MOST + 1)
    shown = found[:_MOST]
    return render_template(
        "amounts/index.html",
        months=shown,
        before=before,
        onward=shown[-1].month if len(found) > _MOST else "",
        name=Naming.of(work, here.catalogue),
    )
