"""The facts on which a French session is judged."""

from dataclasses import dataclass, field
from datetime import date, datetime

from server.core.clock import ClockTrust
from server.countries.france.agreement import Past
from server.countries.france.cumulation import Visited
from server.countries.france.direct_access import AccessRight
from server.countries.france.letters import Zone
from server.countries.france.pricing import GivenAct


@dataclass(frozen=True, slots=True)
class Prescription:
    """What the physician wrote, or what a kiné renewed, as far as billing needs it."""

    id: str
    rx_date: date
    prescriber: str  # RPPS, or the billing number
    max_sessions: int | None = None  # None: the physician set none
    renewed_on: date | None = None  # by the kiné, on the original


@dataclass(frozen=True, slots=True)
class GivenSession:
    """The session judged: what was done, when, in which treatment."""

    id: str
    care_date: date
    recorded_at: datetime  # aware; of two sessions of a day the later one is the second
    acts: tuple[GivenAct, ...]
    begun: date  # first day of the treatment
    visited: Visited
    situation: str = ""  # DAP reference situation, "" for none
    rank_in_prescription: int = 1
    rank_without: int = 1  # among the sessions given without prescription
    second_of_day: bool = False  # the user said it is a second session, not a duplicate
    assessment: bool = False
    treatment_going_on: bool = True
    overrun_cents: int = 0
    overrun_reason: str = ""


@dataclass(frozen=True, slots=True)
class SameDaySession:
    """Another session of the same patient on the same day, neither voided nor cancelled."""

    id: str
    recorded_at: datetime
    claimed: bool
    visited: Visited


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights that count on the care date."""

    rights_from: date | None
    rights_to: date | None
    ame: bool = False

    def covers(self, day: date) -> bool:
        """Whether the period holds the day; an open end is open."""
        starts = self.rights_from is None or self.rights_from <= day
        return starts and (self.rights_to is None or day <= self.rights_to)


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known when a session is judged; what is not known is None."""

    session: GivenSession
    today: date
    clock_trust: ClockTrust
    zone: Zone = Zone.METROPOLE
    prescription: Prescription | None = None
    access: AccessRight | None = None
    diagnosis: bool = False  # a physician's, made before: direct access is then not counted
    rights: Rights | None = None
    third_party: bool = True
    overrun_allowed: bool = True
    same_day: tuple[SameDaySession, ...] = ()
    past: Past = field(default_factory=lambda: Past(()))
