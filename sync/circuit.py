"""A fuse per host: after five failures nobody knocks for five minutes, then one does.

Rule: `reliability-security.md` §3.3.
"""

from math import ceil
from threading import Lock

FAILURES = 5
OPEN_SECONDS = 5 * 60


class Circuit:
    """Counts failures in a row of one host. Times are monotonic seconds. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._failures = 0
        self._closed_to: float = 0.0

    def wait(self, at: float) -> int:
        """Return 0 when a call may go, else the seconds to wait.

        Once the wait is over, the caller who gets 0 is the only one until its call has ended.
        """
        with self._lock:
            if self._failures < FAILURES:
                return 0
            if at < self._closed_to:
                return ceil(self._closed_to - at)
            self._closed_to = at + OPEN_SECONDS  # the others wait for what this one finds
            return 0

    def failed(self, at: float) -> None:
        """Note that the host could not be reached, or was silent."""
        with self._lock:
            self._failures += 1
            self._closed_to = at + OPEN_SECONDS

    def answered(self) -> None:
        """Note an answer of the host, good or bad."""
        with self._lock:
            self._failures = 0
