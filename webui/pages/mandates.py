"""Options › Mandats: who acts for the holder at which service, from when to when (W25)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.mandates import Service
from server.core.rights import Right
from server.services import mandates
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go

page = only(Blueprint("mandates", __name__, url_prefix="/options/mandates"), Right.USERS)


@page.get("/")
def index() -> ResponseReturnValue:
    """Show who holds the practice, who acts for him, and every mandate."""
    here = desk()
    board = mandates.board(here.work())
    say = here.catalogue.say
    return render_template(
        "mandates/index.html",
        board=board,
        services=[(str(each), say(f"service.{each}")) for each in Service],
        people=[(each.user.id, each.user.door_name) for each in board.mandated],
    )


@page.post("/")
@shown_again_by(index)
def give() -> Response:
    """Give a mandate."""
    mandates.give(desk().work(), request.form)
    return go("mandates.index", _anchor="mandates")


def _board_of(mandate_id: str) -> ResponseReturnValue:
    """Show the board again when the end of one mandate was refused."""
    del mandate_id  # the sentence is on top, whichever mandate it is
    return index()


@page.post("/<mandate_id>/end")
@shown_again_by(_board_of)
def end(mandate_id: str) -> Response:
    """Set the last day of a mandate."""
    mandates.end(desk().work(), mandate_id, request.form)
    return go("mandates.index", _anchor="mandates")
