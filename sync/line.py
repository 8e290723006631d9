"""Whether we are online, since when, and when the next good moment to try comes.

Rule: `reliability-security.md` §3.3: a line that returns is used within 0–20 s, at random, so that
a whole country coming back is not a stampede.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.core.clock import Clock
from sync.outbound import Connect, straight
from sync.ports import Probe

LOOK_ONLINE_SECONDS = 60
LOOK_OFFLINE_SECONDS = 10
STAMPEDE_SECONDS = 20
PROBE_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class LineState:
    """Whether a partner can be reached; `since` is aware UTC. None: not looked yet."""

    online: bool | None = None
    since: datetime | None = None


class Line:
    """Watches the way to the partners' doors by opening and closing a connection, no more."""

    def __init__(
        self,
        doors: Sequence[tuple[str, int]],
        probe: Probe,
        clock: Clock,
        random: Callable[[], float],
        heard: Callable[[LineState], None] = lambda _: None,
    ) -> None:
        """`doors` are hosts and ports; `random` gives [0, 1); `heard` is told each change."""
        self._doors = tuple(doors)
        self._probe = probe
        self._clock = clock
        self._random = random
        self._heard = heard
        self._next_look = 0.0
        self._resume_at: float | None = None
        self.state = LineState()

    def look(self) -> LineState:
        """Probe now. The line is up when any door opens."""
        up = any(self._probe.reachable(host, port) for host, port in self._doors)
        at = self._clock.monotonic()
        self._next_look = at + (LOOK_ONLINE_SECONDS if up else LOOK_OFFLINE_SECONDS)
        if up is not self.state.online:
            self._change(up, at)
        return self.state

    def look_due(self) -> bool:
        """Whether the last look is old."""
        return self._clock.monotonic() >= self._next_look

    def has_returned(self) -> bool:
        """Whether the line came back and its random moment has come: true once per return."""
        if self._resume_at is None or self._clock.monotonic() < self._resume_at:
            return False
        self._resume_at = None
        return True

    def holds_back(self) -> bool:
        """Whether nothing should leave by itself now: offline, or just back."""
        return not self.state.online or self._resume_at is not None

    def seconds_to_act(self) -> float:
        """Return the seconds until the line wants attention: a look, or the return's moment."""
        moment = self._next_look if self._resume_at is None else self._resume_at
        return max(0.0, moment - self._clock.monotonic())

    def _change(self, up: bool, at: float) -> None:
        known_before = self.state.online is not None
        returns = up and known_before
        self._resume_at = at + STAMPEDE_SECONDS * self._random() if returns else None
        self.state = LineState(up, self._clock.now())
        self._heard(self.state)


class TcpProbe:
    """Opens a connection and closes it (`ports.Probe`); proxies play no part."""

    def __init__(self, connect: Connect = straight) -> None:
        self._connect = connect

    def reachable(self, host: str, port: int) -> bool:
        """Return whether the door opens within `PROBE_SECONDS`."""
        try:
            self._connect(host, port, PROBE_SECONDS).close()
        except OSError:
            return False
        return True
