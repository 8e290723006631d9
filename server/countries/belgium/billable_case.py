"""The facts on which a session is judged, and what a judgement says."""

from dataclasses import dataclass, field
from datetime import date, datetime

from server.core.care import Agreement, Category, Coverage, Prescription
from server.core.clock import ClockTrust
from server.countries.belgium.counters import Count
from server.countries.belgium.coverage import Standing


@dataclass(frozen=True, slots=True)
class GivenSession:
    """The session judged: what was done, for which series, and how it is to be paid."""

    id: str
    care_date: date
    recorded_at: datetime  # aware; of two sessions of a day the later one is the second
    category: Category
    codes: tuple[str, ...]  # the acts: the session's code, and the intake's when there is one
    situation: str = ""  # official situation code, "" when not chosen
    rank_in_prescription: int = 1
    excess: bool = False  # billed with an excess code
    second_of_day: bool = False  # the user said it is a second session, not a duplicate
    third_party: bool = True
    electronic: bool = True
    supplement_cents: int = 0
    supplement_reason: str = ""


@dataclass(frozen=True, slots=True)
class SameDaySession:
    """Another session of the same patient on the same day, neither voided nor cancelled."""

    id: str
    recorded_at: datetime
    claimed: bool  # already attested or in a lot


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known when a session is judged; what is not known is None."""

    session: GivenSession
    today: date
    clock_trust: ClockTrust
    prescription: Prescription | None = None
    agreement: Agreement | None = None
    coverage: Coverage | None = None  # the one that counts on the care date
    standing: Standing = field(default_factory=Standing)
    same_day: tuple[SameDaySession, ...] = ()
    running: frozenset[Category] = frozenset()  # other series agreed on the care date
    counted: Count = field(default_factory=Count)  # sessions of the series before this one
    excess_counted: Count = field(default_factory=Count)  # excess sessions earlier in the year
    intake_given: bool = False  # an intake of the same calendar year, in another session
    first_of_series: bool = True
    conventioned: bool = True
