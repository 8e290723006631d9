"""Transfers received from insurers: recorded by the user, matched to lots and to their lines.

Match order and remainders: `domain.md` §5.6; what is announced comes from the settlement files.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from server.core.errors import NotFound
from server.core.rights import Right
from server.core.states import LineState
from server.services import fates
from server.services.desk import Desk, Repeated, needs
from server.services.forms import Form
from server.store import claims, invoices, money
from server.store.claims import Lot
from server.store.invoices import Line
from server.store.money import Awaited, Payment

_DUE = (LineState.ACCEPTED, LineState.PART_PAID)
SHORT_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Expected:
    """One lot a settlement file spoke of, whose lines are not wholly paid yet."""

    lot: Lot
    name: str  # our lot number as a transfer names it: "A-017"
    payment_reference: str
    accepted_cents: int  # announced by the settlement
    claimed_cents: int  # asked by the lines that are not refused
    received_cents: int
    short_since: date | None  # first partial payment; a task after 30 days

    @property
    def due_cents(self) -> int:
        """What is still to come, announced or not."""
        return self.claimed_cents - self.received_cents

    @property
    def announced_cents(self) -> int:
        """What is still to come of the sum the settlement announced."""
        return max(0, min(self.due_cents, self.accepted_cents - self.received_cents))


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recorded transfer did."""

    payment: str
    matched_cents: int
    unmatched_cents: int
    lots: Sequence[str]


@needs(Right.BILLING)
def expected(desk: Desk, after: str = "", most: int = -1) -> list[Expected]:
    """Return the transfers awaited, the oldest lot first, after the lot of an id.

    At most so many, all when negative.
    """
    return desk.once(
        lambda: _expected(desk, money.awaited(desk.db, after, most)), "expected", after, str(most)
    )


@needs(Right.BILLING)
def awaited_sum(desk: Desk) -> tuple[int, int]:
    """Return how many transfers are awaited, and what is still to come."""
    return desk.once(lambda: money.awaited_sum(desk.db), "awaited")


@needs(Right.BILLING)
def tasks(desk: Desk, most: int = -1) -> list[Expected]:
    """Return the lots paid short for more than thirty days (I-05), the oldest first.

    At most so many, all when negative.
    """
    return _expected(desk, money.awaited_since(desk.db, desk.today - SHORT_AFTER, most))


@needs(Right.BILLING)
def count_tasks(desk: Desk) -> int:
    """Return how many lots are paid short for more than thirty days (I-05)."""
    since = desk.today - SHORT_AFTER
    return desk.once(lambda: money.count_awaited_since(desk.db, since), "short", since.isoformat())


@needs(Right.BILLING)
def awaited(desk: Desk, lot_id: str) -> Expected | None:
    """Return the transfer awaited for one lot, None when there is none."""
    return next(iter(_expected(desk, money.awaited_of(desk.db, lot_id))), None)


@needs(Right.PAYMENTS)
def record(desk: Desk, typed: Mapping[str, str]) -> Recorded:
    """Record one transfer: insurer, reference, amount; match it to what was announced.

    Fields: payer, reference (one or several, spaces or commas between), amount, received_on.
    Nothing is spread by guess: what no announced sum explains stays unmatched. The same form sent
    again records nothing more and returns what the first did.
    """
    form = Form(typed)
    payer = form.text("payer", needed=True, most=20)
    reference = form.text("reference", needed=True, most=140)
    cents = form.cents("amount")
    day = form.day("received_on") or desk.today
    if cents <= 0:
        form.faults.append(("amount", "amount"))
    if day > desk.today:
        form.faults.append(("received_on", "future"))
    if payer and not claims.knows_payer(desk.db, payer):
        form.faults.append(("payer", "unknown_insurer"))
    form.end()
    payment = Payment(desk.key_for(typed), "BANK", payer, cents, reference, day, 0)
    facts = {"payer": payer, "cents": cents, "reference": reference}
    deed = desk.deed("payment.recorded", "payment", payment.id, facts, once=True)
    with suppress(Repeated), deed as seq:
        money.add_payment(desk.db, payment, desk.device.id, seq)
        return _match(desk, seq, payment)
    held = money.payment(desk.db, payment.id) or payment
    paid = money.lots_paid(desk.db, held.id)
    return Recorded(held.id, held.matched_cents, held.amount_cents - held.matched_cents, paid)


@needs(Right.PAYMENTS)
def rematch(desk: Desk, payment_id: str) -> Recorded:
    """Try again to match what is left of a payment, after a late settlement file."""
    held = money.payment(desk.db, payment_id)
    if held is None:
        raise NotFound(kind="payment")
    with desk.deed("payment.matched", "payment", held.id) as seq:
        return _match(desk, seq, held)


