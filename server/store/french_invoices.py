"""Invoices of a practice of France: numbers without a gap, by device and year.

Nine digits (`fr-sesam-vitale.md` §4): the device (A = 1), the year, and a rank of six digits.
"""

from dataclasses import dataclass
from datetime import date, datetime

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


def between(db: apsw.Connection, first: date, last: date) -> list[InvoiceRow]:
    """Return every invoice made between two days, the newest first."""
    return many(
        db, InvoiceRow,
        f"select {columns(InvoiceRow)} from french_invoice where invoiced_on between ? and ?"
        " order by invoiced_on desc, number desc",
        (first.isoformat(), last.isoformat()),
    )  # fmt: skip


def of_patient(db: apsw.Connection, patient: str) -> list[InvoiceRow]:
    """Return the invoices of a patient, the newest first."""
    return many(
        db, InvoiceRow,
        f"select {columns(InvoiceRow)} from french_invoice where patient = ?"
        " order by invoiced_on desc, number desc",
        (patient,),
    )  # fmt: skip


def undecided(db: apsw.Connection, since: date, most: int) -> list[str]:
    """Return the sessions ready since a day whose billing nobody decided, the newest care first."""
    rows = db.execute(
        "select s.id from session s where s.state = 'Ready' and s.care_date >= ? and not exists"
        " (select 1 from french_billing b where b.session = s.id)"
        " order by s.care_date desc, s.id desc limit ?",
        (since.isoformat(), most),
    )
    return [str(row[0]) for row in rows]


def add_copy(
    db: apsw.Connection, session: str, device: str, seq: int, at: datetime
) -> int:  # fmt: skip
    """Keep that the receipt of a session is printed once more; return which copy it is."""
    copy = copies(db, session) + 1
    db.execute(
        "insert into french_receipt values (?, ?, ?, ?, ?)",
        (session, copy, device, seq, at.isoformat()),
    )
    return copy


def copies(db: apsw.Connection, session: str) -> int:
    """Return how many times the receipt of a session was printed."""
    return int(value(db, "select count(*) from french_receipt where session = ?", (session,)))
