"""A schedule as an integer: everything it will do is drawn from its seed, and from nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Self

from tests.torture.disk import Survival
from tests.torture.faults import CLOCK_CHANCE, POWER_CUTS, SYNCS_BETWEEN

_PAUSES = (20.0, 60.0, 60.0, 300.0, 960.0, 960.0, 7_800.0)
_LONG = 26 * 3600.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """The options of one schedule; times in seconds."""

    seed: int
    lots: Sequence[tuple[str, str]]  # insurer and month, in the order they are sealed
    rounds: int  # runs of the post while faults last
    pauses: Sequence[float]  # after each of them
    cuts: Sequence[int]  # syncs from a start to the next loss of power
    survivals: Sequence[Survival]  # what is found after each
    clock_jump: tuple[int, float] | None  # at which round, by how much; undone two rounds later
    answers_after: Sequence[float]  # delays of acknowledgement, receipt, verdict, settlement
    checkpoint_pages: int  # how long SQLite's log grows

    @classmethod
    def of(cls, seed: int, drafts: Sequence[tuple[str, str]]) -> Self:
        """Draw a schedule over some of the lots that wait to be sealed."""
        random = Random(f"{seed}:recipe")  # noqa: S311 - no secret
        rounds = random.randint(2, 5)
        pauses = [random.choice(_PAUSES) for _ in range(rounds)]
        if random.random() < 0.2:
            pauses[random.randrange(rounds)] = _LONG
        cuts = [random.randint(1, SYNCS_BETWEEN) for _ in range(random.choice(POWER_CUTS))]
        jump = None
        if random.random() < CLOCK_CHANCE:
            jump = (random.randrange(rounds), random.choice((1_800.0, 5_400.0, 72 * 3600.0)))
        return cls(
            seed=seed,
            lots=random.sample(list(drafts), random.choice((1, 1, 1, 2, 2, 3))),
            rounds=rounds,
            pauses=pauses,
            cuts=cuts,
            survivals=[random.choice(list(Survival)) for _ in range(8)],
            clock_jump=jump,
            answers_after=(
                random.choice((0.0, 5.0, 120.0)),
                random.choice((1.0, 60.0, 3_600.0)),
                random.choice((3.0, 600.0, 7_200.0)),
                random.choice((10.0, 30.0, 86_400.0)),
            ),
            checkpoint_pages=random.choice((8, 60, 1_000)),
        )

    def __str__(self) -> str:
        """Tell every option."""
        told = {name: getattr(self, name) for name in self.__slots__}
        told["survivals"] = [str(survival) for survival in self.survivals]
        return "\n".join(f"  {name}: {value}" for name, value in told.items())
