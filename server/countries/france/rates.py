"""What the caisse pays by situation, who may ask for third-party payment, what it spares.

`fr-ngap-kine.md` §5, FR-31, FR-40, FR-49, FR-50. Rates are basis points.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from server.core.errors import InvalidValue
from server.countries.dated import (
    Cells,
    Origin,
    flag_cell,
    in_force,
    needed_cell,
    newest,
    whole_cell,
)
from server.countries.france.acts import choice_cell, choices_cell

WHOLE_BP = 10_000


class Situation(StrEnum):
    """What a patient's rights say, or his prescription; several may hold at once."""

    GENERAL = "GENERAL"
    ALSACE_MOSELLE = "ALSACE_MOSELLE"
    ASPA = "ASPA"
    ALD = "ALD"  # and the act is related to it
    MATERNITY = "MATERNITY"  # from the sixth month
    WORK = "WORK"  # accident at work, occupational disease
    C2S = "C2S"
    AME = "AME"
    NOT_COVERED = "NOT_COVERED"  # the agreement is refused or missing
    MINOR = "MINOR"  # no rate of its own: it spares the deductible


class Complement(StrEnum):
    """Who pays what the caisse leaves of the tariff."""

    FORMULA = "FORMULA"  # the formula of a contract, when there is one
    WHOLE = "WHOLE"  # all of it, with no formula: C2S and AME
    NONE = "NONE"


class ThirdParty(StrEnum):
    """Whether the patient may be spared the advance, from the weakest to the strongest."""

    OPTIONAL = "OPTIONAL"
    RIGHT = "RIGHT"
    FORCED = "FORCED"


_STRENGTH = tuple(ThirdParty)


@dataclass(frozen=True, slots=True)
class Rate:
    """A row of `fr_amo_rates`: what one situation brings."""

    situation: Situation
    label_fr: str
    rate_bp: int
    complement: Complement
    third_party: ThirdParty
    overrun: bool  # whether more than the tariff may be asked
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        row = cls(
            situation=choice_cell(cells, "situation", Situation),
            label_fr=needed_cell(cells, "label_fr"),
            rate_bp=whole_cell(cells, "rate_bp"),
            complement=choice_cell(cells, "complement", Complement),
            third_party=choice_cell(cells, "third_party", ThirdParty),
            overrun=flag_cell(cells, "overrun"),
            origin=Origin.from_mapping(cells),
        )
        if row.rate_bp > WHOLE_BP:
            raise InvalidValue(field="rate_bp", reason="number")
        return row


@dataclass(frozen=True, slots=True)
class Cover:
    """What all the situations of a patient make together on a care date."""

    rate: Rate  # the row that decides the part of the caisse
    complement: Complement
    third_party: ThirdParty
    overrun: bool


@dataclass(frozen=True, slots=True)
class Exoneration:
    """A row of `fr_exonerations`: a code of the caisse and the situation it stands for."""

    code: str
    label_fr: str
    situation: Situation
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            code=needed_cell(cells, "code"),
            label_fr=needed_cell(cells, "label_fr"),
            situation=choice_cell(cells, "situation", Situation),
            origin=Origin.from_mapping(cells),
        )


@dataclass(frozen=True, slots=True)
class Deductible:
    """A row of `fr_deductible`: what the caisse keeps back of refunds; never asked at the desk."""

    act_cents: int
    day_cents: int
    year_cents: int
    spared: frozenset[Situation]
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            act_cents=whole_cell(cells, "act_cents"),
            day_cents=whole_cell(cells, "day_cents"),
            year_cents=whole_cell(cells, "year_cents"),
            spared=choices_cell(cells, "spared", Situation),
            origin=Origin.from_mapping(cells),
        )


def cover(situations: Iterable[Situation], care_date: date, rows: Iterable[Rate]) -> Cover | None:
    """Put the situations of a patient together; None when no rate is known for the day.

    The highest rate wins; what one situation pays whole or forbids holds; an act that is not
    covered is covered by nobody.
    """
    asked = {Situation.GENERAL, *situations}
    day = in_force(rows, care_date)
    held = [newest(r for r in day if r.situation is one) for one in Situation if one in asked]
    found = [row for row in held if row is not None]
    if not found:
        return None
    refused = next((row for row in found if row.complement is Complement.NONE), None)
    if refused is not None:
        return Cover(refused, Complement.NONE, refused.third_party, refused.overrun)
    whole = any(row.complement is Complement.WHOLE for row in found)
    return Cover(
        rate=max(found, key=lambda row: (row.rate_bp, row.situation is Situation.GENERAL)),
        complement=Complement.WHOLE if whole else Complement.FORMULA,
        third_party=max((row.third_party for row in found), key=_STRENGTH.index),
        overrun=all(row.overrun for row in found),
    )


def exonerated_by(code: str, care_date: date, rows: Iterable[Exoneration]) -> Situation | None:
    """Give the situation an exoneration code stands for; None when no row knows it."""
    row = newest(row for row in in_force(rows, care_date) if row.code == code)
    return None if row is None else row.situation


def deducted_cents(
    acts: int,
    already_cents: int,
    situations: Iterable[Situation],
    care_date: date,
    rows: Iterable[Deductible],
) -> int:
    """Say what the caisse will keep back for the acts of a day: information, never an amount due.

    `already_cents` is what was kept back earlier in the year (FR-57).
    """
    row = newest(in_force(rows, care_date))
    if row is None or row.spared.intersection(situations):
        return 0
    of_day = min(acts * row.act_cents, row.day_cents)
    return max(0, min(of_day, row.year_cents - already_cents))
