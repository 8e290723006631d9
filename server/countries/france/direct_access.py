"""Care without a prescription: who may give it, and for how many sessions (FR-03)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from server.countries.dated import (
    Cells,
    Origin,
    flag_cell,
    in_force,
    needed_cell,
    newest,
    whole_cell,
)
from server.countries.france.acts import choice_cell


class Ground(StrEnum):
    """What gives a kiné direct access."""

    STRUCTURE = "STRUCTURE"  # he practises in a structure of coordinated care
    TERRITORY = "TERRITORY"  # his territorial community takes part in the trial


@dataclass(frozen=True, slots=True)
class DirectAccess:
    """A row of `fr_direct_access`."""

    ground: Ground
    label_fr: str
    sessions: int  # without a diagnosis; with one they are not counted
    substitutes: bool  # whether a substitute may use it too
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            ground=choice_cell(cells, "ground", Ground),
            label_fr=needed_cell(cells, "label_fr"),
            sessions=whole_cell(cells, "sessions"),
            substitutes=flag_cell(cells, "substitutes"),
            origin=Origin.from_mapping(cells),
        )


@dataclass(frozen=True, slots=True)
class AccessRight:
    """What a practitioner holds, and since when."""

    ground: Ground
    since: date
    until: date | None = None
    substitute: bool = False

    def holds(self, day: date) -> bool:
        """Whether he holds it on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


def access_row(
    right: AccessRight | None, care_date: date, rows: Iterable[DirectAccess]
) -> DirectAccess | None:
    """Give the row that lets him go without a prescription on a day; None when none does."""
    if right is None or not right.holds(care_date):
        return None
    row = newest(r for r in in_force(rows, care_date) if r.ground is right.ground)
    if row is None or (right.substitute and not row.substitutes):
        return None
    return row
