"""Today: the screen the day begins and ends on (W3)."""

from dataclasses import dataclass

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from server.services import practices, today
from server.services.today import Overview
from webui.blocks import Remedy, remedies
from webui.desk import desk
from webui.formats import money
from webui.i18n import Catalogue
from webui.pages.backups import notices
from webui.replies import go

page = Blueprint("today", __name__, url_prefix="/today")

_NOTICES = 3  # at most on the home (`design.md` §7)


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
    seen = today.overview(work)
    held = _held(seen, here.catalogue)
    return render_template(
        "today/index.html",
        seen=seen,
        sentence=_sentence(seen, here.catalogue),
        held=held[:_NOTICES],
        more=max(0, len(held) - _NOTICES),
        missing=practices.card(work).missing,
        faults=sum(bool(draft.faults) for draft in seen.drafts),
        copies=notices(work),
    )


@page.post("/clock")
def confirm_date() -> Response:
    """Take the user's word for the date; what waited for it is judged again."""
    desk().services.confirm_date()
    return go("today.index")


def _sentence(seen: Overview, spoken: Catalogue) -> str:
    """Say the figure, then the one thing that matters now."""
    if not seen.sessions:
        start = spoken.say("today.nothing")
    else:
        start = spoken.plural("today.done", len(seen.sessions), fee=money(spoken, seen.fee_cents))
    return f"{start} {_next(seen, spoken)}".strip()


def _next(seen: Overview, spoken: Catalogue) -> str:
    if seen.clock_is_suspect:
        return spoken.say("today.clock_first")
    if seen.blocked:
        return spoken.plural("today.blocked", len(seen.blocked))
    refused = seen.refused_lines + seen.refused_files
    if refused:
        return spoken.plural("today.refused", refused)
    if seen.drafts:
        return spoken.plural(
            "today.to_bill", len(seen.drafts), sum=money(spoken, seen.to_bill_cents)
        )
    if seen.queue.waiting:
        return spoken.plural("today.waiting", seen.queue.waiting)
    return spoken.say("today.closed") if seen.sessions else ""


def _held(seen: Overview, spoken: Catalogue) -> list[Held]:
    """List the blocked sessions, the oldest care first, each with its first remedy."""
    found = []
    for view in sorted(seen.blocked, key=lambda each: each.session.care_date):
        ways = remedies(
            view.blocks, spoken, patient=view.patient.id, series=view.session.treatment,
            session=view.session.id,
        )  # fmt: skip
        name = f"{view.patient.first_name} {view.patient.last_name.upper()}"
        found += [Held(view.session.id, name, ways[0])] if ways else []
    return found
