"""Travel: one flat allowance and the kilometres beyond it (`fr-ngap-kine.md` §4, FR-26 to FR-29).

Distances are whole metres, one way, from the nearest colleague (rule known by hearsay [K]).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from server.core.errors import InvalidValue
from server.countries.dated import (
    Cells,
    Origin,
    Table,
    flag_cell,
    in_force,
    needed_cell,
    newest,
    whole_cell,
)
from server.countries.france.acts import Family, choice_cell, choices_cell
from server.countries.france.letters import Values

_KILOMETRES = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,3}))?")


class Ground(StrEnum):
    """What one drives through, or walks."""

    PLAIN = "PLAIN"
    MOUNTAIN = "MOUNTAIN"
    FOOT = "FOOT"  # on foot or on skis


@dataclass(frozen=True, slots=True)
class Allowance:
    """A row of `fr_travel`: a flat allowance, for all acts or for families of them."""

    code: str
    label_fr: str
    families: frozenset[Family]  # empty: any act
    discharge: bool  # for a patient just out of hospital
    values: Values
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            code=needed_cell(cells, "code"),
            label_fr=needed_cell(cells, "label_fr"),
            families=choices_cell(cells, "families", Family),
            discharge=flag_cell(cells, "discharge"),
            values=Values.from_mapping(cells),
            origin=Origin.from_mapping(cells),
        )

    @property
    def general(self) -> bool:
        """Whether it is the one for every act."""
        return not (self.families or self.discharge)

    def suits(self, trip: "Trip") -> bool:
        """Whether this particular allowance is for such a trip."""
        return trip.family in self.families or (self.discharge and trip.discharge)


@dataclass(frozen=True, slots=True)
class Kilometre:
    """A row of `fr_kilometres`: cents of a kilometre, and what is not paid of each way."""

    code: str
    label_fr: str
    ground: Ground
    values: Values
    deducted_metres: int
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            code=needed_cell(cells, "code"),
            label_fr=needed_cell(cells, "label_fr"),
            ground=choice_cell(cells, "ground", Ground),
            values=Values.from_mapping(cells),
            deducted_metres=whole_cell(cells, "deducted_metres"),
            origin=Origin.from_mapping(cells),
        )

    def paid_metres(self, one_way_metres: int) -> int:
        """Give the paid part of the round trip, never below zero."""
        return max(0, 2 * one_way_metres - 2 * self.deducted_metres)


@dataclass(frozen=True, slots=True)
class Trip:
    """What decides the travel of one session."""

    justified: bool = True  # by the kiné's assessment (FR-28)
    first_at_address: bool = True  # of the patients seen there on this trip
    outside_town: bool = True  # the patient lives outside the practice's town
    ground: Ground = Ground.PLAIN
    one_way_metres: int = 0
    family: Family | None = None
    discharge: bool = False


@dataclass(frozen=True, slots=True)
class TravelRules:
    """The rows travel is priced with, and the two facts nobody confirmed."""

    allowances: Table[Allowance]
    kilometres: Table[Kilometre]
    one_per_address: bool = True
    outside_town_only: bool = True


def parse_metres(text: str) -> int:
    """Read a distance typed in kilometres, "9" or "9,5"; raise InvalidValue(field="kilometres")."""
    found = _KILOMETRES.fullmatch(text.strip())
    if found is None:
        raise InvalidValue(field="kilometres", reason="number")
    whole, rest = found.groups()
    return int(whole) * 1000 + int((rest or "0").ljust(3, "0"))


def refusal(trip: Trip, rules: TravelRules) -> str | None:
    """Say why no travel is paid at all: a code for its sentence, None when some is."""
    if not trip.justified:
        return "travel.not_justified"
    if rules.one_per_address and not trip.first_at_address:
        return "travel.same_address"
    return None


def allowance(trip: Trip, care_date: date, rules: TravelRules) -> Allowance | None:
    """Choose the one flat allowance: the act's own before the general one; they never add up."""
    if refusal(trip, rules) is not None:
        return None
    rows = in_force(rules.allowances, care_date)
    return newest(r for r in rows if r.suits(trip)) or newest(r for r in rows if r.general)


def kilometres(trip: Trip, care_date: date, rules: TravelRules) -> tuple[Kilometre, int] | None:
    """Give the row and the paid metres; None when nothing is paid beyond the allowance."""
    if refusal(trip, rules) is not None or (rules.outside_town_only and not trip.outside_town):
        return None
    row = newest(r for r in in_force(rules.kilometres, care_date) if r.ground is trip.ground)
    if row is None or not row.paid_metres(trip.one_way_metres):
        return None
    return row, row.paid_metres(trip.one_way_metres)


def unpaid(trip: Trip, care_date: date, rules: TravelRules) -> Iterator[str]:
    """Name what a kiné may have expected and is not paid: codes of sentences."""
    refused = refusal(trip, rules)
    if refused is not None:
        yield refused
    elif trip.one_way_metres and kilometres(trip, care_date, rules) is None:
        inside = rules.outside_town_only and not trip.outside_town
        yield "travel.same_town" if inside else "travel.too_near"
