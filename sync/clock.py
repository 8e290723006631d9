"""The two times of this machine, and a sleep that can be ended."""

import time
from datetime import UTC, datetime
from threading import Event


class SystemClock:
    """The machine's own clock (`ports.Clock`)."""

    def now(self) -> datetime:
        """Return the aware UTC instant."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()


class Bell:
    """A sleep others can end (`ports.Wait`)."""

    def __init__(self) -> None:
        self._rung = Event()

    def sleep(self, seconds: float) -> None:
        """Sleep until the bell rings, at most `seconds`."""
        self._rung.wait(seconds)
        self._rung.clear()

    def ring(self) -> None:
        """End the sleep under way, or the next one."""
        self._rung.set()
