"""Rows of `fr_payers`: the complementary insurers a new practice starts with.

Some are no insurer: numbers that stand for C2S or AME and decide route and third-party payment by
themselves. Sections B, B', C and D of `fr-rules-tests.md`; rules FR-49 and FR-50.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from server.core.errors import InvalidNumber, InvalidValue
from server.countries.dated import (
    Cells,
    Origin,
    flag_cell,
    in_force,
    needed_cell,
    newest,
    text_cell,
)
from server.countries.france.numbers import AmcNumber


class Profile(StrEnum):
    """What a number stands for, when it is no insurer."""

    NONE = ""
    C2S = "C2S"  # complémentaire santé solidaire, ACS before it
    C2S_LEAVING = "C2S_LEAVING"  # the year after C2S: the caisse still pays both parts, if asked
    AME = "AME"  # aide médicale de l'État


@dataclass(frozen=True, slots=True)
class Payer:
    """One body of the starting list."""

    number: AmcNumber
    label: str
    unique: bool  # unique management: the caisse pays both parts
    convention_type: str
    profile: Profile
    shown: bool  # False: kept for old invoices, not offered
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        profile = text_cell(cells, "profile")
        if profile not in tuple(Profile):
            raise InvalidValue(field="profile", reason="unknown")
        return cls(
            number=_number(cells),
            label=needed_cell(cells, "label"),
            unique=flag_cell(cells, "gu"),
            convention_type=needed_cell(cells, "convention_type"),
            profile=Profile(profile),
            shown=flag_cell(cells, "shown"),
            origin=Origin.from_mapping(cells),
        )


def _number(cells: Cells) -> AmcNumber:
    try:
        return AmcNumber.parse(needed_cell(cells, "number"))
    except InvalidNumber as bad:
        raise InvalidValue(field="number", reason=str(bad.facts["reason"])) from None


def payer_of(number: AmcNumber, day: date, rows: Iterable[Payer]) -> Payer | None:
    """Give the row of a number on a day; None when the list does not know it."""
    return newest(row for row in in_force(rows, day) if row.number == number)


def profile_of(number: AmcNumber | None, day: date, rows: Iterable[Payer]) -> Profile:
    """Say what a number stands for; an insurer like any other stands for itself."""
    row = payer_of(number, day, rows) if number else None
    return row.profile if row else Profile.NONE
