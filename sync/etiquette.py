"""How often one may look into a partner's mailbox (`be-mycarenet.md` §9; France: ours)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil

from server.core.clock import Clock
from server.core.outbox import Outcome, Verdict
from server.core.teletransmission import STREAM as TELETRANSMISSION

TOO_SOON = "mailbox.too_soon"  # the reason of an outcome: « not enough time » since the last look
BACKGROUND_SECONDS = 15 * 60
MANUAL_SECONDS = 60
WORST_PENALTY = 32  # 15 min × 32 = 8 h: still more than one look a day


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two looks: of themselves, and when somebody asks."""

    background: int = BACKGROUND_SECONDS
    manual: int = MANUAL_SECONDS


PACES: Mapping[str, Pace] = {TELETRANSMISSION: Pace(30 * 60, 15)}
"""Streams whose box has a pace of its own.

A box of télétransmission is the kiné's, at a provider that counts no looks: a receipt takes hours,
a return days, and whoever presses the button may know at once [D].
"""


class Etiquette:
    """Spaces the looks into one mailbox; « not enough time » doubles the space until it is good.

    Times are monotonic seconds.
    """

    def __init__(self, pace: Pace = Pace()) -> None:
        self._pace = pace
        self._last: float | None = None
        self._penalty = 1
        self._floor = 0.0
        self._missed = 0.0

    def wait(self, at: float, manual: bool) -> int:
        """Return the seconds still to wait before a look; 0 when it may happen."""
        earliest = self._floor if manual else max(self._floor, self._missed)
        if self._last is not None:
            space = self._pace.manual if manual else self._pace.background
            earliest = max(earliest, self._last + space * self._penalty)
        return max(0, ceil(earliest - at))

    def looked(self, at: float) -> None:
        """Note a look that was answered: the next one keeps the ordinary distance."""
        self._last, self._penalty, self._floor = at, 1, 0.0

    def unfinished(self, at: float, retry_after: int | None) -> None:
        """Note « too soon » for a further page: the rest is fetched as soon as it may be."""
        self._last, self._floor = None, at + (retry_after or 0)

    def missed(self, at: float) -> None:
        """Note a look that never left this machine: a minute of rest, the partner saw nothing."""
        self._missed = at + MANUAL_SECONDS

    def refused(self, at: float, retry_after: int | None) -> None:
        """Note « too soon »: twice the distance, and never before the time asked for."""
        self._penalty = min(self._penalty * 2, WORST_PENALTY)
        self._last, self._floor = at, at + (retry_after or 0)


class Looks:
    """The looks into every mailbox, by stream. A stream without one may always be asked."""

    def __init__(self, streams: Iterable[str], clock: Clock) -> None:
        self._clock = clock
        self._etiquette = {s: Etiquette(PACES.get(s, Pace())) for s in streams}

    def patience(self, manual: bool) -> Mapping[str, int]:
        """Return the seconds each mailbox wants before it is looked into again."""
        at = self._clock.monotonic()
        return {stream: one.wait(at, manual) for stream, one in self._etiquette.items()}

    def next_look(self) -> float:
        """Return the seconds until one of them may be read in the background."""
        return min(self.patience(manual=False).values(), default=float("inf"))

    def note(self, stream: str, outcome: Outcome, further: bool = False) -> None:
        """Note what a look brought; `further` when it was for a second or later page."""
        etiquette = self._etiquette.get(stream)
        if etiquette is None:
            return
        at = self._clock.monotonic()
        if outcome.verdict is Verdict.UNREACHABLE:
            etiquette.missed(at)
        elif outcome.reason != TOO_SOON:
            etiquette.looked(at)
        elif further:
            etiquette.unfinished(at, outcome.retry_after)
        else:
            etiquette.refused(at, outcome.retry_after)
