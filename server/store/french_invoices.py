"""Invoices of a practice of France: numbers without a gap, by device and year.

Nine digits (`fr-sesam-vitale.md` §4): the device (A = 1), the year, and a rank of six digits. A
refused invoice is made again under a new number; of those of a session the newest counts.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import apsw

from server.core.errors import InvalidValue
from server.store import numbering
from server.store.practice import Device
from server.store.rows import many, one, value

_DEVICES = 9  # one digit
_RANKS = 1_000_000
_INVOICES = (
    "select i.number, i.session, i.patient, i.invoiced_on, i.corrects, n.number as corrected_by"
    " from french_invoice i left join french_invoice n on n.corrects = i.number"
)


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice of one session."""

    number: int
    session: str
    patient: str
    invoiced_on: date
    corrects: int | None = None  # the refused one in whose place it was made
    corrected_by: int | None = None


def add(
    db: apsw.Connection, device: Device, seq: int, session: str, patient: str, day: date,
    corrects: int | None = None,
) -> int:  # fmt: skip
    """Give an invoice of a session its number, inside the caller's transaction; return it.

    Raises `InvalidValue` for a device or a year whose numbers do not hold in nine digits.
    """
    place = int(device.digits)
    rank = numbering.draw(db, device, f"invoice:{day.year}")
    if place > _DEVICES or rank >= _RANKS:
        raise InvalidValue(field="invoice.number", reason="range_used_up")
    number = (place * 100 + day.year % 100) * _RANKS + rank
    db.execute(
        "insert into french_invoice values (?, ?, ?, ?, ?, ?, ?)",
        (number, device.id, seq, session, patient, day.isoformat(), corrects),
    )
    return number


def number_of(db: apsw.Connection, session: str) -> int | None:
    """Return the number of the invoice of a session that counts; None while it has none."""
    found = newest(db, session)
    return found.number if found else None


def newest(db: apsw.Connection, session: str) -> InvoiceRow | None:
    """Return the invoice of a session that counts: the one no other was made in place of."""
    return one(db, InvoiceRow, f"{_INVOICES} where i.session = ? and n.number is null", (session,))


def get(db: apsw.Connection, number: int) -> InvoiceRow | None:
    """Return one invoice."""
    return one(db, InvoiceRow, f"{_INVOICES} where i.number = ?", (number,))


def some(db: apsw.Connection, numbers: Sequence[int]) -> list[InvoiceRow]:
    """Return some invoices, in no order."""
    return many(
        db, InvoiceRow, f"{_INVOICES} where i.number in (select value from json_each(?))",
        (json.dumps(list(numbers)),),
    )  # fmt: skip


def between(db: apsw.Connection, first: date, last: date) -> list[InvoiceRow]:
    """Return every invoice made between two days, the newest first."""
    return many(
        db, InvoiceRow,
        f"{_INVOICES} where i.invoiced_on between ? and ?"
        " order by i.invoiced_on desc, i.number desc",
        (first.isoformat(), last.isoformat()),
    )  # fmt: skip


def of_patient(db: apsw.Connection, patient: str) -> list[InvoiceRow]:
    """Return the invoices of a patient, the newest first."""
    return many(
        db, InvoiceRow,
        f"{_INVOICES} where i.patient = ? order by i.invoiced_on desc, i.number desc",
        (patient,),
    )  # fmt: skip


def of_session(db: apsw.Connection, session: str) -> list[InvoiceRow]:
    """Return the invoices of a session, the newest first."""
    return many(
        db, InvoiceRow,
        f"{_INVOICES} where i.session = ? order by i.invoiced_on desc, i.number desc",
        (session,),
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
    """Keep that the receipt of a session is printed once more; return which copy it is.

    A corrected invoice has copies of its own.
    """
    printed = value(db, "select count(*) from french_receipt where session = ?", (session,))
    db.execute(
        "insert into french_receipt values (?, ?, ?, ?, ?, ?)",
        (session, int(printed) + 1, device, seq, at.isoformat(), number_of(db, session)),
    )
    return copies(db, session)


def copies(db: apsw.Connection, session: str) -> int:
    """Return how many times the receipt of the invoice of a session that counts was printed.

    Before there is an invoice, those of the session.
    """
    number = number_of(db, session)
    return int(
        value(
            db, "select count(*) from french_receipt where session = ? and invoice is ?",
            (session, number),
        )
    )  # fmt: skip
