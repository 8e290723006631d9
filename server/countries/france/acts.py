"""The acts of the nomenclature (titre XIV): what each is for, and its coding on a care date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self, TypeVar

from server.core.errors import InvalidValue
from server.countries.dated import (
    Cells,
    Origin,
    day_cell,
    in_force,
    needed_cell,
    newest,
    text_cell,
    whole_cell,
)
from server.countries.france.letters import Coding, letter_cell

Choice = TypeVar("Choice", bound=StrEnum)


class ActKind(StrEnum):
    """What a row pays for."""

    SESSION = "SESSION"
    GROUP = "GROUP"
    ASSESSMENT = "ASSESSMENT"  # billable only without a treatment going on
    SUPPLEMENT = "SUPPLEMENT"  # beside a session: balneotherapy


class Territory(StrEnum):
    """What is treated: with « operated », it proposes the letter (`fr-ngap-kine.md` §3)."""

    UPPER_LIMB = "UPPER_LIMB"
    LOWER_LIMB = "LOWER_LIMB"
    SPINE = "SPINE"
    SEVERAL = "SEVERAL"  # two territories or more
    AMPUTATION = "AMPUTATION"
    SPINE_DEVIATION = "SPINE_DEVIATION"
    NEUROMUSCULAR = "NEUROMUSCULAR"
    RHEUMATIC = "RHEUMATIC"  # inflammatory
    RESPIRATORY = "RESPIRATORY"
    FACE = "FACE"  # maxillo-facial and ENT
    VESTIBULAR = "VESTIBULAR"
    VASCULAR = "VASCULAR"
    PELVIC = "PELVIC"
    BURNS = "BURNS"
    PALLIATIVE = "PALLIATIVE"
    OLDER = "OLDER"  # walking and balance of an older person


class Family(StrEnum):
    """The families of acts a travel allowance or a cumulation names."""

    ORTHOPAEDIC = "ORTHOPAEDIC"
    RHEUMATIC = "RHEUMATIC"
    NEUROLOGICAL = "NEUROLOGICAL"
    RESPIRATORY = "RESPIRATORY"
    RESPIRATORY_URGENT = "RESPIRATORY_URGENT"
    OLDER = "OLDER"


@dataclass(frozen=True, slots=True)
class Act:
    """A row of `fr_acts`: one act during one period."""

    act: str  # our key, the same from one period to the next
    label_fr: str
    coding: Coding
    kind: ActKind
    territories: frozenset[Territory]  # empty: none in particular
    operated: bool | None  # None: it does not matter
    family: Family | None
    article: str  # of chapter II of title XIV, "" when it is none's
    begun_before: date | None  # only for a treatment begun before this day (FR-07)
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            act=needed_cell(cells, "act"),
            label_fr=needed_cell(cells, "label_fr"),
            coding=Coding(letter_cell(cells), _coefficient(cells)),
            kind=choice_cell(cells, "kind", ActKind),
            territories=choices_cell(cells, "territory", Territory),
            operated=_operated(cells),
            family=optional_choice(cells, "family", Family),
            article=text_cell(cells, "article"),
            begun_before=(
                day_cell(cells, "begun_before") if text_cell(cells, "begun_before") else None
            ),
            origin=Origin.from_mapping(cells),
        )

    def open_to(self, begun: date) -> bool:
        """Whether a treatment begun on a day may be coded with it."""
        return self.begun_before is None or begun < self.begun_before


def act_of(key: str, care_date: date, rows: Iterable[Act]) -> Act | None:
    """Give the row of an act on a care date; None when it is not in force that day."""
    return newest(row for row in in_force(rows, care_date) if row.act == key)


def act_coded(coding: Coding, care_date: date, rows: Iterable[Act]) -> Act | None:
    """Give an act that has this coding on a care date; None when no row has it."""
    return newest(row for row in in_force(rows, care_date) if row.coding == coding)


def act_given(
    coding: Coding, territory: Territory | None, care_date: date, rows: Iterable[Act]
) -> Act | None:
    """Give the act a coding stands for in a treatment: that of its territory before any other."""
    held = [row for row in in_force(rows, care_date) if row.coding == coding]
    return newest(row for row in held if territory in row.territories) or newest(held)


def choice_cell(cells: Cells, name: str, kind: type[Choice]) -> Choice:
    """Read one word of a closed list."""
    try:
        return kind(needed_cell(cells, name))
    except ValueError:
        raise InvalidValue(field=name, reason="unknown") from None


def optional_choice(cells: Cells, name: str, kind: type[Choice]) -> Choice | None:
    """Read one word of a closed list, or None when the cell is empty."""
    return choice_cell(cells, name, kind) if text_cell(cells, name) else None


def choices_cell(cells: Cells, name: str, kind: type[Choice]) -> frozenset[Choice]:
    """Read words of a closed list, a space between them."""
    words = text_cell(cells, name).split()
    return frozenset(choice_cell({name: word}, name, kind) for word in words)


def _coefficient(cells: Cells) -> int:
    hundredths = whole_cell(cells, "coefficient")
    if not hundredths:
        raise InvalidValue(field="coefficient", reason="zero")
    return hundredths


def _operated(cells: Cells) -> bool | None:
    text = text_cell(cells, "operated")
    if text not in ("", "yes", "no"):
        raise InvalidValue(field="operated", reason="yes_no")
    return text == "yes" if text else None
