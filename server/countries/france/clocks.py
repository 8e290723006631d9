"""The clocks of a French invoice, in working days (R. 161-47; FR-55; cases J1 to J3)."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from server.countries.dated import Cells, Origin, Table, in_force, needed_cell, newest, whole_cell
from server.countries.france.holidays import Holiday, add_working_days


@dataclass(frozen=True, slots=True)
class Clock:
    """A row of `fr_clocks`: so many working days after an event; its own day is day 0."""

    key: str  # "send_patient_paid", "send_third_party", "receipt_wait", "send_again"
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

    def receipt_missing_after(self, sent: date) -> date | None:
        """Give the day at whose end a receipt that has not come is called absent."""
        return self.last_day("receipt_wait", sent)

    def latest_resending(self, sent: date) -> date | None:
        """Give the last day to send again what no receipt answered."""
        waited = self.receipt_missing_after(sent)
        return None if waited is None else self.last_day("send_again", waited)
