"""Idle lock: a practice nobody has touched for a while closes itself (`product.md` §4.4).

What the page does by itself (the stream, a lamp redrawn) is no sign of a person; the page says so
in a header. Checked at each request and at each turn of an open stream.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, request

from webui.broker import Broker
from webui.door import Door
from webui.gate import Gate, GateState

BY_ITSELF_HEADER = "X-By-Itself"
_NOBODY = frozenset({"stream.events", "static"})


@dataclass(slots=True)
class IdleLock:
    """Locks the practice once nobody has acted for the minutes it chose; `clock` only grows."""

    gate: Gate
    door: Door
    broker: Broker
    clock: Callable[[], float]
    touched: float = 0.0

    def touch(self) -> None:
        """Note that a person is there."""
        self.touched = self.clock()

    def locked(self) -> bool:
        """Lock when the time is over; say whether the practice is closed."""
        if self.gate.state is not GateState.OPEN:
            self.touched = self.clock()  # counting begins when somebody opens
            return True
        if self.clock() - self.touched < 60.0 * self.gate.idle_minutes:
            return False
        self.door.close_session()
        self.gate.lock("idle")
        self.broker.wake()
        return True

    def watch(self, app: Flask) -> None:
        """Judge and note every request; call it before the door, so that a late one is refused."""

        @app.before_request
        def judge() -> None:
            self.locked()
            if request.endpoint not in _NOBODY and not request.headers.get(BY_ITSELF_HEADER):
                self.touch()
