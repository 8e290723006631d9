"""The event stream: the rows of the `event` table as they are written, and what passes.

Rules: `style.md` §13. A row travels with its id, so a page that was away asks for what it missed;
what passes travels without, and is gone. The event says what happened and to which id; the page
then fetches the fragment.
"""

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from flask import Blueprint, Response, current_app, request

from server.core.rights import Right
from webui.broker import Broker, Subscription
from webui.hearing import PASSING, ROWS, hears, signals

HEARTBEAT_SECONDS = 15.0
_LOOK_SECONDS = 1.0  # how long a page that has gone, or a missed wake-up, can go unnoticed

_LEAVE = "event: practice.locked\ndata:\n\n"
page = Blueprint("stream", __name__)


@dataclass(frozen=True, slots=True)
class EventRow:
    """One durable event: what happened (`lot.sealed`) and to which id."""

    id: int
    kind: str
    subject: str


class EventSource(Protocol):
    """Where durable events are read."""

    def since(self, last: int) -> Sequence[EventRow]:
        """Rows with a greater id, in order; a bounded number at a time."""
        ...

    def oldest(self) -> int:
        """Return the id of the oldest row still known, 0 when there is none."""
        ...

    def latest(self) -> int:
        """Return the id of the last row, 0 when there is none or the practice is closed."""
        ...


@dataclass(frozen=True, slots=True)
class Stream:
    """What an open page listens to.

    `clock` counts seconds and never goes back; `locked` says whether the practice is closed;
    `rights` gives what its user may do at this moment, nothing when there is none.
    """

    events: EventSource
    broker: Broker
    clock: Callable[[], float]
    locked: Callable[[], bool]
    rights: Callable[[], Set[Right]]

    def lines(self, last: int, gone: Callable[[], bool]) -> Iterator[str]:
        """Write the stream from after row `last`, until the page has gone or the practice locks.

        A page that was away so long that rows it missed are forgotten is told the same as when
        the practice locks: it leaves, and whatever comes next is drawn anew.
        """
        beat = self.clock()
        if last + 1 < self.events.oldest():
            yield _LEAVE
            return
        with self.broker.subscribe() as subscription:
            yield ": open\n\n"
            while not (gone() or subscription.ended):
                if self.locked():
                    yield _LEAVE
                    return
                text, last = self._news(subscription, last)
                if text or self.clock() - beat >= HEARTBEAT_SECONDS:
                    beat = self.clock()
                    yield text or ": still here\n\n"

    def _news(self, subscription: Subscription, last: int) -> tuple[str, int]:
        """Give what there is to say, waiting a moment for it, and the last row told."""
        rows, rights = self.events.since(last), self.rights()
        lines = [
            f"id: {row.id}\nevent: {row.kind}\ndata: {row.subject}\n\n"
            for row in rows
            if hears(ROWS, row.kind, rights)
        ]
        kinds = {row.kind for row in rows}
        lines += [f"event: {signal}\ndata:\n\n" for signal in signals(kinds, rights)]
        if not rows:
            lines = [
                f"event: {event.kind}\ndata: {event.data}\n\n"
                for event in subscription.wait(_LOOK_SECONDS)
                if hears(PASSING, event.kind, rights)
            ]
        return "".join(lines), rows[-1].id if rows else last


@page.get("/events")
def events() -> Response:
    """Answer with the stream; `after` is the last row the page already shows."""
    stream: Stream = current_app.extensions["stream"]
    last = request.headers.get("Last-Event-ID") or request.args.get("after", "")
    start = int(last) if last.isascii() and last.isdigit() else stream.events.latest()
    gone = request.environ.get("waitress.client_disconnected", lambda: False)
    return Response(stream.lines(start, gone), mimetype="text/event-stream")
