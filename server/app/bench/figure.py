"""One measured figure beside the limit it must keep."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from gc import collect
from time import process_time
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """A name, what was measured, and the limit of the specification; `unit` is "×" for a ratio."""

    name: str
    value: float
    limit: float
    better: Literal["lower", "higher"]
    unit: str

    @property
    def holds(self) -> bool:
        """Tell whether the limit is kept."""
        return self.value <= self.limit if self.better == "lower" else self.value >= self.limit

    def as_json(self) -> dict[str, object]:
        """Give the figure as one JSON object."""
        return {
            "name": self.name, "value": round(self.value, 4), "limit": self.limit,
            "better": self.better, "unit": self.unit, "holds": self.holds,
        }  # fmt: skip

    def __str__(self) -> str:
        mark, sign = ("✓" if self.holds else "✗"), ("≤" if self.better == "lower" else "≥")
        return f"{mark} {self.name}: {self.value:.3g} {self.unit} ({sign} {self.limit:g})"


def best_of(rounds: int, works: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Time some works in turns and keep the best seconds of our own processor for each.

    In turns, so that a busy moment of the machine touches yardstick and work alike.
    """
    best = dict.fromkeys(works, float("inf"))
    for _ in range(rounds):
        for name, work in works.items():
            collect()
            start = process_time()
            work()
            best[name] = min(best[name], process_time() - start)
    return best
