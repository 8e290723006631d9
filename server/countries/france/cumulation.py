"""Two acts on one day: both whole, one at half rate, or not at all (FR-04 to FR-06)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from server.core.errors import InvalidValue
from server.countries.dated import Cells, Origin, in_force, newest, whole_cell
from server.countries.france.acts import Act, Family, Territory, choice_cell, optional_choice
from server.countries.france.pricing import GivenAct
from server.countries.france.rates import WHOLE_BP


class CumulationKind(StrEnum):
    """What is put together."""

    SAME_SESSION = "SAME_SESSION"
    TWO_SESSIONS = "TWO_SESSIONS"


@dataclass(frozen=True, slots=True)
class Cumulation:
    """A row of `fr_cumulation`: what the second act is worth, and which family allows it."""

    kind: CumulationKind
    first_family: Family | None  # one of the two acts must be of it; None: any
    second_bp: int
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        row = cls(
            kind=choice_cell(cells, "kind", CumulationKind),
            first_family=optional_choice(cells, "first_family", Family),
            second_bp=whole_cell(cells, "second_bp"),
            origin=Origin.from_mapping(cells),
        )
        if row.second_bp > WHOLE_BP:
            raise InvalidValue(field="second_bp", reason="number")
        return row


class Condition(StrEnum):
    """The four conditions of two sessions of one day at full rate (FR-05)."""

    PRESCRIPTIONS = "PRESCRIPTIONS"  # two of them
    ARTICLES = "ARTICLES"  # of the nomenclature, different
    REGIONS = "REGIONS"  # of the body, distinct
    SESSIONS = "SESSIONS"  # apart


@dataclass(frozen=True, slots=True)
class Visited:
    """What the rule compares of a session."""

    prescription: str  # our key of it, "" without one
    article: str
    region: Territory | None
    apart: bool = True  # said to be a session of its own


def failed_conditions(first: Visited, second: Visited) -> Sequence[Condition]:
    """List the conditions that do not hold between two sessions; what is unknown does not hold."""
    held = {
        Condition.PRESCRIPTIONS: _differ(first.prescription, second.prescription),
        Condition.ARTICLES: _differ(first.article, second.article),
        Condition.REGIONS: _differ(first.region or "", second.region or ""),
        Condition.SESSIONS: second.apart,
    }
    return [condition for condition, holds in held.items() if not holds]


def two_sessions(care_date: date, rows: Iterable[Cumulation]) -> Cumulation | None:
    """Give the row that lets two sessions of a day be billed; None when none does that day."""
    held = in_force(rows, care_date)
    return newest(row for row in held if row.kind is CumulationKind.TWO_SESSIONS)


def same_session(
    acts: Sequence[Act], care_date: date, rows: Iterable[Cumulation]
) -> Sequence[GivenAct] | None:
    """Code two acts of one session: the dearer whole, the other in part; None when refused.

    One act is one line. Two are allowed only while a row says so, with an act of its family
    (article 11B).
    """
    ranked = sorted(acts, key=lambda act: act.coding.hundredths, reverse=True)
    if len(ranked) < 2:
        return [GivenAct(act.coding) for act in ranked]
    row = newest(r for r in in_force(rows, care_date) if _allows(r, ranked))
    if row is None or len(ranked) > 2:
        return None
    return [GivenAct(ranked[0].coding), GivenAct(ranked[1].coding, row.second_bp)]


def _allows(row: Cumulation, acts: Sequence[Act]) -> bool:
    families = {act.family for act in acts}
    asked = row.kind is CumulationKind.SAME_SESSION
    return asked and (row.first_family is None or row.first_family in families)


def _differ(one: str, other: str) -> bool:
    return bool(one and other) and one != other
