"""The door fitted to Flask: every request is judged before it is routed, every answer hardened.

Rules: `reliability-security.md` §6. Nothing here names a page: a new route is behind the door
without knowing it.
"""

import logging
from collections.abc import Callable
from io import BytesIO
from typing import IO

from flask import Flask, Request, Response, request, url_for
from werkzeug.http import parse_cookie

from server.core.errors import Locked
from webui.door import Door, Knock
from webui.gate import Gate, GateState

log = logging.getLogger(__name__)

DOOR_COOKIE = "door"
SESSION_COOKIE = "session"
TOKEN_HEADER = "X-Page-Token"  # noqa: S105 - the name of a header, not a secret
TOKEN_FIELD = "page_token"  # noqa: S105 - the name of a form field
BODY_LIMIT = 8 * 1024 * 1024
FORM_PARTS_LIMIT = 500
HEADER_LIMIT = 64 * 1024

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
# Blueprints, or endpoints without blueprint.
_OPEN_WHEN_LOCKED = frozenset({"static", "gate", "restore"})
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
# Not `no-referrer`: under it a form is posted with `Origin: null`, which the door must refuse.
_REFERRER = "same-origin"
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": _REFERRER,
    "X-Content-Type-Options": "nosniff",
}
UNCACHED = {**_HEADERS, "Cache-Control": "no-store"}
"""The headers of every answer but styles and scripts: also of what no application answered."""


class MemoryRequest(Request):
    """A request whose uploaded files stay in memory: a scan never touches a temporary file."""

    max_content_length = BODY_LIMIT
    max_form_memory_size = BODY_LIMIT
    max_form_parts = FORM_PARTS_LIMIT

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


def guard(app: Flask, door: Door, gate: Gate) -> None:
    """Put the whole app behind the door; call it before any blueprint is registered."""
    app.request_class = MemoryRequest

    @app.before_request
    def judge() -> Response | None:
        return _judge(door, gate)

    @app.get("/launch/<secret>")
    def launch(secret: str) -> Response:
        return _launch(door, secret)

    app.after_request(_harden)


def admits(door: Door) -> Callable[[str, str], bool]:
    """Give the judge of `webui.crowd`: a body is received from who shows path and door cookie."""

    def judge(path: str, cookies: str) -> bool:
        shown = parse_cookie(cookies).get(DOOR_COOKIE, "")
        return path.startswith(door.root) and door.knows(shown)

    return judge


def keep_session(response: Response, door: Door) -> Response:
    """Give the browser the cookie of the session that has just been opened."""
    _set_cookie(response, door, SESSION_COOKIE, door.open_session())
    return response


def in_session(door: Door, gate: Gate) -> bool:
    """Whether the practice is open and this browser is the one that opened it."""
    cookie = request.cookies.get(SESSION_COOKIE, "")
    return gate.state is GateState.OPEN and door.in_session(cookie)


def _judge(door: Door, gate: Gate) -> Response | None:
    if not door.recognises(_knock()):
        return _refusal()
    if request.endpoint == "launch" and request.method == "GET":
        return None
    if not request.path.startswith(door.root):
        return _refusal()
    if not door.knows(request.cookies.get(DOOR_COOKIE, "")):
        return _refusal()
    if request.method not in _READING and not door.trusts(_token()):
        return _refusal()
    if _needs_session() and not in_session(door, gate):
        raise Locked
    return None


def _knock() -> Knock:
    headers = request.environ
    return Knock(
        target=headers.get("REQUEST_URI", request.path),
        host=headers.get("HTTP_HOST"),
        origin=headers.get("HTTP_ORIGIN"),
        fetch_site=headers.get("HTTP_SEC_FETCH_SITE"),
    )


def _token() -> str:
    return request.headers.get(TOKEN_HEADER) or request.form.get(TOKEN_FIELD, "")


def _needs_session() -> bool:
    return (request.blueprint or request.endpoint) not in _OPEN_WHEN_LOCKED


def _launch(door: Door, secret: str) -> Response:
    cookie = door.admit(secret)
    if cookie is None:
        if door.alarmed:
            log.warning("%d unknown launch secrets were tried", door.wrong_launches)
        return _refusal()
    response = Response(status=303, headers={"Location": url_for("gate.index")})
    _set_cookie(response, door, DOOR_COOKIE, cookie)
    return response


def _set_cookie(response: Response, door: Door, name: str, value: str) -> None:
    response.set_cookie(name, value, path=door.root, httponly=True, samesite="Strict")


def _refusal() -> Response:
    """All that a stranger is told."""
    return Response(status=403)


def _harden(response: Response) -> Response:
    response.headers.update(_HEADERS)
    if response.mimetype == "application/pdf":  # a paper is shown inside one of our own pages
        shown = _POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
        response.headers["Content-Security-Policy"] = shown
    if request.endpoint == "static" and response.status_code == 200:
        # Styles and scripts of this launch only: the prefix changes at the next one.
        response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    else:
        response.headers["Cache-Control"] = "no-store"
    return response
