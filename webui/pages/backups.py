"""Options › Sauvegardes: the copies and their state, a rehearsal, what a return left open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import NotFound
from server.core.rights import Right
from server.services import backups, homecomings, places, retention
from server.services.desk import Desk
from webui.copies import Told, told
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.naming import Naming
from webui.outside import BackupControl
from webui.replies import go

page = only(Blueprint("backups", __name__, url_prefix="/options/backups"), Right.SETTINGS)

_TRIED = ("GOOD", "BAD")
_SHOWN = 30  # rows of the list; the rule keeps fifty at most in each place


@dataclass(frozen=True, slots=True)
class Row:
    """One copy in the list."""

    at: datetime
    second: bool
    cause: str
    size: str  # megabytes, as written here
    name: str
    verdict: str  # "good", "bad", "unknown"
    why: str  # the reason in words when it is bad
    checked_at: datetime | None


@page.get("/")
def index() -> ResponseReturnValue:
    """Show where the copies are, how old, whether each comes back, and what to do."""
    here, work, keeper = desk(), desk().work(), _keeper()
    where = places.shown(work, keeper.folder)
    doubt = homecomings.doubt(work)
    return render_template(
        "backups/index.html",
        state=keeper.state,
        notices=notices(work),
        rows=_rows(work, keeper)[:_SHOWN],
        places=where,
        drilled_at=backups.drilled_at(work),
        doubt=doubt,
        lots=homecomings.lots_in_doubt(work) if doubt else (),
        awaiting=homecomings.awaiting(work) if doubt else 0,
        device=work.device,
        name=Naming.of(work, here.catalogue),
        rules=retention.rules(work),
    )


@page.post("/now")
def now() -> Response:
    """« Sauvegarder maintenant »."""
    _keeper().back_up_now()
    return go("backups.index")


@page.post("/drill")
def drill() -> Response:
    """« Essai de restauration »."""
    _keeper().drill_now()
    return go("backups.index")


@page.post("/stop")
def stop() -> Response:
    """Stop the copy or the rehearsal under way."""
    _keeper().cancel()
    return go("backups.index")


@page.post("/place")
@shown_again_by(index)
def place() -> Response:
    """Choose the second place, or none."""
    places.choose_second(desk().work(), _keeper().folder, request.form.get("second", ""))
    return go("backups.index", _anchor="second")


@page.post("/answer")
@shown_again_by(index)
def answer() -> Response:
    """Take a person's word on what was billed between the copy and the return."""
    homecomings.answer(desk().work(), request.form.get("word", ""))
    return go("backups.index", _anchor="return")


def _again(lot_id: str) -> ResponseReturnValue:
    return index()


@page.post("/lot/<lot_id>")
@shown_again_by(_again)
def settle(lot_id: str) -> Response:
    """Take a person's word on one lot in doubt after a return."""
    arrived, word = request.form.get("arrived") == "yes", request.form.get("lot_word", "")
    homecomings.settle(desk().work(), lot_id, arrived=arrived, word=word)
    return go("backups.index", _anchor="return")


@page.post("/range")
@shown_again_by(index)
def numbers() -> Response:
    """Choose the range of sending numbers of this device."""
    form = request.form
    homecomings.choose_range(desk().work(), form.get("number_from", ""), form.get("number_to", ""))
    return go("backups.index", _anchor="return")


def notices(work: Desk) -> Sequence[Told]:
    """Say what is wrong with the copies; nothing where no keeper looks after them."""
    here = desk()
    keeper = here.services.backups
    if keeper is None:
        return ()
    spoken, failure = here.catalogue, keeper.state.failure
    failed = [Told(spoken.say("backups.failed"), told(spoken, failure), grave=True)]
    found = backups.notices(work, keeper.folder)
    return [*failed[: bool(failure)], *(Told.of(spoken, each, here.now) for each in found)]


def _keeper() -> BackupControl:
    keeper = desk().services.backups
    if keeper is None:
        raise NotFound(kind="backups")
    return keeper


def _rows(work: Desk, keeper: BackupControl) -> list[Row]:
    spoken, where = desk().catalogue, places.shown(work, keeper.folder)
    return [
        Row(
            each.made_at, each.place != str(where.local), each.cause.lower(),
            f"{each.bytes / 1e6:.1f}".replace(".", ","), each.name,
            each.verdict.lower() if each.verdict in _TRIED else "unknown",
            told(spoken, each.reason), each.checked_at,
        )
        for each in backups.listed(work, keeper.folder)
    ]  # fmt: skip
