"""What a POST answers: a fragment to htmx, a 303 to a plain form."""

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

UNSAVED_HEADER = "X-Unsaved"  # the page says that something typed is not kept yet


def wants_fragment() -> bool:
    """Whether the request comes from htmx and only a part of the page is to be replaced."""
    return request.headers.get("HX-Request") == "true"


def go(endpoint: str, **values: object) -> Response:
    """Send the person to another page, whichever way the request came."""
    return go_to(url_for(endpoint, **values))  # type: ignore[arg-type]  # flask: values are Any


def go_to(location: str) -> Response:
    """Send the person to an address of ours; never to one a request brought."""
    if wants_fragment():
        return Response(status=204, headers={"HX-Redirect": location})
    return Response(status=303, headers={"Location": location})


def fragment_or_go(template: str, endpoint: str, **facts: object) -> ResponseReturnValue:
    """Answer with the changed part of the page, or send a plain form back to its page."""
    if wants_fragment():
        return render_template(template, **facts)
    return go(endpoint)
