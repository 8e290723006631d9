"""Transfers received from insurers: recorded by the user, matched to lots and to their lines.

Match order and remainders: `domain.md` §5.6; what is due comes from the settlement files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from server.core.errors import InvalidForm
from server.core.states import LineState, LotState
from server.services import fates
from server.services.desk import Desk
from server.services.forms import Form
from server.store import claims, money
from server.store.claims import Line, Lot
from server.store.money import Payment

_OPEN = (LotState.ACCEPTED, LotState.PARTLY_SETTLED)
_DUE = (LineState.ACCEPTED, LineState.PART_PAID)
SHORT_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Expected:
    """One transfer announced by a settlement file and not wholly received yet."""

    lot: Lot
    payment_reference: str
    accepted_cents: int
    received_cents: int
    short_since: date | None  # first partial payment; a task after 30 days

    @property
    def due_cents(self) -> int:
        """What is still to come."""
        return self.accepted_cents - self.received_cents


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recorded transfer did."""

    payment: str
    matched_cents: int
    unmatched_cents: int
    lots: Sequence[str]


def expected(desk: Desk) -> list[Expected]:
    """Return the transfers awaited, the oldest settlement first."""
    desk.require("billing")
    found = []
    for state in (*_OPEN, LotState.SETTLED):
        for lot in claims.lots_in(desk.db, state):
            total = money.settlement_total(desk.db, lot.id)
            row = total and _expected(desk, lot, total.payment_reference, total.accepted_cents)
            if row and row.due_cents > 0:
                found.append(row)
    return sorted(found, key=lambda e: e.lot.id)


def tasks(desk: Desk) -> list[Expected]:
    """Return the lots paid short for more than thirty days (I-05)."""
    limit = desk.today - SHORT_AFTER
    return [e for e in expected(desk) if e.short_since is not None and e.short_since <= limit]


def record(desk: Desk, typed: Mapping[str, str]) -> Recorded:
    """Record one transfer: insurer, reference, amount; match it to what was announced.

    Fields: payer, reference (one or several, spaces or commas between), amount, received_on.
    Nothing is spread by guess: what no announced sum explains stays unmatched.
    """
    desk.require("payments")
    form = Form(typed)
    payer = form.text("payer", needed=True, most=20)
    reference = form.text("reference", needed=True, most=140)
    cents = form.cents("amount")
    day = form.day("received_on") or desk.today
    if cents <= 0:
        form.faults.append(("amount", "amount"))
    if day > desk.today:
        form.faults.append(("received_on", "future"))
    if payer and payer not in {lot.payer for lot in claims.lots(desk.db, most=100_000)}:
        form.faults.append(("payer", "unknown_insurer"))
    form.end()
    payment = Payment(desk.new_id(), "BANK", payer, cents, reference, day, 0)
    facts = {"payer": payer, "cents": cents, "reference": reference}
    with desk.deed("payment.recorded", "payment", payment.id, facts) as seq:
        money.add_payment(desk.db, payment, desk.device.id, seq)
        return _match(desk, seq, payment)


def rematch(desk: Desk, payment_id: str) -> Recorded:
    """Try again to match what is left of a payment, after a late settlement file."""
    desk.require("payments")
    held = next((p for p in money.payments(desk.db) if p.id == payment_id), None)
    if held is None:
        raise InvalidForm(faults=(("payment", "unknown"),))
    with desk.deed("payment.matched", "payment", held.id) as seq:
        return _match(desk, seq, held)


def unmatched(desk: Desk) -> list[Payment]:
    """Return the payments of which a part explains nothing yet."""
    desk.require("payments")
    return [p for p in money.payments(desk.db) if p.matched_cents < p.amount_cents]


def _match(desk: Desk, seq: int, payment: Payment) -> Recorded:
    left = payment.amount_cents - payment.matched_cents
    lots = []
    for want in _wanted(desk, payment):
        paid = _pay_lot(desk, seq, payment, want.lot, min(want.due_cents, left))
        left -= paid
        if paid:
            lots.append(want.lot.id)
    return Recorded(payment.id, payment.amount_cents - left, left, lots)


def _wanted(desk: Desk, payment: Payment) -> list[Expected]:
    """Announced sums this transfer names: by payment reference, else by lot number."""
    names = set(payment.reference.replace(",", " ").upper().split())
    named = [
        e
        for e in expected(desk)
        if e.payment_reference.upper() in names
        or e.payment_reference == payment.reference
        or f"A-{e.lot.number:03d}" in names
    ]
    own = [e for e in named if e.lot.payer == payment.payer]
    return own if len(names) == 1 and own else named


def _pay_lot(desk: Desk, seq: int, payment: Payment, lot: Lot, cents: int) -> int:
    """Pay the lines of a lot in file order; return what was used."""
    left = cents
    for line in claims.lines_of_lot(desk.db, lot.id):
        due = line.oa_cents - line.paid_cents
        part = min(due, left)
        if line.lot == lot.id and line.state in _DUE and part > 0:
            _pay_line(desk, seq, payment, lot, line, part)
            left -= part
    if left < cents:
        fates.settle_lot(desk, seq, lot.id, f"payment:{payment.id}")
    return cents - left


def _pay_line(desk: Desk, seq: int, payment: Payment, lot: Lot, line: Line, cents: int) -> None:
    money.match(desk.db, payment.id, line.id, lot.id, cents)
    claims.pay_line(desk.db, line.id, cents)
    whole = line.paid_cents + cents == line.oa_cents
    wanted = LineState.PAID if whole else LineState.PART_PAID
    if line.state is not wanted:
        claims.move_line(desk.db, desk.stamp, seq, line.id, wanted, f"payment:{payment.id}")
    if whole:
        fates.settle_session(desk, seq, line.session, f"payment:{payment.id}")


def _expected(desk: Desk, lot: Lot, reference: str, accepted: int) -> Expected:
    lines = [x for x in claims.lines_of_lot(desk.db, lot.id) if x.lot == lot.id]
    received = sum(line.paid_cents for line in lines)
    first = min(
        (p.received_on for x in lines for p in money.payments_of_line(desk.db, x.id)),
        default=None,
    )
    return Expected(lot, reference, accepted, received, first if received < accepted else None)
