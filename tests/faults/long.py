"""How much of a level is run: a sample every day, everything in `run.py torture`."""

import os
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

SEED = int(os.environ.get("BESACE_SEED", "20261128"))
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "torture"


def sample(everything: Sequence[T], most: int, salt: str = "") -> list[T]:
    """A sample of so many, the same for the same seed; everything in a long run."""
    if LONG or len(everything) <= most:
        return list(everything)
    draw = random.Random(f"{SEED}{salt}")  # noqa: S311 - a seed that replays
    return sorted(draw.sample(list(everything), most), key=everything.index)
