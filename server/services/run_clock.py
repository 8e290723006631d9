"""The clock of one run: what is known of it, and how far it can be trusted (`domain.md` §4.6)."""

from dataclasses import replace
from datetime import date, datetime

from server.core.clock import Clock, ClockFacts, ClockTrust, Heard, judge


class RunClock:
    """One clock from the start of a run, with what the file and partners said of the time."""

    def __init__(self, clock: Clock, built_on: date) -> None:
        self._clock = clock
        self._facts = ClockFacts(built_on, None, clock.now(), clock.monotonic())

    def opened(self, last_event: datetime | None) -> None:
        """Take note of the last instant believed in the file just opened."""
        self._facts = replace(self._facts, last_event=last_event)

    def confirm(self) -> None:
        """Take the user's word that the date shown is right.

        What a partner's clock said before is forgotten; what the next one says counts again.
        """
        now, mono = self._clock.now(), self._clock.monotonic()
        self._facts = replace(
            self._facts, started_at=now, started_mono=mono, confirmed=True, last_event=None,
            heard=None,
        )  # fmt: skip

    def hear(self, instant: datetime) -> None:
        """Take note of what a partner's clock says this moment."""
        self._facts = replace(self._facts, heard=Heard(instant, self._clock.monotonic()))

    @property
    def network_time(self) -> datetime | None:
        """What a partner's clock would say now; None when none was heard."""
        heard = self._facts.heard
        return heard.at(self._clock.monotonic()) if heard else None

    def trust(self) -> ClockTrust:
        """Say how far the clock can be trusted now."""
        return judge(self._clock.now(), self._clock.monotonic(), self._facts)
