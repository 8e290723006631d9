"""« Montant facturé »: the invoices of a practice of France, by month, with what they add up to.

MAIIA-76: from the home figure to the invoice, then its receipt. A session that was struck out keeps
its invoice and its number, and counts for nothing; of a refused invoice that was corrected only the
new one counts, so that each session counts once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.core.rights import Right
from server.core.states import SessionState
from server.services import french_billing, french_rejects
from server.services.desk import Desk, needs
from server.services.dossiers import grouped
from server.services.french_billing import Parts
from server.services.french_rejects import Reject
from server.store import french_billing as store
from server.store import french_invoices, invoices, patients, visits
from server.store import french_rejects as refused
from server.store.french_billing import BillingRow
from server.store.french_invoices import InvoiceRow
from server.store.patients import Patient
from server.store.visits import Session

MOST_WAITING = 50  # sessions to bill shown at once
_LOOKED_BACK = timedelta(days=92)


class Which(StrEnum):
    """Which invoices are looked for."""

    ALL = "all"
    DUE = "due"  # the patient still owes something
    PAID = "paid"  # the patient paid something: a receipt may be asked for
    PAPER = "paper"  # State medical aid
    REFUSED = "refused"  # by a payer, corrected since or not
    STRUCK = "struck"  # the session was struck out


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice as the list tells it; cents."""

    number: int
    invoiced_on: date
    session: Session
    patient: Patient
    chosen: BillingRow | None
    parts: Parts  # as they were the day it was refused, once it was
    reject: Reject | None = None
    corrects: int | None = None  # the refused invoice in whose place it was made
    corrected_by: int | None = None

    @property
    def is_struck(self) -> bool:
        """Whether its session was struck out."""
        return self.session.state is SessionState.VOIDED

    @property
    def counts(self) -> bool:
        """Whether it is the invoice of a session that holds: each has one."""
        return not self.is_struck and self.corrected_by is None

    @property
    def waits(self) -> bool:
        """Whether it was refused, and no other was made in its place yet."""
        return self.counts and self.reject is not None

    @property
    def due_cents(self) -> int:
        """What the patient still owes."""
        paid = self.session.copay_collected_cents
        return max(0, self.parts.owed_cents - paid) if self.counts else 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """One session whose billing nobody decided yet."""

    session: Session
    patient: Patient


@dataclass(frozen=True, slots=True)
class Sums:
    """Some invoices that were looked for, and what they add up to."""

    invoices: Sequence[Invoice]  # the newest first

    @property
    def held(self) -> Sequence[Invoice]:
        """Those that count: not struck out, nor corrected."""
        return [each for each in self.invoices if each.counts]

    @property
    def waiting(self) -> Sequence[Invoice]:
        """Those that were refused and wait to be corrected."""
        return [each for each in self.invoices if each.waits]

    @property
    def charged_cents(self) -> int:
        """« Montant facturé »: all that was asked."""
        return sum(each.parts.charged_cents for each in self.held)

    @property
    def amo_cents(self) -> int:
        """The parts of caisses."""
        return sum(each.parts.amo_cents for each in self.held)

    @property
    def amc_cents(self) -> int:
        """The parts of complementaries."""
        return sum(each.parts.amc_cents for each in self.held)

    @property
    def patient_cents(self) -> int:
        """What is left to patients."""
        return sum(each.parts.patient_cents for each in self.held)

    @property
    def due_cents(self) -> int:
        """What patients still owe."""
        return sum(each.due_cents for each in self.held)


@needs(Right.BILLING)
def of_month(desk: Desk, first: date, which: Which = Which.ALL) -> Sums:
    """Return the invoices made in the month of a day, those looked for alone."""
    start = first.replace(day=1)
    rows = french_invoices.between(desk.db, start, _end(start))
    return Sums([each for each in _invoices(desk, rows) if _is(each, which)])


@needs(Right.BILLING)
def of_patient(desk: Desk, patient: str) -> Sums:
    """Return every invoice of a patient (SOFIA-25)."""
    return Sums(_invoices(desk, french_invoices.of_patient(desk.db, patient)))


@needs(Right.BILLING)
def of_session(desk: Desk, session_id: str) -> Sequence[Invoice]:
    """Return every invoice of a session, the newest first."""
    return _invoices(desk, french_invoices.of_session(desk.db, session_id))


@needs(Right.BILLING)
def refused_waiting(desk: Desk, most: int = MOST_WAITING) -> Sequence[Invoice]:
    """Return the refused invoices that wait to be corrected, the one refused last first."""
    numbers = refused.open_invoices(desk.db, most)
    held = {each.number: each for each in _invoices(desk, french_invoices.some(desk.db, numbers))}
    return [held[number] for number in numbers]


@needs(Right.BILLING)
def charged_cents(desk: Desk) -> int:
    """Return what was billed since the month began, in cents: the figure of the home."""
    return of_month(desk, desk.today).charged_cents


@needs(Right.BILLING)
def to_bill(desk: Desk, most: int = MOST_WAITING) -> Sequence[Waiting]:
    """Return the sessions of the last three months that wait for a decision, the newest first."""
    keys = french_invoices.undecided(desk.db, desk.today - _LOOKED_BACK, most)
    held = {each.id: each for each in visits.sessions_by_id(desk.db, keys)}
    people = patients.some(desk.db, [held[key].patient for key in keys])
    return [Waiting(held[key], people[held[key].patient]) for key in keys]


@needs(Right.PATIENTS)
def number_of(desk: Desk, session_id: str) -> int | None:
    """Return the number of the invoice of a session; None while it has none."""
    return french_invoices.number_of(desk.db, session_id)


def _end(start: date) -> date:
    return (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _is(invoice: Invoice, which: Which) -> bool:
    return {
        Which.ALL: True,
        Which.DUE: invoice.due_cents > 0,
        Which.PAID: invoice.session.copay_collected_cents > 0 and invoice.counts,
        Which.PAPER: invoice.chosen is not None and invoice.chosen.route == "PAPER",
        Which.REFUSED: invoice.reject is not None and not invoice.is_struck,
        Which.STRUCK: invoice.is_struck,
    }[which]


def _invoices(desk: Desk, rows: Sequence[InvoiceRow]) -> list[Invoice]:
    """Gather what surrounds some invoices, in a few queries however many they are."""
    keys = [row.session for row in rows]
    people = patients.some(desk.db, [row.patient for row in rows])
    held = {each.id: each for each in visits.sessions_by_id(desk.db, keys)}
    rejects = french_rejects.standing(desk, [row.number for row in rows])
    before = [each.row.billing for each in rejects.values() if each.row.billing]
    chosen = {**store.choices(desk.db, keys), **store.some(desk.db, before)}
    lines = grouped(invoices.lines_of_sessions(desk.db, keys), lambda line: line.session)
    found = []
    for row in rows:
        reject = rejects.get(row.number)
        choice = chosen.get(reject.row.billing or "" if reject else row.session)
        parts = _then(reject) if reject else french_billing.parts(
            french_billing.held(lines[row.session]), choice
        )  # fmt: skip
        found.append(
            Invoice(
                row.number, row.invoiced_on, held[row.session], people[row.patient], choice,
                parts, reject, row.corrects, row.corrected_by,
            )
        )  # fmt: skip
    return found


def _then(reject: Reject) -> Parts:
    """Give the parts of an invoice as they were the day it was refused."""
    row = reject.row
    return Parts(row.charged_cents, row.amo_cents, row.amc_cents, row.owed_cents)
