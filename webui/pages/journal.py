"""Options › Journal: who did and saw what, verified on the spot; for the main user alone (W29)."""

from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import journals, patients, sightings
from server.services.forms import parse_day
from server.services.journals import Asked, Verdict
from webui.desk import desk
from webui.guards import only

page = only(Blueprint("journal", __name__, url_prefix="/journal"), Right.JOURNAL)


@page.get("/")
def index() -> ResponseReturnValue:
    """Show a page of the journal, by user, day, or about one patient."""
    return _shown(None)


@page.post("/verify")
def verify() -> ResponseReturnValue:
    """Check every row and every signature now, and say what was found."""
    return _shown(journals.verify(desk().work()))


def _shown(verdict: Verdict | None) -> str:
    work = desk().work()
    asked = _asked()
    leaf = journals.leaf(work, asked)
    sightings.journal(work)
    signed, public = journals.newest_heads(work)
    return render_template(
        "journal/index.html",
        asked=asked,
        leaf=leaf,
        letters=journals.letters(work),
        people=journals.people(work),
        patient=patients.name_of(work, asked.patient) if asked.patient else "",
        heads=signed,
        public=public,
        verdict=verdict,
        more=_link(replace(asked, before=leaf.more)) if leaf.more else "",
        everybody=_link(replace(asked, patient="", before=None)),
    )


def _asked() -> Asked:
    words = request.args
    before = words.get("before", "")
    return Asked(
        words.get("device", ""),
        words.get("user", ""),
        words.get("patient", ""),
        parse_day(words.get("day", "")) if words.get("day") else None,
        int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
    )


def _link(asked: Asked) -> str:
    """Give the address of a list: ids and a day, never a name."""
    facts = {
        "device": asked.device, "user": asked.user, "patient": asked.patient,
        "day": asked.day.isoformat() if asked.day else "", "before": asked.before or "",
    }  # fmt: skip
    query = urlencode({name: fact for name, fact in facts.items() if fact})
    return url_for("journal.index") + (f"?{query}" if query else "")
