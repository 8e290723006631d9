"""Everything received and what was answered to it: the same reference is answered the same."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Lock

from server.simulators.sesam.online.answers import Mood, answer, unknown
from server.simulators.sesam.online.judge import FOLLOW_UP, Request

_MOST = 10_000  # requests remembered


class OtherBytes(Exception):
    """A reference came again with another request in it."""


@dataclass(frozen=True, slots=True)
class Received:
    """One request, and how often it came and was worked on."""

    reference: str
    service: str
    sha256: str
    times_received: int
    times_processed: int


class Clock:
    """The simulator's own time: the machine's, moved as its tester asks."""

    def __init__(self, source: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._source = source
        self._shift = timedelta()

    def now(self) -> datetime:
        """Tell the present instant, as this simulator believes it (aware, UTC)."""
        return self._source() + self._shift

    def move(self, by: timedelta) -> None:
        """Go forward (or back)."""
        self._shift += by


class Desk:
    """The desk of all the services. Used by several connections at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._received: dict[str, Received] = {}
        self._answered: dict[str, bytes] = {}

    def serve(self, request: Request, body: bytes, mood: Mood) -> bytes:
        """Answer a request; raises `OtherBytes`. A repeat is answered as the first time."""
        if request.service == FOLLOW_UP:
            with self._lock:
                return self._answered.get(request.reference) or unknown(request.reference)
        sha256 = hashlib.sha256(body).hexdigest()
        with self._lock:
            held = self._received.get(request.reference)
            if held is not None:
                self._received[request.reference] = replace(
                    held, times_received=held.times_received + 1
                )
                if held.sha256 != sha256:
                    raise OtherBytes(request.reference)
                return self._answered[request.reference]
            while len(self._received) >= _MOST:
                oldest = next(iter(self._received))
                del self._received[oldest], self._answered[oldest]
            self._received[request.reference] = Received(
                request.reference, request.service, sha256, 1, 1
            )
            self._answered[request.reference] = answer(request, body, mood)
            return self._answered[request.reference]

    def received(self) -> Sequence[Received]:
        """Tell every distinct request, in the order they came."""
        with self._lock:
            return list(self._received.values())
