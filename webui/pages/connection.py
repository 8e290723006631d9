"""The way to the insurers' hub: how it stands, what waits, and « Envoyer maintenant » (W18)."""

from datetime import date

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import ledger, waiting
from webui import formats
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.naming import Naming
from webui.outside import PostState
from webui.replies import go
from webui.trouble import reasons

page = only(Blueprint("connection", __name__, url_prefix="/connection"), Right.AMOUNTS)

_MOST = 25  # messages on one page


@page.get("/")
def index() -> ResponseReturnValue:
    """Show the line, the partner, and every message that is not at its end."""
    here = desk()
    work = here.work()
    post = here.services.post
    state = post.state if post else None
    after = request.args.get("after", "")
    found = waiting.messages(work, after, _MOST + 1)
    rows = found[:_MOST]
    return render_template(
        "connection/index.html",
        state=state,
        calls=here.services.calls,
        standing=_standing(state, formats.civil(here.now)),
        since=_since(state, formats.civil(here.now)),
        queue=ledger.queue(work),
        rows=rows,
        after=after,
        onward=rows[-1].message.id if len(found) > _MOST else "",
        name=Naming.of(work, here.catalogue),
        reason=reasons(here.catalogue),
    )


@page.post("/send")
@shown_again_by(index)
def send() -> Response:
    """« Envoyer maintenant »: leave at once, and look into the mailbox."""
    here = desk()
    here.work().require(Right.BILLING)
    if here.services.post is not None:
        here.services.post.send_now()
    return go("connection.index")


@page.post("/retry/<message_id>")
def retry(message_id: str) -> Response:
    """Let a refused message leave again, once its cause is repaired."""
    here = desk()
    waiting.retry(here.work(), message_id)
    post = here.services.post
    if post is not None and not post.state.held:
        post.send_now()
    return go("connection.index")


@page.post("/stop")
def stop() -> Response:
    """Stop between two messages; what is not begun stays queued."""
    here = desk()
    here.work().require(Right.BILLING)
    if here.services.post is not None:
        here.services.post.cancel()
    return go("connection.index")


def _standing(state: PostState | None, today: date) -> str:
    """Choose the sentence of the screen: `connection.<standing>`."""
    if state is None:
        return "no_address"
    if state.online is None or state.since is None:
        return "unseen"
    line = "online" if state.online else "offline"
    return line if formats.civil(state.since) == today else f"{line}_since_day"


def _since(state: PostState | None, today: date) -> str:
    """Say since when the line is as it is: the hour, with its day when that is not today."""
    if state is None or state.since is None:
        return ""
    same = formats.civil(state.since) == today
    return formats.hour(state.since) if same else formats.moment(state.since)
