"""The sums of many schedules, and the lines that tell them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from tests.torture.schedule import Result
from tests.torture.senders import OURS

SHOWN = 20  # failing schedules named in a report
SHOWN_OF_CARELESS = 2


@dataclass
class Summary:
    """Sums; `failures` holds the seed and the words of each schedule that broke a promise."""

    sender: str
    schedules: int = 0
    without_fault: int = 0
    lots: int = 0
    lost: int = 0
    doubled: int = 0
    stuck: int = 0
    waiting: int = 0
    broken: int = 0
    faults: int = 0
    after_body: int = 0
    deaths: int = 0
    seconds: float = 0.0  # by the clock
    busy_seconds: float = 0.0  # of processor, all workers together
    kinds: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[int, str]] = field(default_factory=list)

    def add(self, result: Result) -> None:
        """Count one schedule."""
        self.schedules += 1
        self.without_fault += not result.faults
        self.lots += result.lots
        self.lost += len(result.lost)
        self.doubled += len(result.doubled)
        self.stuck += len(result.stuck)
        self.waiting += len(result.waiting)
        self.broken += len(result.broken)
        self.faults += result.faults
        self.after_body += result.after_body
        self.deaths += result.deaths
        self.kinds.update(result.kinds)
        if not result.is_good and len(self.failures) < SHOWN:
            words = [*result.lost, *result.doubled, *result.stuck, *result.broken]
            self.failures.append((result.seed, "; ".join(words)))

    @classmethod
    def of(cls, sender: str, results: Iterable[Result]) -> Self:
        """Count many."""
        summary = cls(sender)
        for result in results:
            summary.add(result)
        return summary

    @classmethod
    def together(cls, parts: Sequence["Summary"], seconds: float, busy: float) -> Self:
        """Add up what several processes counted side by side."""
        whole = cls(parts[0].sender, seconds=seconds, busy_seconds=busy)
        for part in parts:
            for name in _SUMS:
                setattr(whole, name, getattr(whole, name) + getattr(part, name))
            whole.kinds.update(part.kinds)
            whole.failures += part.failures
        return whole

    def as_json(self) -> dict[str, Any]:
        """Give plain values."""
        return {**vars(self), "kinds": dict(self.kinds)}

    @classmethod
    def read(cls, told: dict[str, Any]) -> Self:
        """Take what `as_json` gave."""
        failures = [(int(seed), str(words)) for seed, words in told["failures"]]
        return cls(**{**told, "kinds": Counter(told["kinds"]), "failures": failures})

    @property
    def after_body_share(self) -> float:
        """Which part of the faults struck once the body had left."""
        return self.after_body / max(1, self.faults)

    @property
    def is_good(self) -> bool:
        """Whether every promise was kept in every schedule."""
        return not (self.lost or self.doubled or self.stuck or self.broken)

    def __str__(self) -> str:
        """Tell it in one line, and one more for each failing schedule shown."""
        took = f" in {self.seconds:.0f} s ({self.busy_seconds:.0f} s of processor)"
        lines = [
            f"{self.sender}: {self.schedules} schedules{took}, {self.lots} lots: "
            f"{self.lost} lost ({self.lost / max(1, self.lots):.1%}), "
            f"{self.doubled} doubled ({self.doubled / max(1, self.lots):.1%}), "
            f"{self.stuck} stuck without a reason, {self.waiting} waiting for a person; "
            f"{self.faults} faults, {self.after_body_share:.0%} after the body left, "
            f"{self.deaths} deaths, {self.without_fault} schedules without a fault, "
            f"{self.broken} broken files"
        ]
        shown = self.failures[: SHOWN if self.sender == OURS else SHOWN_OF_CARELESS]
        return "\n".join(lines + [f"  seed {seed}: {words}" for seed, words in shown])


_SUMS = (
    "schedules", "without_fault", "lots", "lost", "doubled", "stuck", "waiting", "broken",
    "faults", "after_body", "deaths",
)  # fmt: skip
