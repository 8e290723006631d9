"""The desk: what a page module works with during one request, and nothing else.

A page asks `desk()` once and calls one service with what lies on it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask import current_app, g

from webui.broker import Broker
from webui.door import Door
from webui.frame import FrameState
from webui.gate import Gate
from webui.i18n import Catalogue


class Services(Protocol):
    """What the frame itself asks of the services; each page names the service it calls."""

    def frame(self, now: datetime) -> FrameState:
        """Give the state shown around every screen."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """One request's view of the program: the instant is fixed when the request comes in."""

    now: datetime
    catalogue: Catalogue
    services: Services
    gate: Gate
    door: Door
    broker: Broker


def desk() -> Desk:
    """Return the desk of the current request."""
    if "desk" not in g:
        g.desk = current_app.extensions["desk"]()
    found: Desk = g.desk
    return found
