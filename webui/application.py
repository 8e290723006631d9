"""The web application: pages under the random prefix of one launch, behind the door."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from secrets import token_bytes

from flask import Blueprint, Flask, Response, g, request
from jinja2 import StrictUndefined
from markupsafe import Markup

from server.core.country import Country
from server.core.errors import KineError, Locked
from server.core.rights import Right
from webui import formats, forms
from webui.addresses import Addresses
from webui.compiled import CompiledTemplates, Screens
from webui.countries import has
from webui.desk import Desk, Services, clear, desk
from webui.door import Door
from webui.drafting import below, left_here, written
from webui.drawings import Drawings, Kept
from webui.errands import Errands
from webui.failures import tell_failures
from webui.file_areas import of_file, place_of_care
from webui.frame import FrameState, home, rail
from webui.gate import Gate, GateState
from webui.guards import keep_to_country
from webui.i18n import catalogue
from webui.idle import IdleLock
from webui.keys import KEYS
from webui.security import TOKEN_FIELD, guard, in_session
from webui.states import look
from webui.stream import Stream
from webui.thread import STATIONS, dots, rank

_TEMPLATES = Path(__file__).parent / "templates"


def create_app(
    *,
    door: Door,
    gate: Gate,
    services: Services,
    stream: Stream,
    now: Callable[[], datetime],
    pages: Sequence[Blueprint] | None = None,
    kept: Kept | None = None,
) -> Flask:
    """Build the application of one launch.

    `now` gives the present instant, aware, in UTC; `pages` are all the screens unless only some
    are asked for; `kept` holds drawn rows and is told when the practice closes. Serve it with
    `webui.serving.server_for`.
    """
    app = Flask(__name__, static_url_path=f"{door.root}static")
    app.jinja_environment = Screens
    app.url_map.merge_slashes = False  # an address written otherwise is another address
    app.before_request(clear)
    app.teardown_appcontext(clear)
    idle = IdleLock(gate, door, stream.broker, stream.clock)
    idle.watch(app)
    app.extensions["stream"] = replace(stream, locked=idle.locked)
    app.extensions["desk"] = lambda: Desk(
        now=now(),
        last_event=stream.events.latest(),
        catalogue=catalogue(g.get("locale", gate.locale)),
        services=services,
        gate=gate,
        door=door,
        broker=stream.broker,
    )
    app.extensions["errands"] = Errands(token_bytes)
    guard(app, door, gate)
    keep_to_country(app)
    app.after_request(_announce)
    tell_failures(app)
    _set_up_templates(app, kept or Kept())
    for page in every_page() if pages is None else pages:
        app.register_blueprint(page, url_prefix=f"/{door.prefix}{page.url_prefix or ''}")
    return app


def every_page() -> Sequence[Blueprint]:
    """Load every screen: all the services come with them, which the first page does without."""
    from webui.screens import PAGES

    return PAGES


def _announce(response: Response) -> Response:
    """Wake the open streams after a change: the rows it wrote are told at once.

    What was typed to make it is a draft no more.
    """
    if request.method == "POST" and response.status_code < 400 and request.blueprint != "drafts":
        desk().broker.wake()
        _forget_draft()
    return response


def _forget_draft() -> None:
    """Forget the draft of the form just sent; one kept until its passphrase is typed stays."""
    here = desk()
    if in_session(here.door, here.gate) and not g.get("unsent"):
        from server.services import drafts

        with suppress(KineError):  # locked this very moment
            drafts.sent(here.work(), below(request.path))


def _set_up_templates(app: Flask, kept: Kept) -> None:
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    env.bytecode_cache = CompiledTemplates(_TEMPLATES / "__pycache__")
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        lambda key: desk().catalogue.gettext(key),
        lambda key, plural, n: desk().catalogue.ngettext(key, plural, n),
        newstyle=True,
    )
    env.globals["_"] = _say
    env.filters.update(formats.PLAIN)
    env.filters["draft"] = written
    env.filters.update({name: _spoken(write) for name, write in formats.SPOKEN.items()})
    env.globals.update(
        url_for=Addresses(app.url_for),
        once=Drawings(lambda: desk().catalogue.locale),
        kept=lambda draw, *facts: kept.draw(desk().catalogue.locale, draw, facts),
        look=look,
        dots=dots,
        rank=rank,
        stations=STATIONS,
        typed=forms.typed,
        plural=_plural,
        token_field=TOKEN_FIELD,
        left_here=left_here,
        file_areas=of_file,
        place_of_care=place_of_care,
        page_token=lambda: desk().door.page_token,
        problems=lambda: forms.field_problems(desk().catalogue),
        at_fault=lambda *fields: bool({*fields} & {*forms.field_problems(desk().catalogue)}),
    )
    app.context_processor(lambda: _facts_of_every_page(app))


def _spoken(write: Callable[..., str]) -> Callable[..., str]:
    return lambda *values: write(desk().catalogue, *values)


def _say(key: str, **facts: object) -> Markup:
    """Speak a sentence in a template: tags in it are ours, facts are escaped.

    Stands for what the extension gives: that one looks its own function up, wraps and fills
    every sentence anew, and a page has a hundred.
    """
    words = desk().catalogue.marked(key)
    return words % facts if facts else words


def _plural(key: str, n: int, **facts: object) -> Markup:
    """Speak a plural in a template, as `_()` does: tags in the sentence, facts escaped."""
    return Markup(desk().catalogue.ngettext(key, key, n)) % {**facts, "n": n}  # noqa: S704 - ours


def _frame(here: Desk) -> FrameState | None:
    """Give the frame of an open practice; None for who was made inactive at work in it."""
    with suppress(Locked):
        return here.services.frame(here.now) if here.gate.state is GateState.OPEN else None
    return None


def _facts_of_every_page(app: Flask) -> dict[str, object]:
    here = desk()
    frame, sign = _frame(here), here.gate.sign
    rights = frame.rights if frame else frozenset()
    country = sign.country if sign else ""
    return {
        "lang": here.catalogue.language,
        "sign": sign,
        "in_france": country == Country.FRANCE,
        "frame": frame,
        "home_page": home(rights, country),
        "may": lambda right: Right(right) in rights,
        "last_event": here.last_event,
        "rail": rail(app, rights, country),
        "toys": here.services.demo is not None,
        "keys": [
            each
            for each in KEYS
            if (each.right is None or each.right in rights) and has(country, each.endpoint)
        ],
        "has_page": lambda endpoint: endpoint in app.view_functions and has(country, endpoint),
        "now": here.now,
        "today": formats.civil(here.now),
    }
