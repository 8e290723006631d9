"""The simulator's own time: the clock it was handed, shifted as its tester asks."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from server.simulators.mycarenet.mailbox import Mailbox

_BRUSSELS = ZoneInfo("Europe/Brussels")


class Clock:
    """Instants in UTC; the shift is kept in the simulator's file."""

    def __init__(self, source: Callable[[], datetime], mailbox: Mailbox) -> None:
        self._source = source
        self._mailbox = mailbox

    def now(self) -> datetime:
        """Tell the present instant, as this simulator believes it."""
        return self._source() + timedelta(seconds=float(self._mailbox.setting("shift", "0")))

    def today(self) -> date:
        """Tell the civil day in Belgium."""
        return self.now().astimezone(_BRUSSELS).date()

    def shift(self, seconds: float) -> None:
        """Go forward (or back) by so many seconds."""
        total = float(self._mailbox.setting("shift", "0")) + seconds
        self._mailbox.set("shift", str(total))
