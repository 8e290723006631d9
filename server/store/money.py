"""Settlements announced by insurers, payments received, and which pays what."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import apsw

from server.store.rows import many, one, value


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a settlement file accepts for a lot, or for one mutuality of it."""

    letter: str
    lot: str
    mutuality: str
    requested_cents: int
    accepted_cents: int
    refused_cents: int
    payment_reference: str
    is_total: bool


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received."""

    id: str
    origin: str
    payer: str
    amount_cents: int
    reference: str
    received_on: date
    matched_cents: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one answer said of one line."""

    letter: str
    line: str
    lot: str
    outcome: str
    letter_code: str
    code: str
    comment: str
    accepted_cents: int | None


@dataclass(frozen=True, slots=True)
class LotProblem:
    """What one answer said of a whole file."""

    letter: str
    lot: str
    place: str
    letter_code: str
    code: str


@dataclass(frozen=True, slots=True)
class Awaited:
    """One lot a settlement spoke of whose lines are not wholly paid yet."""

    lot: str
    code: str  # letter of the device that numbered it
    payment_reference: str
    accepted_cents: int  # announced by the settlement
    claimed_cents: int
    received_cents: int
    first_received_on: date | None


_AWAITED = """
    select l.id as lot, d.code, s.payment_reference, s.accepted_cents, m.claimed_cents,
           m.received_cents, m.first_received_on
      from lot l
      join lot_money m on m.lot = l.id
      join settlement s on s.id = (select max(id) from settlement where lot = l.id and is_total = 1)
      join device d on d.id = l.device
     where l.state in ('Accepted', 'PartlySettled') and m.received_cents < m.claimed_cents
"""
_SETTLEMENT = """
    select letter, lot, mutuality, requested_cents, accepted_cents, refused_cents,
           payment_reference, is_total
      from settlement
"""
_PAYMENT = """
    select id, origin, payer, amount_cents, reference, received_on, matched_cents from payment
"""
_VERDICT = """
    select letter, line, lot, outcome, letter_code, code, comment, accepted_cents
      from line_verdict
"""


def add_settlement(db: apsw.Connection, s: Settlement) -> None:
    """Keep what an insurer announces."""
    db.execute(
        "insert into settlement (letter, lot, mutuality, requested_cents, accepted_cents,"
        " refused_cents, payment_reference, is_total) values (?, ?, ?, ?, ?, ?, ?, ?)",
        (s.letter, s.lot, s.mutuality, s.requested_cents, s.accepted_cents, s.refused_cents,
         s.payment_reference, s.is_total),
    )  # fmt: skip


def settlements(db: apsw.Connection, lot: str) -> list[Settlement]:
    """Return what was announced for a lot, totals last."""
    return many(db, Settlement, _SETTLEMENT + " where lot = ? order by is_total, id", (lot,))


def awaited(db: apsw.Connection, after: str = "", most: int = -1) -> list[Awaited]:
    """Return the lots whose transfer is awaited, the oldest first, after one of them.

    At most so many, all when negative.
    """
    return many(db, Awaited, _AWAITED + " and l.id > ? order by l.id limit ?", (after, most))


def awaited_of(db: apsw.Connection, lot: str) -> list[Awaited]:
    """Return what is awaited for one lot: one row, or none."""
    return many(db, Awaited, _AWAITED + " and l.id = ?", (lot,))


def awaited_since(db: apsw.Connection, day: date, most: int) -> list[Awaited]:
    """Return the lots paid in part on a day or before, the oldest first; all when negative."""
    return many(
        db, Awaited, _AWAITED + " and m.first_received_on <= ? order by l.id limit ?",
        (day.isoformat(), most),
    )  # fmt: skip


def count_awaited_since(db: apsw.Connection, day: date) -> int:
    """Count the lots paid in part on a day or before."""
    text = f"select count(*) from ({_AWAITED} and m.first_received_on <= ?)"
    return int(value(db, text, (day.isoformat(),)))


