"""Invoices of a practice of France that a payer refused, as somebody noted it.

Rows are only added; what was noted by mistake is named in `french_withdrawn`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import apsw

from server.store.rows import columns, many, one, value

_STANDS = " not exists (select 1 from french_withdrawn where what = r.id)"
_OPEN = (
    "from french_reject_open cross join french_reject r on r.id = french_reject_open.reject"
    " cross join session s on s.id = r.session where s.state <> 'Voided'"
)


@dataclass(frozen=True, slots=True)
class RejectRow:
    """One refusal of one invoice, with what had been decided and what it amounted to; cents."""

    id: str
    at: datetime
    by: str
    invoice: int
    session: str
    patient: str
    label: str  # as received
    part: str  # AMO or AMC: whose refusal it is
    code: str  # of the table of labels, "" when it knows none
    billing: str | None
    charged_cents: int
    amo_cents: int
    amc_cents: int
    owed_cents: int


def add(db: apsw.Connection, r: RejectRow, device: str, seq: int) -> None:
    """Keep that an invoice was refused."""
    db.execute(
        "insert into french_reject values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (r.id, device, seq, r.at.isoformat(), r.by, r.invoice, r.session, r.patient, r.label,
         r.part, r.code, r.billing, r.charged_cents, r.amo_cents, r.amc_cents, r.owed_cents),
    )  # fmt: skip


def get(db: apsw.Connection, key: str) -> RejectRow | None:
    """Return one, taken back or not."""
    return one(
        db, RejectRow, f"select {columns(RejectRow)} from french_reject where id = ?", (key,)
    )


def standing(db: apsw.Connection, invoices: Sequence[int]) -> dict[int, RejectRow]:
    """Return the refusal of each invoice that has one nobody took back, by its number."""
    rows = many(
        db, RejectRow,
        f"select {columns(RejectRow)} from french_reject r where invoice in"
        f" (select value from json_each(?)) and{_STANDS} order by id",
        (json.dumps(list(invoices)),),
    )  # fmt: skip
    return {row.invoice: row for row in rows}


def open_invoices(db: apsw.Connection, most: int) -> list[int]:
    """Return the invoices refused and not corrected yet, the one refused last first."""
    rows = db.execute(f"select r.invoice {_OPEN} order by r.id desc limit ?", (most,))
    return [int(str(row[0])) for row in rows]


def count_open(db: apsw.Connection) -> int:
    """Return how many invoices are refused and not corrected yet."""
    return int(value(db, f"select count(*) {_OPEN}"))


def open_sessions(db: apsw.Connection, sessions: Sequence[str]) -> set[str]:
    """Return which of some sessions wait for a corrected invoice."""
    rows = db.execute(
        f"select r.session {_OPEN} and r.session in (select value from json_each(?))",
        (json.dumps(list(sessions)),),
    )
    return {str(row[0]) for row in rows}
