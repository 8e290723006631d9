"""The clock of a run: the machine's, which a demo practice may move forward."""

from datetime import datetime, timedelta

from server.core.clock import Clock
from sync.clock import SystemClock


class ShiftedClock:
    """The machine's clock plus a shift; both its times move together, so that it stays believed."""

    def __init__(self, source: Clock | None = None) -> None:
        """`source` stands for the machine's clock where the day must begin at a known hour."""
        self._system = source or SystemClock()
        self._shift = timedelta()

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return self._system.now() + self._shift

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return self._system.monotonic() + self._shift.total_seconds()

    def advance(self, by: timedelta) -> None:
        """Move on; a clock never goes back here."""
        self._shift += max(by, timedelta())
