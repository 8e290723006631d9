"""Invoices of a practice of France: numbers without a gap, by device and year.

Nine digits (`fr-sesam-vitale.md` §4): the device (A = 1), the year, and a rank of six digits.
"""

from dataclasses import dataclass
from datetime import date

import apsw

from server.core.errors import InvalidValue
from server.store import numbering
from server.store.practice import Device
from server.store.rows import columns, many, value

_DEVICES = 9  # one digit
_RANKS = 1_000_000


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """The invoice of one session."""

    number: int
    session: str
    patient: str
    invoiced_on: date


def add(
    db: apsw.Connection, device: Device, seq: int, session: str, patient: str, day: date
) -> int:  # fmt: skip
    """Give the invoice of a session its number, inside the caller's transaction; return it.

    Raises `InvalidValue` for a device or a year whose numbers do not hold in nine digits.
    """
    place = int(device.digits)
    rank = numbering.draw(db, device, f"invoice:{day.year}")
    if place > _DEVICES or rank >= _RANKS:
        raise InvalidValue(field="invoice.number", reason="range_used_up")
    number = (place * 100 + day.year % 100) * _RANKS + rank
    db.execute(
        "insert into french_invoice values (?, ?, ?, ?, ?, ?)",
        (number, device.id, seq, session, patient, day.isoformat()),
    )
    return number


def number_of(db: apsw.Connection, session: str) -> int | None:
    """Return the number of the invoice of a session; None while it has none."""
    found = value(db, "select number from french_invoice where session = ?", (session,))
    return None if found is None else int(found)


def page(
    db: apsw.Connection, first: date, last: date, before: int, most: int
) -> list[InvoiceRow]:  # fmt: skip
    """Return a page of the invoices made between two days, the newest first."""
    return many(
        db, InvoiceRow,
        f"select {columns(InvoiceRow)} from french_invoice where invoiced_on between ? and ?"
        " and number < ? order by number desc limit ?",
        (first.isoformat(), last.isoformat(), before, most),
    )  # fmt: skip


def between(db: apsw.Connection, first: date, last: date) -> list[InvoiceRow]:
    """Return every invoice made between two days, the newest first."""
    return page(db, first, last, 10**9, -1)