@needs(Right.BILLING)
def unmatched(desk: Desk, most: int = -1) -> list[Payment]:
    """Return the payments of which a part explains nothing yet, newest first.

    At most so many, all when negative.
    """
    return money.unmatched(desk.db, most)


@needs(Right.PAYMENTS)
def left_of(desk: Desk, payment_id: str) -> int:
    """Return the part of a payment that explains nothing yet; cents."""
    held = money.payment(desk.db, payment_id)
    return held.amount_cents - held.matched_cents if held else 0


def _match(desk: Desk, seq: int, payment: Payment) -> Recorded:
    left = payment.amount_cents - payment.matched_cents
    lots = []
    for want, cents in shares(_wanted(desk, payment), left):
        _pay_lot(desk, seq, payment, want.lot, cents)
        left -= cents
        lots.append(want.lot.id)
    return Recorded(payment.id, payment.amount_cents - left, left, lots)


def shares(wants: Sequence[Expected], cents: int) -> list[tuple[Expected, int]]:
    """Say what a transfer pays of the lots it names; nothing is spread by guess (I-05).

    Each lot gets what its settlement announced, then what it is still short of. A sum that cannot
    be told apart between several lots pays none of them.
    """
    announced = [want.announced_cents for want in wants]
    paid = _told_apart(announced, cents)
    if paid == announced:
        short = [want.due_cents - part for want, part in zip(wants, paid, strict=True)]
        more = _told_apart(short, cents - sum(paid))
        paid = [a + b for a, b in zip(paid, more, strict=True)]
    return [(want, part) for want, part in zip(wants, paid, strict=True) if part > 0]


def _told_apart(owed: Sequence[int], cents: int) -> list[int]:
    if sum(owed) <= cents:
        return list(owed)
    alone = sum(part > 0 for part in owed) == 1
    return [min(part, cents) if alone else 0 for part in owed]


def _wanted(desk: Desk, payment: Payment) -> list[Expected]:
    """Find the lots a transfer names: by payment reference, else by lot number."""
    awaited = expected(desk)
    text = payment.reference.upper()
    names = dict.fromkeys([text, *text.replace(",", " ").replace(";", " ").split()])
    named = {e.lot.id: e for name in names for e in _named(awaited, name, payment.payer)}
    payers = {e.lot.payer for e in named.values()}
    return list(named.values()) if payment.payer in payers else []


def _named(awaited: Sequence[Expected], name: str, payer: str) -> list[Expected]:
    """Find the lots of one name; insurers count apart, so that two may share a number."""
    by_reference = [e for e in awaited if e.payment_reference.upper() == name]
    found = by_reference or [e for e in awaited if name in (e.name, f"{e.name}/{e.lot.payer}")]
    if len({e.lot.payer for e in found}) > 1:
        found = [e for e in found if e.lot.payer == payer]
    return found if by_reference or len(found) == 1 else []


def _pay_lot(desk: Desk, seq: int, payment: Payment, lot: Lot, cents: int) -> None:
    """Pay the lines of a lot in file order."""
    left = cents
    for line in invoices.lines_of_lot(desk.db, lot.id):
        due = line.oa_cents - line.paid_cents
        part = min(due, left)
        if line.lot == lot.id and line.state in _DUE and part > 0:
            _pay_line(desk, seq, payment, lot, line, part)
            left -= part
    fates.settle_lot(desk, seq, lot.id, f"payment:{payment.id}")


def _pay_line(desk: Desk, seq: int, payment: Payment, lot: Lot, line: Line, cents: int) -> None:
    money.match(desk.db, payment.id, line.id, lot.id, cents)
    invoices.pay_line(desk.db, line.id, cents)
    whole = line.paid_cents + cents == line.oa_cents
    wanted = LineState.PAID if whole else LineState.PART_PAID
    if line.state is not wanted:
        invoices.move_line(desk.db, desk.stamp, seq, line.id, wanted, f"payment:{payment.id}")
    if whole:
        fates.settle_session(desk, seq, line.session, f"payment:{payment.id}")


def _expected(desk: Desk, rows: Sequence[Awaited]) -> list[Expected]:
    lots = claims.some_lots(desk.db, [row.lot for row in rows])
    return [
        Expected(
            lots[row.lot], f"{row.code}-{lots[row.lot].number:03d}", row.payment_reference,
            row.accepted_cents, row.claimed_cents, row.received_cents, row.first_received_on,
        )
        for row in rows
    ]  # fmt: skip
