from threading import Event
from typing import cast

from flask import Flask, redirect
from flask.typing import ResponseReturnValue
from werkzeug.test import Client

from webui.gate import Gate, GateState
from webui.porch import Porch

_PATIENCE_SECONDS = 5.0


class _Gate:
    state = GateState.LOCKED


class Street:
    """A porch before a house, and somebody who asks at it."""

    def __init__(self) -> None:
        self.gate = _Gate()
        self.built = 0
        self.begun = Event()
        self.porch = Porch(_app("front"), self._build, cast(Gate, self.gate))

    def _build(self) -> Flask:
        self.built += 1
        self.begun.set()
        return _app("house")

    def get(self, path: str) -> str:
        return Client(self.porch).get(path, buffered=True).get_data(as_text=True)

    def post(self, path: str) -> str:
        return Client(self.porch).post(path, buffered=True).get_data(as_text=True)


def _app(name: str) -> Flask:
    app = Flask(name)

    def away() -> ResponseReturnValue:
        return redirect("/page")

    app.add_url_rule("/page", "page", lambda: name, methods=["GET", "POST"])
    app.add_url_rule("/away", "away", away)
    return app


def test_the_first_page_is_served_by_the_porch_and_the_house_is_fetched() -> None:
    street = Street()
    assert street.get("/page") == "front"
    assert street.begun.wait(_PATIENCE_SECONDS)
    street.post("/page")  # waits until it is there
    assert street.get("/page") == "house"
    assert street.built == 1


def test_a_redirection_is_no_page_yet() -> None:
    street = Street()
    street.get("/away")
    assert street.built == 0


def test_what_changes_something_is_answered_by_the_house() -> None:
    street = Street()
    assert street.post("/page") == "house"
    assert street.built == 1


def test_an_open_practice_is_never_answered_on_the_porch() -> None:
    street = Street()
    street.gate.state = GateState.OPEN
    assert street.get("/page") == "house"
