"""Options › Mise en route: the steps of the assistant, the reader tried, the test (SOFT33-2)."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.core.setup import Reached, StepState, first_open
from server.services import setup
from webui import formats
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.outside import PostState
from webui.readers import ReaderState
from webui.replies import go

page = only(Blueprint("setup", __name__, url_prefix="/options/setup"), Right.USERS)


@page.get("/")
def index() -> ResponseReturnValue:
    """Show the steps, what each waits for, and what must be obtained from others."""
    here = desk()
    work, post = here.work(), here.services.post
    states = _with_the_test(setup.states(work), post.state if post else None)
    return render_template(
        "setup/index.html",
        states=states,
        now_at=first_open(states),
        left=sum(each.reached is Reached.TO_DO for each in states),
        needs=setup.to_obtain(work),
        dutch=here.catalogue.locale == "nl",
        can_test=work.practice.demo and post is not None,
        light=_light(here.services.readers.state if here.services.readers else None),
    )


@page.post("/test")
@shown_again_by(index)
def test() -> Response:
    """Ask the simulator's mailbox: the one test this version can make, in a demo practice only."""
    here = desk()
    if here.services.post is not None and here.work().practice.demo:
        here.services.post.send_now()
    return go("setup.index", _anchor="step-TEST")


@page.get("/reader")
def reader() -> ResponseReturnValue:
    """Show the reader as it is, what is in the way, and a light once a card was read."""
    readers = desk().services.readers
    state = readers.state if readers else None
    return render_template("setup/reader.html", readers=state, light=_light(state))


@page.post("/reader")
def try_reader() -> Response:
    """Take the next card for a trial: it opens no patient's file."""
    here = desk()
    if here.services.readers is not None:
        here.services.readers.await_card(here.work().user.id)
    return go("setup.reader")


def _light(state: ReaderState | None) -> str:
    """Name how the reader stands: the last part of `setup.light.<…>`."""
    if state is None:
        return "off"
    if state.problem:
        return "problem"
    if not state.readers:
        return "no_reader"
    if state.percent is not None:
        return "reading"
    if state.failure:
        return "failed"
    return "read" if state.read_at else "waiting"


def _with_the_test(states: Sequence[StepState], post: PostState | None) -> tuple[StepState, ...]:
    """Judge the test by what the post heard since the practice was opened."""
    *steps, last = states
    if last.reached is Reached.NOT_YET or post is None:
        return (*steps, last)
    return (*steps, _heard(last, post))


def _heard(step: StepState, post: PostState) -> StepState:
    if post.answered_at is not None and not post.last_trouble:
        at = ("at", formats.hour(post.answered_at))
        return StepState(step.step, Reached.DONE, "answered", (at,))
    if post.online is False:
        return replace(step, reason="offline")
    return replace(step, reason="no_answer" if post.last_trouble else "untried")
