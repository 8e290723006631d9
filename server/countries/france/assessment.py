"""When a treatment is assessed again (bilan-diagnostic), and when its report is due to a physician.

`product.md` P5 and F23: at the thirtieth session then every twenty; for a neurological treatment at
the sixtieth then every fifty; a summary to the prescriber from ten sessions on.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from server.countries.france.acts import Territory

_NEUROLOGICAL = (Territory.NEUROMUSCULAR,)


@dataclass(frozen=True, slots=True)
class Steps:
    """After how many sessions a treatment is assessed again: a first time, then every so many."""

    first: int
    every: int


@dataclass(frozen=True, slots=True)
class AssessmentRules:
    """The numbers of a day; dated rows of `fr_settings`."""

    usual: Steps
    neurological: Steps
    report_from: int  # sessions from which the prescriber is told

    def steps(self, territory: Territory) -> Steps:
        """Give the steps of a treatment."""
        return self.neurological if territory in _NEUROLOGICAL else self.usual


def next_due(given_at: Iterable[int], steps: Steps) -> int:
    """Give the number of sessions given at which the next assessment is due; 0: before any.

    `given_at`: how many sessions had been given at each assessment made so far.
    """
    last = max(given_at, default=-1)
    if last < 0:
        return 0
    if last < steps.first:
        return steps.first
    return steps.first + steps.every * ((last - steps.first) // steps.every + 1)
