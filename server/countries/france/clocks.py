"""The clocks of a French invoice, in working days (R. 161-47; FR-55; cases J1 to J3)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from server.countries.dated import Cells, Origin, Table, in_force, needed_cell, newest, whole_cell
from server.countries.france.holidays import Holiday, add_working_days


@dataclass(frozen=True, slots=True)
class Clock:
    """A row of `fr_clocks`: so many working days after an event; its own day is day 0."""

    key: str  # "send_patient_paid", "send_third_party", "receipt_wait", "send_again", "badge_…"
    working_days: int
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            needed_cell(cells, "key"),
            whole_cell(cells, "working_days"),
            Origin.from_mapping(cells),
        )


class Age(StrEnum):
    """How near the last day of a signed invoice is (FR-55)."""

    FRESH = "fresh"
    BADGE = "badge"  # it is shown with its age
    ALARM = "alarm"
    LATE = "late"  # the last day is over: it may still leave, and says why


@dataclass(frozen=True, slots=True)
class Calendar:
    """What counts working days: the clocks, the holidays, and where the practice is."""

    clocks: Table[Clock]
    holidays: Table[Holiday]
    region: str = ""

    def last_day(self, key: str, event: date) -> date | None:
        """Give the last day of a clock started by an event; None when no row says."""
        row = newest(clock for clock in in_force(self.clocks, event) if clock.key == key)
        if row is None:
            return None
        return add_working_days(event, row.working_days, self.holidays, self.region)

    def latest_sending(self, secured: date, third_party: bool) -> date | None:
        """Give the last day to send an invoice secured on a day."""
        key = "send_third_party" if third_party else "send_patient_paid"
        return self.last_day(key, secured)

    def age(self, secured: date, third_party: bool, today: date) -> Age:
        """Say how near the last day of an invoice secured on a day is; fresh where no row says."""
        who = "third_party" if third_party else "patient_paid"
        last = self.latest_sending(secured, third_party)
        if last is not None and today > last:
            return Age.LATE
        for age in (Age.ALARM, Age.BADGE):
            begins = self.last_day(f"{age}_{who}", secured)
            if begins is not None and today >= begins:
                return age
        return Age.FRESH

    def receipt_missing_after(self, sent: date) -> date | None:
        """Give the day at whose end a receipt that has not come is called absent."""
        return self.last_day("receipt_wait", sent)

    def latest_resending(self, sent: date) -> date | None:
        """Give the last day to send again what no receipt answered."""
        waited = self.receipt_missing_after(sent)
        return None if waited is None else self.last_day("send_again", waited)
