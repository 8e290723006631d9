"""Faults on demand, drawn from a seed: the same requests meet the same faults, run after run.

A fault names a service ("ADRI", "*"), when it strikes (`nth` requests of that service, counted
from 1, or a `probability`) and what it does (`kind`). `times` limits how often.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from random import Random
from threading import Lock


class Kind(StrEnum):
    """What goes wrong."""

    SLOW = "slow"  # the answer takes `seconds`
    MUTE = "mute"  # the request is processed and nothing is answered for `seconds`
    CUT_BEFORE = "cut-before"  # the line breaks, nothing was processed
    CUT_AFTER = "cut-after"  # the line breaks once it was
    TRUNCATE = "truncate"  # half an answer, then the line breaks
    STATUS = "status"  # a gateway answers `status` instead, nothing was processed
    REFUSE = "refuse"  # the service refuses with `code`
    CONTRADICT = "contradict"  # the answer disagrees with a card, or with an earlier answer


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `status`, `code`, `seconds` are read by the kinds that need them."""

    kind: Kind
    service: str = "*"
    nth: tuple[int, ...] = ()
    probability: float = 0.0
    times: int = 0
    status: int = 503
    code: str = "SERVICE_FERME"
    seconds: float = 1.0


DRAWN = (
    Fault(Kind.REFUSE, probability=0.06),
    Fault(Kind.CONTRADICT, probability=0.06),
    Fault(Kind.CUT_AFTER, probability=0.04),
    Fault(Kind.CUT_BEFORE, probability=0.04),
    Fault(Kind.STATUS, probability=0.04),
    Fault(Kind.MUTE, probability=0.02, seconds=130.0),
)
"""What a seed alone brings: refusals, contradictions, cut lines, a gateway, a long silence."""


@dataclass(slots=True)
class Faults:
    """All the faults of a run, and the requests counted so far."""

    seed: int = 0
    faults: tuple[Fault, ...] = ()
    _asked: Counter[str] = field(default_factory=Counter)
    _struck: Counter[int] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def strike(self, service: str) -> dict[Kind, Fault]:
        """Count a request and tell the faults it meets, by kind."""
        with self._lock:
            self._asked[service] += 1
            n = self._asked[service]
            met = {}
            for index, fault in enumerate(self.faults):
                if self._meets(index, fault, service, n):
                    self._struck[index] += 1
                    met[fault.kind] = fault
            return met

    def set(self, faults: Iterable[Fault], seed: int | None = None) -> None:
        """Replace the faults and count requests afresh."""
        with self._lock:
            self.faults = tuple(faults)
            self.seed = self.seed if seed is None else seed
            self._asked.clear()
            self._struck.clear()

    def _meets(self, index: int, fault: Fault, service: str, n: int) -> bool:
        if fault.service not in ("*", service):
            return False
        if fault.times and self._struck[index] >= fault.times:
            return False
        if fault.nth:
            return n in fault.nth
        drawn = Random(f"{self.seed}:{index}:{service}:{n}").random()  # noqa: S311 - not a secret
        return drawn < fault.probability


def read_faults(table: object) -> tuple[Fault, ...]:
    """Read faults from parsed JSON; raises ValueError naming what is not understood."""
    if not isinstance(table, list):
        raise ValueError("the faults are not a list")
    return tuple(_fault(row) for row in table)


def faults_of_file(path: Path) -> tuple[Fault, ...]:
    """Read faults from a JSON file."""
    return read_faults(json.loads(path.read_text("utf-8")))


def _fault(row: object) -> Fault:
    if not isinstance(row, dict):
        raise ValueError(f"a fault is not an object: {row!r}")
    unknown = set(row) - set(Fault.__dataclass_fields__)
    if unknown or "kind" not in row:
        raise ValueError(f"a fault has no {', '.join(sorted(unknown)) or 'kind'}")
    nth = row.get("nth", ())
    times = (nth,) if isinstance(nth, int) else tuple(int(n) for n in nth)
    kind = Kind(row["kind"])
    return replace(Fault(kind), **{**row, "kind": kind, "nth": times})
