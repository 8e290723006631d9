"""What a page has typed in it, kept while one types, so that a lock falls on nothing."""

from flask import Blueprint, Response, request

from server.services import drafts
from webui.desk import desk
from webui.drafting import below, read
from webui.errands import a_screen
from webui.replies import go_to

page = Blueprint("drafts", __name__, url_prefix="/drafts")


@page.post("/")
def keep() -> Response:
    """Keep the forms of a page as they stand; none any more, and nothing is kept of it."""
    work, place, forms = desk().work(), below(request.form["place"]), read(request.form["forms"])
    if forms:
        drafts.keep(work, place, forms)
    else:
        drafts.discard(work, place)
    return Response(status=204)


@page.post("/left")
def left() -> Response:
    """Note that the page was left by hand: unlocking leads elsewhere."""
    drafts.leave(desk().work(), below(request.form["place"]))
    return Response(status=204)


@page.post("/discard")
def discard() -> Response:
    """Forget what was left on a page, and show it as it is."""
    place = request.form["place"]
    drafts.discard(desk().work(), place)
    return go_to(a_screen(desk().door.root + place))
