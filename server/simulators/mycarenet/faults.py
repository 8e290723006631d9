"""Faults on demand, drawn from a seed: the same calls meet the same faults, run after run.

A fault names the operation (`post`, `get`, `confirm`, `*`), when it strikes (`nth` calls of that
operation, counted from 1, or a `probability`) and what it does (`kind`). `times` limits how often.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from random import Random
from threading import Lock


class Kind(StrEnum):
    """What goes wrong."""

    SLOW = "slow"
    STATUS = "status"
    CUT_BEFORE = "cut-before"
    CUT_AFTER = "cut-after"
    TRUNCATE = "truncate"
    DUPLICATE = "duplicate"
    SHUFFLE = "shuffle"
    NOT_ENOUGH_TIME = "not-enough-time"
    SOAP = "soap"


@dataclass(frozen=True, slots=True)
class Knob:
    """One fault; `status`, `code`, `message`, `seconds` are read by the kinds that need them.

    `insurer` limits a post fault to one destination; `processed` says whether a `status` or
    `soap` fault strikes after the work was done.
    """

    kind: Kind
    operation: str = "*"
    nth: tuple[int, ...] = ()
    probability: float = 0.0
    times: int = 0
    status: int = 503
    code: str = "SOA-02002"
    message: str = "simulated failure"
    seconds: float = 1.0
    insurer: str = ""
    processed: bool = False


@dataclass(slots=True)
class Knobs:
    """All the faults of a run and the calls counted so far."""

    seed: int = 0
    knobs: tuple[Knob, ...] = ()
    _calls: Counter[str] = field(default_factory=Counter)
    _struck: Counter[int] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def strike(self, operation: str, insurer: str = "") -> dict[Kind, Knob]:
        """Count the call and tell the faults it meets, by kind."""
        with self._lock:
            self._calls[operation] += 1
            n = self._calls[operation]
            met = {}
            for index, knob in enumerate(self.knobs):
                if self._meets(index, knob, operation, n) and knob.insurer in ("", insurer):
                    self._struck[index] += 1
                    met[knob.kind] = knob
            return met

    def set(self, knobs: Iterable[Knob], seed: int | None = None) -> None:
        """Replace the faults and count calls afresh."""
        with self._lock:
            self.knobs = tuple(knobs)
            self.seed = self.seed if seed is None else seed
            self._calls.clear()
            self._struck.clear()

    def described(self) -> dict[str, object]:
        """Tell the seed, the faults, and how often each has struck."""
        with self._lock:
            told = [
                {**asdict(knob), "struck": self._struck[index]}
                for index, knob in enumerate(self.knobs)
            ]
            return {"seed": self.seed, "faults": told, "calls": dict(self._calls)}

    def _meets(self, index: int, knob: Knob, operation: str, n: int) -> bool:
        if knob.operation not in ("*", operation):
            return False
        if knob.times and self._struck[index] >= knob.times:
            return False
        if knob.nth:
            return n in knob.nth
        drawn = Random(f"{self.seed}:{index}:{operation}:{n}").random()  # noqa: S311 - not a secret
        return drawn < knob.probability


def read_knobs(table: object) -> tuple[Knob, ...]:
    """Read faults from parsed JSON; raises ValueError naming what is not understood."""
    if not isinstance(table, list):
        raise ValueError("the faults are not a list")
    return tuple(_knob(row) for row in table)


def knobs_of_file(path: Path) -> tuple[Knob, ...]:
    """Read faults from a JSON file."""
    return read_knobs(json.loads(path.read_text("utf-8")))


def _knob(row: object) -> Knob:
    if not isinstance(row, dict):
        raise ValueError(f"a fault is not an object: {row!r}")
    unknown = set(row) - set(Knob.__dataclass_fields__)
    if unknown:
        raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
    try:
        nth = row.get("nth", ())
        times = (nth,) if isinstance(nth, int) else tuple(int(n) for n in nth)
        return replace(Knob(Kind(row["kind"])), **{**row, "kind": Kind(row["kind"]), "nth": times})
    except KeyError as error:
        raise ValueError("a fault has no kind") from error
