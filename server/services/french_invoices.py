"""« Montant facturé »: the invoices of a practice of France, by month, with what they add up to.

MAIIA-76: from the home figure to the invoice, then its receipt. A session that was struck out keeps
its invoice and its number, and counts for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.core.rights import Right
from server.core.states import SessionState
from server.services import french_billing
from server.services.desk import Desk, needs
from server.services.dossiers import grouped
from server.services.french_billing import Parts
from server.store import french_billing as store
from server.store import french_invoices, invoices, patients, visits
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
    STRUCK = "struck"  # the session was struck out


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice as the list tells it; cents."""

    number: int
    invoiced_on: date
    session: Session
    patient: Patient
    chosen: BillingRow | None
    parts: Parts

    @property
    def is_struck(self) -> bool:
        """Whether its session was struck out."""
        return self.session.state is SessionState.VOIDED

    @property
    def due_cents(self) -> int:
        """What the patient still owes."""
        paid = self.session.copay_collected_cents
        return 0 if self.is_struck else max(0, self.parts.owed_cents - paid)


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
        """Those that count: not struck out."""
        return [each for each in self.invoices if not each.is_struck]

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
        Which.PAID: invoice.session.copay_collected_cents > 0 and not invoice.is_struck,
        Which.PAPER: invoice.chosen is not None and invoice.chosen.route == "PAPER",
        Which.STRUCK: invoice.is_struck,
    }[which]


def _invoices(desk: Desk, rows: Sequence[InvoiceRow]) -> list[Invoice]:
    """Gather what surrounds some invoices, in a few queries however many they are."""
    keys = [row.session for row in rows]
    people = patients.some(desk.db, [row.patient for row in rows])
    held = {each.id: each for each in visits.sessions_by_id(desk.db, keys)}
    chosen, lines = store.choices(desk.db, keys), invoices.lines_of_sessions(desk.db, keys)
    by_session = grouped(lines, lambda line: line.session)
    return [
        Invoice(
            row.number, row.invoiced_on, held[row.session], people[row.patient],
            chosen.get(row.session),
            french_billing.parts(
                french_billing.held(by_session[row.session]), chosen.get(row.session)
            ),
        )
        for row in rows
    ]  # fmt: skip
