"""Night, Sunday and public holiday, and lump sums (`fr-ngap-kine.md` §4, FR-30)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Self

from server.core.errors import InvalidValue
from server.countries.dated import (
    Cells,
    Origin,
    in_force,
    needed_cell,
    newest,
    optional_whole_cell,
)
from server.countries.france.acts import choice_cell
from server.countries.france.holidays import Holiday, is_holiday
from server.countries.france.letters import Values

_SUNDAY = 6
_LAST_HOUR = 23


class SupplementKind(StrEnum):
    """When a supplement is asked."""

    NIGHT = "NIGHT"
    SUNDAY = "SUNDAY"  # and public holidays
    LUMP = "LUMP"  # a return home; said by hand


@dataclass(frozen=True, slots=True)
class Supplement:
    """A row of `fr_supplements`."""

    code: str
    label_fr: str
    kind: SupplementKind
    values: Values
    hour_from: int | None  # of a night that ends the next day
    hour_to: int | None
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        row = cls(
            code=needed_cell(cells, "code"),
            label_fr=needed_cell(cells, "label_fr"),
            kind=choice_cell(cells, "kind", SupplementKind),
            values=Values.from_mapping(cells),
            hour_from=optional_whole_cell(cells, "hour_from"),
            hour_to=optional_whole_cell(cells, "hour_to"),
            origin=Origin.from_mapping(cells),
        )
        hours = row.hour_from, row.hour_to
        if any((hour is None) is (row.kind is SupplementKind.NIGHT) for hour in hours):
            raise InvalidValue(field="hour_from", reason="missing")
        if max(hour or 0 for hour in hours) > _LAST_HOUR:
            raise InvalidValue(field="hour_from", reason="number")
        return row

    def at_night(self, at: time) -> bool:
        """Whether an hour lies in its night."""
        return at.hour >= (self.hour_from or 0) or at.hour < (self.hour_to or 0)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a session was given, and whether a supplement for it is lawful.

    `called` : an emergency, or daily care the physician prescribed [K].
    """

    care_date: date
    at: time | None = None
    called: bool = False
    lumps: tuple[str, ...] = ()  # codes of lump sums said by hand
    region: str = ""  # whose public holidays count


def supplements(
    moment: Moment, rows: Iterable[Supplement], holidays: Iterable[Holiday], both: bool
) -> Sequence[Supplement]:
    """Choose the supplements of a session; `both`: night and Sunday may be asked together."""
    held = in_force(rows, moment.care_date)
    night = newest(r for r in held if r.kind is SupplementKind.NIGHT)
    sunday = newest(r for r in held if r.kind is SupplementKind.SUNDAY)
    found = []
    if moment.called and night and moment.at and night.at_night(moment.at):
        found.append(night)
    if moment.called and sunday and (both or not found) and _is_rest(moment, holidays):
        found.append(sunday)
    lumps = (newest(r for r in held if _is_lump(r, code)) for code in moment.lumps)
    return [*found, *(row for row in lumps if row)]


def _is_rest(moment: Moment, holidays: Iterable[Holiday]) -> bool:
    day = moment.care_date
    return day.weekday() == _SUNDAY or is_holiday(day, holidays, moment.region)


def _is_lump(row: Supplement, code: str) -> bool:
    return row.kind is SupplementKind.LUMP and row.code == code
