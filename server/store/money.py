"""Settlements announced by insurers, payments received, and which pays what."""

from dataclasses import dataclass
from datetime import date

import apsw

from server.store.rows import many, one


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


def payments(db: apsw.Connection, most: int = 200) -> list[Payment]:
    """Return the payments, newest first."""
    return many(db, Payment, _PAYMENT + " order by received_on desc, id desc limit ?", (most,))


def payment(db: apsw.Connection, key: str) -> Payment | None:
    """Return one payment."""
    return one(db, Payment, _PAYMENT + " where id = ?", (key,))


def unmatched(db: apsw.Connection) -> list[Payment]:
    """Return the payments of which a part pays nothing yet, newest first."""
    return many(
        db, Payment,
        _PAYMENT + " where matched_cents < amount_cents order by received_on desc, id desc",
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


def verdicts(db: apsw.Connection, line: str) -> list[Verdict]:
    """Return everything said of a line, oldest first."""
    return many(db, Verdict, _VERDICT + " where line = ? order by id", (line,))


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