def awaited_sum(db: apsw.Connection) -> tuple[int, int]:
    """Return how many lots are awaited and what they still have to bring."""
    text = f"select count(*), coalesce(sum(claimed_cents - received_cents), 0) from ({_AWAITED})"
    found = db.execute(text).fetchall()[0]
    return int(str(found[0])), int(str(found[1]))


def settlement_total(db: apsw.Connection, lot: str) -> Settlement | None:
    """Return the newest total announced for a lot."""
    return one(
        db, Settlement, _SETTLEMENT + " where lot = ? and is_total = 1 order by id desc limit 1",
        (lot,),
    )  # fmt: skip


def add_payment(db: apsw.Connection, p: Payment, device: str, seq: int) -> None:
    """Record money received."""
    db.execute(
        "insert into payment values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (p.id, device, seq, p.origin, p.payer, p.amount_cents, p.reference,
         p.received_on.isoformat(), p.matched_cents),
    )  # fmt: skip


def match(db: apsw.Connection, payment: str, line: str, lot: str, cents: int) -> None:
    """Let a part of a payment pay a line."""
    db.execute(
        "insert into reconciliation values (?, ?, ?, ?)"
        " on conflict (payment, line) do update set cents = cents + excluded.cents",
        (payment, line, lot, cents),
    )
    db.execute(
        "update payment set matched_cents = matched_cents + ? where id = ?", (cents, payment)
    )


def payment(db: apsw.Connection, key: str) -> Payment | None:
    """Return one payment."""
    return one(db, Payment, _PAYMENT + " where id = ?", (key,))


def lots_paid(db: apsw.Connection, payment: str) -> list[str]:
    """Return the lots of which a payment paid a line."""
    rows = db.execute(
        "select distinct lot from reconciliation where payment = ? order by lot", (payment,)
    )
    return [str(row[0]) for row in rows]


def unmatched(db: apsw.Connection, most: int = -1) -> list[Payment]:
    """Return the payments of which a part pays nothing yet, newest first; all when negative."""
    return many(
        db, Payment,
        _PAYMENT + " where matched_cents < amount_cents and received_on > ''"
        " order by received_on desc, id desc limit ?",
        (most,),
    )  # fmt: skip


def payments_of_line(db: apsw.Connection, line: str) -> list[Payment]:
    """Return the payments that paid a line."""
    return many(
        db, Payment,
        _PAYMENT + " where id in (select payment from reconciliation where line = ?) order by id",
        (line,),
    )  # fmt: skip


def add_verdict(db: apsw.Connection, v: Verdict) -> None:
    """Keep what an answer said of a line."""
    db.execute(
        "insert into line_verdict (letter, line, lot, outcome, letter_code, code, comment,"
        " accepted_cents) values (?, ?, ?, ?, ?, ?, ?, ?)",
        (v.letter, v.line, v.lot, v.outcome, v.letter_code, v.code, v.comment, v.accepted_cents),
    )


def verdicts_of(db: apsw.Connection, lines: Sequence[str]) -> list[Verdict]:
    """Return everything said of some lines, oldest first."""
    return many(
        db, Verdict,
        _VERDICT + " where line in (select value from json_each(?)) order by id",
        (json.dumps(lines),),
    )  # fmt: skip


def add_lot_problem(db: apsw.Connection, p: LotProblem) -> None:
    """Keep what an answer said of a whole file."""
    db.execute(
        "insert into lot_problem (letter, lot, place, letter_code, code) values (?, ?, ?, ?, ?)",
        (p.letter, p.lot, p.place, p.letter_code, p.code),
    )


def lot_problems(db: apsw.Connection, lot: str) -> list[LotProblem]:
    """Return everything said of a whole file."""
    return many(
        db, LotProblem,
        "select letter, lot, place, letter_code, code from lot_problem where lot = ? order by id",
        (lot,),
    )  # fmt: skip
