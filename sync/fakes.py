"""Doubles made of memory: an outbox, an intake, a clock, a sleep and a line for the tests."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Lock

from server.core.backoff import next_delay
from server.core.outbox import Letter, Message, MessageState, Outcome, Verdict

QUESTION_AFTER = timedelta(minutes=15)
_S = MessageState
_OPEN = frozenset({_S.READY, _S.RETRY_WAIT, _S.UNKNOWN})


@dataclass(slots=True)
class Row:
    """One message of the memory outbox, with its past."""

    message: Message
    state: MessageState
    due: datetime
    waits_for_line: bool = False
    empty_answers: list[datetime] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)


class MemoryOutbox:
    """An outbox that forgets everything, and keeps every rule of `ports.Outbox` until then."""

    def __init__(self) -> None:
        """Start empty."""
        self.rows: dict[str, Row] = {}
        self._lock = Lock()

    def add(self, message: Message, due: datetime, state: MessageState = _S.READY) -> Row:
        """Queue a message; its attempt number is counted from the one given."""
        row = self.rows[message.id] = Row(message, state, due)
        return row

    def recover(self, now: datetime) -> int:
        """See `ports.Outbox`."""
        with self._lock:
            lost = [row for row in self.rows.values() if row.state is _S.LEASED]
            for row in lost:
                row.state, row.due = _S.UNKNOWN, now + QUESTION_AFTER
            return len(lost)

    def question(self, streams: Collection[str], now: datetime) -> int:
        """See `ports.Outbox`."""
        with self._lock:
            asked = [
                row
                for row in self.rows.values()
                if row.state is _S.UNKNOWN and row.message.stream in streams and row.due > now
            ]
            for row in asked:
                row.due = now
            return len(asked)

    def lanes(self, now: datetime) -> Sequence[str]:
        """See `ports.Outbox`."""
        with self._lock:
            return sorted({row.message.lane for row in self._due(now)})

    def count(self, now: datetime) -> int:
        """See `ports.Outbox`."""
        with self._lock:
            return len(self._due(now))

    def lease(self, lane: str, now: datetime) -> Message | None:
        """See `ports.Outbox`."""
        with self._lock:
            if any(r.message.lane == lane and r.state is _S.LEASED for r in self.rows.values()):
                return None
            due = [row for row in self._due(now) if row.message.lane == lane]
            row = min(due, key=_urgency, default=None)
            if row is None:
                return None
            doubtful = row.state is _S.UNKNOWN
            attempt = row.message.attempt + bool(row.outcomes)
            row.message = replace(row.message, doubtful=doubtful, attempt=attempt)
            row.state = _S.LEASED
            return row.message

    def keep(self, message: Message, raw: bytes, now: datetime) -> None:
        """See `ports.Outbox`."""
        self.rows[message.id].kept.append(raw)

    def settle(self, message: Message, outcome: Outcome, now: datetime) -> None:
        """See `ports.Outbox`."""
        with self._lock:
            row = self.rows[message.id]
            row.outcomes.append(outcome)
            row.waits_for_line = outcome.verdict is Verdict.UNREACHABLE
            row.state = _asked(row, outcome, now) if message.doubtful else _SENT[outcome.verdict]
            row.due = now + _wait(row, outcome)

    def line_back(self, now: datetime) -> int:
        """See `ports.Outbox`."""
        with self._lock:
            waiting = [row for row in self.rows.values() if row.waits_for_line and row.due > now]
            for row in waiting:
                row.due = now
            return len(waiting)

    def next_due(self, now: datetime) -> datetime | None:
        """See `ports.Outbox`."""
        with self._lock:
            return min((r.due for r in self.rows.values() if r.state in _OPEN), default=None)

    def _due(self, now: datetime) -> list[Row]:
        return [row for row in self.rows.values() if row.state in _OPEN and row.due <= now]


def _urgency(row: Row) -> tuple[datetime, datetime, str]:
    last = datetime.max.replace(tzinfo=UTC)
    return (row.message.deadline or last, row.due, row.message.id)


_SENT = {
    Verdict.DONE: _S.DONE,
    Verdict.FAILED: _S.FAILED,
    Verdict.UNREACHABLE: _S.RETRY_WAIT,
    Verdict.LATER: _S.RETRY_WAIT,
    Verdict.UNKNOWN: _S.UNKNOWN,
}


def _asked(row: Row, outcome: Outcome, now: datetime) -> MessageState:
    if outcome.verdict is Verdict.DONE:
        return _S.DONE
    if outcome.verdict is not Verdict.ABSENT:
        return _S.UNKNOWN
    row.empty_answers.append(now)
    if outcome.proven or now - row.empty_answers[0] >= QUESTION_AFTER:
        row.empty_answers.clear()
        return _S.READY
    return _S.UNKNOWN


def _wait(row: Row, outcome: Outcome) -> timedelta:
    if row.state is _S.UNKNOWN:
        asked = timedelta(seconds=outcome.retry_after or 0)
        later = outcome.verdict is Verdict.LATER and bool(asked)
        return asked if later else max(QUESTION_AFTER, asked)
    if row.state is _S.RETRY_WAIT:
        full = next_delay(row.message.attempt, lambda: 1.0, outcome.retry_after)
        return timedelta(seconds=full)
    return timedelta(0)


class MemoryIntake:
    """Takes every letter it is not told to set aside."""

    def __init__(self) -> None:
        """Start with an empty desk."""
        self.pages: list[bytes] = []
        self.taken: list[Letter] = []
        self.set_aside: frozenset[str] = frozenset()  # hashes it will not let go
        self.deleted: list[str] = []

    def keep(self, raw: bytes, now: datetime) -> None:
        """See `ports.Intake`."""
        self.pages.append(raw)

    def take(self, letter: Letter, now: datetime) -> bool:
        """See `ports.Intake`."""
        self.taken.append(letter)
        return letter.hash not in self.set_aside

    def confirmed(self, hashes: Sequence[str], now: datetime) -> None:
        """See `ports.Intake`."""
        self.deleted.extend(hashes)


class MemoryClock:
    """A clock that moves when told to."""

    def __init__(self, start: datetime) -> None:
        """`start` is aware UTC."""
        self._start = start
        self._elapsed = 0.0

    def now(self) -> datetime:
        """See `ports.Clock`."""
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """See `ports.Clock`."""
        return self._elapsed

    def pass_time(self, seconds: float) -> None:
        """Move both times on."""
        self._elapsed += seconds


class MemoryProbe:
    """A line that is up or down, door by door, as told."""

    def __init__(self, up: bool = True) -> None:
        """`up` says whether every door opens."""
        self.up = up
        self.looks: list[tuple[str, int]] = []

    def reachable(self, host: str, port: int) -> bool:
        """See `ports.Probe`."""
        self.looks.append((host, port))
        return self.up
