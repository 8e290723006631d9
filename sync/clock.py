"""The two times of this machine, and a sleep that can be ended."""

import time
from datetime import UTC, datetime
from functools import partial
from threading import Event

# A laptop that slept has not jumped: where the system counts the hours asleep, they count here.
_SINCE_BOOT = (
    partial(time.clock_gettime, time.CLOCK_BOOTTIME)
    if hasattr(time, "CLOCK_BOOTTIME")
    else time.monotonic
)


class SystemClock:
    """The machine's own clock (`ports.Clock`)."""

    def now(self) -> datetime:
        """Return the aware UTC instant."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never go back, those spent asleep included."""
        return _SINCE_BOOT()


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
