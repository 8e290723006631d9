"""What is shown when something went wrong: one place turns errors into pages and fragments.

A KineError is a refusal and has its own sentence; so has what a disk or a damaged file did.
Anything else is our mistake: logged with its trace but without its message, which may hold a
patient's data, and told in one sentence.
"""

import logging
import traceback
from collections.abc import Mapping
from contextlib import suppress

from flask import Flask, Response, g, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from server.core import errors
from server.core.errors import KineError
from webui.desk import desk
from webui.drafting import keep_what_was_sent
from webui.errands import came_from, errands
from webui.forms import UnreadableFields, form_of
from webui.replies import go, wants_fragment
from webui.sentences import sentence

log = logging.getLogger(__name__)

STATUSES: Mapping[type[KineError], int] = {
    errors.InvalidForm: 422,
    errors.InvalidNumber: 422,
    errors.InvalidValue: 422,
    errors.FieldOverflow: 422,
    errors.NotFound: 404,
    errors.StateConflict: 409,
    errors.Forbidden: 403,
    errors.OtherCountry: 404,
    errors.ProofNeeded: 403,
    errors.Locked: 403,
    errors.WrongKey: 403,
    errors.DamagedPractice: 500,
    errors.NewerPractice: 409,
    errors.DiskRefused: 507,
    errors.OlderPractice: 409,
    errors.BackupFailed: 503,
    errors.SealRefused: 422,
    errors.ReferenceRefused: 422,
    errors.TableRefused: 422,
    errors.Missing: 503,
    UnreadableFields: 422,
}

_ABOUT_THE_FORM = (
    errors.InvalidForm,
    errors.InvalidNumber,
    errors.InvalidValue,
    errors.FieldOverflow,
    errors.WrongKey,
    errors.OlderPractice,
    errors.ReferenceRefused,
    errors.TableRefused,
)
"""Refusals of what was typed; any other is told on a page of its own."""


def tell_failures(app: Flask) -> None:
    """Register the three handlers: refusals, addresses that lead nowhere, our own mistakes."""
    app.register_error_handler(KineError, _refused)
    app.register_error_handler(HTTPException, _not_served)
    app.register_error_handler(Exception, _failed)


def _refused(error: KineError) -> Response:
    status = STATUSES.get(type(error), 400)
    if isinstance(error, errors.Locked):
        return _locked(status)
    if isinstance(error, errors.ProofNeeded):
        return _ask_for_proof()
    form = form_of(request.endpoint) if isinstance(error, _ABOUT_THE_FORM) else None
    if form is not None:
        g.problem = error
        with suppress(KineError):  # a form that cannot be shown leaves a page of its own
            response = make_response(form(**(request.view_args or {})))
            response.status_code = status
            return response
    return _told(sentence(error, desk().catalogue), error.code, status)


def _ask_for_proof() -> Response:
    """Ask for the passphrase on a page of its own, and remember where to go on."""
    read = request.method == "GET" and not wants_fragment()
    place = request.full_path.removesuffix("?") if read else came_from()
    if not read:
        keep_what_was_sent(place)
        g.unsent = True
    return go("proof.ask", number=errands().begin(place))


def _locked(status: int) -> Response:
    response = make_response(render_template("locked.html"), status)
    if wants_fragment():
        response.headers["HX-Redirect"] = url_for("gate.index")
    return response


def _not_served(error: HTTPException) -> Response:
    status = error.code or 500
    catalogue = desk().catalogue
    key = f"error.http.{status}"
    return _told(catalogue.say(key if catalogue.has(key) else "error"), f"http.{status}", status)


def _failed(error: Exception) -> Response:
    from server.services.troubles import explained  # brings the library of the store along

    told = explained(error)
    if told is not None:
        return _broken(told)
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s failed: %s\n%s", request.endpoint, type(error).__name__, frames)
    return _told(desk().catalogue.say("error"), "error", 500)


def _broken(told: KineError) -> Response:
    """Tell what the disk or a damaged page did; after damage nothing more is written."""
    log.warning("%s stopped: %s %s", request.endpoint, told, told.facts.get("reason", ""))
    if isinstance(told, errors.DamagedPractice):
        desk().services.found_damage(str(told.facts["reason"]))
    return _refused(told)


def _told(text: str, code: str, status: int) -> Response:
    template = "_problem.html" if wants_fragment() else "problem.html"
    return make_response(render_template(template, text=text, code=code), status)
