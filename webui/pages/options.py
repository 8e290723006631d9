"""Options: the practice's own facts, its language, its tariffs and the roots it trusts (W27)."""

from datetime import date

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import InvalidForm
from server.core.rights import Right
from server.services import backups, practices, roots, rules
from server.services.rules import TariffVersion
from webui.bad_rows import bad_rows
from webui.desk import desk
from webui.forms import shown_again_by
from webui.pages.backups import notices
from webui.replies import go

page = Blueprint("options", __name__, url_prefix="/options")

_LOCALES = {"BE": ("fr_BE", "nl"), "FR": ("fr_FR",)}


@page.get("/")
def index() -> ResponseReturnValue:
    """Show every setting this user may make on one page, what is missing first."""
    work = desk().work()
    card = practices.card(work)
    settings = work.user.may(Right.SETTINGS)
    say, keeper = desk().catalogue.say, desk().services.backups if settings else None
    return render_template(
        "options/index.html",
        card=card,
        locales=[(each, say(f"locale.{each}")) for each in _LOCALES[card.practice.country]],
        locale=work.user.locale,
        versions=rules.tariff_versions(work),
        covered=any(_covers(version, work.today) for version in rules.tariff_versions(work)),
        roots=roots.listed(work) if settings else (),
        bad_rows=bad_rows(),
        health=desk().services.health,
        safe=desk().services.safe.state,
        copies=notices(work) if keeper else None,
        copied=bool(keeper and backups.listed(work, keeper.folder)),
    )


@page.post("/practice")
@shown_again_by(index)
def amend() -> Response:
    """Keep the practice's facts."""
    practices.amend(desk().work(), request.form)
    return go("options.index", _anchor="practice")


@page.post("/language")
def language() -> Response:
    """Change the language of the screens."""
    practices.choose_language(desk().work(), request.form.get("locale", ""))
    return go("options.index", _anchor="language")


@page.post("/tariff")
@shown_again_by(index)
def tariff() -> Response:
    """Import a tariff; every bad row is told."""
    desk().work().require(Right.SETTINGS)
    desk().services.import_tariff(_uploaded("tariff"))
    return go("options.index", _anchor="tariff")


@page.post("/root")
@shown_again_by(index)
def root() -> Response:
    """Trust one more root for identity cards."""
    work = desk().work()
    work.require(Right.SETTINGS)
    roots.load(work, _uploaded("root"))
    return go("options.index", _anchor="roots")


def _covers(version: TariffVersion, day: date) -> bool:
    return version.valid_from <= day and (version.valid_to is None or day <= version.valid_to)


def _uploaded(field: str) -> bytes:
    """Give the bytes of the file chosen; raise when none was."""
    content = request.files[field].read() if field in request.files else b""
    if not content:
        raise InvalidForm(faults=((field, "no_file"),))
    return content
