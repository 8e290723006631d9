"""Which acts a territory calls for, operated or not (`fr-ngap-kine.md` §3, FR-04, FR-07)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from server.core.care import Confidence
from server.countries.dated import in_force
from server.countries.france.acts import Act, ActKind, Territory


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is known of a session before its letter is."""

    care_date: date
    begun: date  # first day of the treatment
    territory: Territory | None
    operated: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """The acts that fit, the first one chosen unless a person must confirm it."""

    acts: Sequence[Act]

    @property
    def chosen(self) -> Act | None:
        """The act to propose as done; None when the only ones are recollections (K-low)."""
        return next((act for act in self.acts if is_settled(act)), None)


def is_settled(act: Act) -> bool:
    """Whether a row may decide by itself: a recollection waits for a person to say so."""
    return act.origin.confidence is not Confidence.K_LOW


def propose(wanted: Wanted, rows: Iterable[Act]) -> Proposal:
    """Propose the session acts of a territory, the settled ones first, the newest letters first."""
    fitting = [act for act in in_force(rows, wanted.care_date) if _fits(act, wanted)]
    return Proposal(sorted(fitting, key=_rank))


def assessments(care_date: date, treatment_going_on: bool, rows: Iterable[Act]) -> Sequence[Act]:
    """List the assessments billable on a day: none while a treatment goes on."""
    if treatment_going_on:
        return ()
    return [act for act in in_force(rows, care_date) if act.kind is ActKind.ASSESSMENT]


def _rank(act: Act) -> tuple[bool, bool]:
    return not is_settled(act), act.begun_before is not None


def _fits(act: Act, wanted: Wanted) -> bool:
    return (
        act.kind in (ActKind.SESSION, ActKind.GROUP)
        and (wanted.territory in act.territories if wanted.territory else not act.territories)
        and act.operated in (None, wanted.operated)
        and act.open_to(wanted.begun)
    )
