"""The crash matrix: one lot's whole life, and a death at each of its steps in turn.

The steps are its syncs (every commit is one or more) and its calls to the partner. The life is
played once in peace to count them, then once for each.
"""

from dataclasses import dataclass, field
from functools import partial

from tests.torture.disk import Survival
from tests.torture.faults import MIX, Call, Draws, Fault, Say
from tests.torture.machine import QUIET_SECONDS, Machine
from tests.torture.recipe import Recipe
from tests.torture.schedule import Result, judge, recover
from tests.torture.senders import OURS
from tests.torture.template import Template

LOT = ("100", "2026-03")
ROUNDS = 4
DEATHS = tuple(fault for fault in MIX if fault.say in (Say.DEATH, Say.DEATH_AFTER))
_ANSWERS_AFTER = (0.0, 600.0, 1_500.0, 2_400.0)  # each in another round


class OneFault(Draws):
    """No fault but one, at the n-th call of its kind; None for a life in peace."""

    def __init__(self, fault: Fault | None = None, at: int = 0) -> None:
        super().__init__(0)
        self.calls = dict.fromkeys(Call, 0)
        self._fault = fault
        self._at = at

    def draw(self, call: Call, *, sure: bool = False) -> Fault | None:
        """See `Draws`."""
        self.calls[call] += 1
        fault = self._fault
        return fault if fault and call is fault.call and self.calls[call] == self._at else None


@dataclass
class Life:
    """What one life came to."""

    result: Result
    calls: dict[Call, int]
    syncs: int
    found_on_disk: list[str] = field(default_factory=list)


def live(
    template: Template,
    *,
    cut: int | None = None,
    survival: Survival = Survival.NONE,
    fault: Fault | None = None,
    at: int = 0,
) -> Life:
    """Seal and send one lot; die at a sync or at a call; go on until all is settled; judge."""
    recipe = Recipe(
        seed=0, lots=(LOT,), rounds=ROUNDS, pauses=(QUIET_SECONDS,) * ROUNDS,
        cuts=() if cut is None else (cut,), survivals=(survival,), clock_jump=None,
        answers_after=_ANSWERS_AFTER, checkpoint_pages=30,
    )  # fmt: skip
    draws = OneFault(fault, at)
    machine = Machine(template, recipe, OURS, lambda _: None, draws)
    try:
        for pause in recipe.pauses:
            machine.live(partial(machine.seal, *LOT))
            machine.live(machine.run)
            machine.pass_time(pause)
        syncs, calls = machine.syncs, dict(draws.calls)
        machine.end_of_faults()
        recover(machine, recipe, lambda _: None)
        return Life(judge(machine, OURS), calls, syncs, machine.found_on_disk)
    finally:
        machine.put_away()
