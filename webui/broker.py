"""What passes: events without a row, and the wake-up that says rows have been written.

Rules: `hardware.md` §7 (bounded queue of 200, slow ones dropped), `reliability-security.md` §9
(at most eight streams). Values in events are ids only, never a name or a number of a patient.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, Full, Queue
from threading import Lock

log = logging.getLogger(__name__)

QUEUE_LENGTH = 200
STREAMS = 8


@dataclass(frozen=True, slots=True)
class Passing:
    """A state that passes (a reader appears, a card is being read): never a row, never replayed."""

    kind: str
    data: str = ""


class Subscription:
    """The events of one open page."""

    def __init__(self) -> None:
        self._queue: Queue[Passing | None] = Queue(QUEUE_LENGTH)
        self.ended = False

    def wait(self, seconds: float) -> list[Passing]:
        """Return what has passed; wait at most that long when nothing has."""
        try:
            first = self._queue.get(timeout=seconds)
        except Empty:
            return []
        rest = [self._queue.get_nowait() for _ in range(self._queue.qsize())]
        return [event for event in (first, *rest) if event is not None]

    def put(self, event: Passing | None) -> None:
        """Hand an event over, or None to wake; a page too slow to read is dropped."""
        try:
            self._queue.put_nowait(event)
        except Full:
            self.ended = True


class Broker:
    """Carries what passes to every open page. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: list[Subscription] = []

    def publish(self, kind: str, data: str = "") -> None:
        """Tell every open page what has just passed; `data` is an id or a percentage."""
        self._put(Passing(kind, data))

    def wake(self) -> None:
        """Tell every stream to look for new rows: called after a commit that wrote an event."""
        self._put(None)

    @contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        """Open one stream; the oldest ends when there would be more than eight."""
        subscription = Subscription()
        with self._lock:
            self._open.append(subscription)
            evicted, self._open = self._open[:-STREAMS], self._open[-STREAMS:]
        for oldest in evicted:
            oldest.ended = True
            oldest.put(None)
        try:
            yield subscription
        finally:
            with self._lock:
                self._open = [other for other in self._open if other is not subscription]

    def _put(self, event: Passing | None) -> None:
        with self._lock:
            subscriptions = list(self._open)
        for subscription in subscriptions:
            subscription.put(event)
            if subscription.ended:
                log.warning("an event stream was too slow and was dropped")
