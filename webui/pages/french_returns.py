"""« Retours »: what French payers paid, what the bank shows of it, and what is tied to nothing."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import InvalidForm
from server.core.rights import Right
from server.core.teletransmission import LineOutcome
from server.services import french_rejects, french_settlements, sightings
from server.services.desk import Desk
from server.services.french_settlements import MOST, Whole
from webui.desk import desk
from webui.forms import faults_of, shown_again_by
from webui.guards import only
from webui.replies import go

page = only(Blueprint("french_returns", __name__, url_prefix="/returns"), Right.BILLING)


@page.get("/")
def index() -> ResponseReturnValue:
    """List the returns, what is tied to nothing, what is paid in part, and what is missing."""
    here = desk()
    work = here.work()
    before = request.args.get("before", "")
    found = french_settlements.listed(work, before, MOST + 1)
    shown = found[:MOST]
    return render_template(
        "french_returns/index.html",
        returns=shown,
        loose=french_settlements.loose(work),
        part_paid=french_settlements.part_paid(work),
        missing=french_settlements.missing(work),
        before=before,
        onward=shown[-1].row.id if len(found) > MOST else "",
        most=MOST,
    )


@page.get("/<return_id>")
def show(return_id: str) -> ResponseReturnValue:
    """Show one return: its transfer, the bank, and what each line did."""
    here = desk()
    work = here.work()
    found = french_settlements.whole(work, return_id)
    sightings.french_return(work, found.listed.row.id)
    return render_template(
        "french_returns/show.html",
        found=found,
        row=found.listed.row,
        known=_known(work, found),
        form_key=work.new_id(),
    )


@page.post("/<return_id>/bank")
@shown_again_by(show)
def bank(return_id: str) -> Response:
    """Keep what the bank shows of a return."""
    french_settlements.note_bank(desk().work(), return_id, request.form)
    return go("french_returns.show", return_id=return_id)


def _again(line_id: str) -> ResponseReturnValue:
    return index()


@page.post("/lines/<line_id>/tie")
@shown_again_by(_again)
def tie(line_id: str) -> Response:
    """Tie a loose line to an invoice."""
    _one_of_many(french_settlements.tie, line_id, "invoice")
    return go("french_returns.index", _anchor="loose")


@page.post("/lines/<line_id>/aside")
@shown_again_by(_again)
def set_aside(line_id: str) -> Response:
    """Keep that a loose line was dealt with otherwise."""
    _one_of_many(french_settlements.set_aside, line_id, "comment")
    return go("french_returns.index", _anchor="loose")


def _one_of_many(
    act: Callable[[Desk, str, Mapping[str, str]], None], line_id: str, field: str
) -> None:
    """Send one of the many forms of a page: its field bears the id of its line."""
    name = f"{field}-{line_id}"
    try:
        act(desk().work(), line_id, {field: request.form.get(name, "")})
    except InvalidForm as error:
        faults = tuple((name, why) for _, why in faults_of(error))
        raise InvalidForm(faults=faults) from None


def _known(work: Desk, found: Whole) -> Mapping[str, str]:
    """Say what the labels of its refused lines mean, by line, when the table knows."""
    known = {}
    for told in found.lines:
        if told.line.outcome is LineOutcome.REJECTED:
            words = " ".join(" ".join(pair) for pair in told.line.said)
            label = french_rejects.explained(work, words)
            known[told.line.id] = label.meaning if label else ""
    return known
