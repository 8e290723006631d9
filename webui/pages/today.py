"""Today: the screen the day begins and ends on (W3)."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.country import Country
from server.core.errors import InvalidForm
from server.core.rights import Right
from server.services import (
    alarms,
    conventions,
    french_invoices,
    french_rejects,
    french_transmission,
    payer_notices,
    practices,
    today,
)
from server.services.conventions import Version
from server.services.desk import Desk
from server.services.forms import parse_day
from server.services.today import Business, Overview
from webui.blocks import Remedy, remedies
from webui.desk import desk
from webui.formats import civil, money
from webui.forms import shown_again_by
from webui.guards import only
from webui.i18n import Catalogue
from webui.pages.backups import notices
from webui.replies import go

page = only(Blueprint("today", __name__, url_prefix="/today"), Right.PATIENTS)

_NOTICES = 3  # at most on the home (`design.md` §7)
_MOST = 25  # sessions on one page


@dataclass(frozen=True, slots=True)
class Held:
    """One session that waits for a hand: whose, and the first thing to do about it."""

    session: str
    name: str
    remedy: Remedy


@page.get("/")
def index() -> ResponseReturnValue:
    """Show the day: what is done, what waits, what needs a hand."""
    here = desk()
    work = here.work()
    after = request.args.get("after", "")
    seen = today.overview(work, after, _MOST + 1, _NOTICES)
    held = _held(seen, here.catalogue, work.user.rights)
    to_bill = _to_bill(work)
    sealable = len(seen.business.drafts) if seen.business else 0
    shown = seen.sessions[:_MOST]
    return render_template(
        "today/index.html",
        seen=seen,
        sentence=_sentence(seen, here.catalogue, to_bill),
        shown=shown,
        after=after,
        onward=shown[-1].id if len(seen.sessions) > _MOST else "",
        held=held,
        more=seen.blocked_count - len(held),
        missing=practices.card(work).missing,
        faults=sealable if seen.clock_is_suspect else 0,
        copies=notices(work),
        due=len(alarms.due_today(work)),
        to_ask=_to_ask(work),
        tables=_tables(work),
        invoiced=_invoiced(work),
        to_bill=to_bill,
        rejected=_rejected(work),
        to_send=french_transmission.unsent(work),
    )


@page.post("/clock")
@shown_again_by(index)
def confirm_date() -> Response:
    """Take the user's word for the date, typed twice; what waited for it is judged again."""
    first = parse_day(request.form.get("day", "").strip())
    again = parse_day(request.form.get("day_again", "").strip())
    faults = []
    if first != civil(desk().now):
        faults.append(("day", "clock_differs"))
    if again != first:
        faults.append(("day_again", "differs"))
    if faults:
        raise InvalidForm(faults=tuple(faults))
    desk().services.confirm_date()
    return go("today.index")


def _to_ask(work: Desk) -> int:
    """Count the attestations to ask for because a payer changes; in France alone."""
    if work.country is not Country.FRANCE:
        return 0
    return sum(each.to_ask for each in payer_notices.listed(work))


def _tables(work: Desk) -> Sequence[Version]:
    """Give the tables of conventions that wait for a word, for who may give it; in France alone."""
    if work.country is not Country.FRANCE or not work.user.may(Right.SETTINGS):
        return ()
    return conventions.waiting(work)


def _invoiced(work: Desk) -> int | None:
    """Give what was billed this month in France, in cents; None elsewhere or for another's eyes."""
    if work.country is not Country.FRANCE or not work.user.may(Right.BILLING):
        return None
    return french_invoices.charged_cents(work)


def _to_bill(work: Desk) -> int:
    """Count the sessions of France whose billing waits for a decision, as many as are listed."""
    if work.country is not Country.FRANCE or not work.user.may(Right.BILLING):
        return 0
    return len(french_invoices.to_bill(work))


def _rejected(work: Desk) -> int:
    """Count the invoices of France that a payer refused and nobody corrected, for who bills."""
    if work.country is not Country.FRANCE or not work.user.may(Right.BILLING):
        return 0
    return french_rejects.count(work)


def _sentence(seen: Overview, spoken: Catalogue, to_bill: int) -> str:
    """Say the figure, then the one thing that matters now; `to_bill` sessions wait in France."""
    start = _done(seen, spoken) if seen.done.sessions else spoken.say("today.nothing")
    return f"{start} {_next(seen, spoken, to_bill)}".strip()


def _done(seen: Overview, spoken: Catalogue) -> str:
    """Count the sessions; what they are worth is for who bills."""
    count, fee = seen.done.sessions, money(spoken, seen.done.fee_cents)
    if seen.business is None:
        return spoken.plural("today.done_count", count)
    return spoken.plural("today.done", count, fee=fee)


def _next(seen: Overview, spoken: Catalogue, to_bill: int) -> str:
    if seen.clock_is_suspect:
        return spoken.say("today.clock_first")
    if seen.blocked_mine:
        return spoken.plural("today.blocked", seen.blocked_mine)
    if to_bill:
        return spoken.plural("today.to_invoice", to_bill)
    words = _of_business(seen.business, spoken) if seen.business else ""
    return words or (spoken.say("today.closed") if seen.done.sessions else "")


def _of_business(business: Business, spoken: Catalogue) -> str:
    if business.refused:
        return spoken.plural("today.refused", business.refused)
    if business.drafts:
        count, cents = len(business.drafts), business.to_bill_cents
        return spoken.plural("today.to_bill", count, sum=money(spoken, cents))
    if business.queue.waiting:
        return spoken.plural("today.waiting", business.queue.waiting)
    return ""


def _held(seen: Overview, spoken: Catalogue, rights: Set[Right]) -> list[Held]:
    """List the blocked sessions, the oldest care first, each with its first remedy."""
    found = []
    for each in seen.blocked:
        passage, patient = each.passage, each.passage.patient
        ways = remedies(
            each.blocks, spoken, rights, patient=patient.id, series=each.series,
            session=passage.id,
        )  # fmt: skip
        name = f"{patient.first_name} {patient.last_name.upper()}"
        found.append(Held(passage.id, name, ways[0]))
    return found
