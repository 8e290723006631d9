"""Invoices a payer refused in France: what the label means, who noted it, what waits (H2, MAIIA-3).

A reject comes on paper and is copied by hand, or in a return that was read: both feed one table. A
refused invoice is made again under a new number (`fr-sesam-vitale.md` §4).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from server.core.errors import InvalidForm, NotFound
from server.core.rights import Right
from server.core.states import SessionState
from server.countries.france.reject_labels import RejectLabel, meaning_of
from server.services import french_billing
from server.services.desk import Desk, Repeated, needs
from server.services.forms import Form
from server.store import french, french_invoices, invoices, reference, visits
from server.store import french_billing as billing
from server.store import french_rejects as store
from server.store.french_billing import BillingRow
from server.store.french_invoices import InvoiceRow
from server.store.french_rejects import RejectRow

LONGEST = 200  # characters of a label kept
NO_WORDS = "–"  # of a payer that gave neither a code nor a word
_NUMBERS = 999_999_999  # nine digits
_READ: dict[str, tuple[RejectLabel, ...]] = {}


class Part(StrEnum):
    """Who refused: the caisse or the complementary."""

    AMO = "AMO"
    AMC = "AMC"


@dataclass(frozen=True, slots=True)
class Reject:
    """One refusal, and what its label means when the table knows it."""

    row: RejectRow
    known: RejectLabel | None

    @property
    def mend(self) -> str:
        """What a person changes, one of `MENDS`; "" when the label is not known."""
        return self.known.mend if self.known else ""

    @property
    def look(self) -> str:
        """Where to look first, one of `MENDS`: what the label says, else what the payer knows."""
        return self.mend or {Part.AMC: "COVER", Part.AMO: "RIGHTS"}[Part(self.row.part)]

    @property
    def why(self) -> str:
        """Why it was refused, as a word of the catalogue: what to change, or whom to ask."""
        return self.mend or self.row.part


@needs(Right.BILLING)
def explained(desk: Desk, text: str) -> RejectLabel | None:
    """Return what a label copied from a return means; None when the table does not know it."""
    return meaning_of(text, _rows(desk), desk.today)


@needs(Right.BILLING)
def note(desk: Desk, patient: str, typed: Mapping[str, str]) -> str:
    """Keep that an invoice of a patient was refused; return the id. Raises `InvalidForm`.

    Fields: invoice (its number), label (as the payer wrote it), part (AMO or AMC). The same form
    sent again keeps nothing more.
    """
    key = desk.key_for(typed, patient)
    if store.get(desk.db, key) is not None:
        return key
    form = Form(typed)
    label = form.text("label", needed=True, most=LONGEST)
    part = form.choice("part", Part)
    number = form.number("invoice", needed=True, high=_NUMBERS)
    row = None if number is None else _refusable(desk, patient, number, form)
    chosen = billing.choice(desk.db, row.session) if row else None
    if row and part is Part.AMC and not (chosen and chosen.amc):
        form.faults.append(("part", "no_amc"))
    if row is None or part is None or form.faults:
        raise InvalidForm(faults=tuple(form.faults))
    known = explained(desk, label)
    made = _made(desk, key, row, chosen, label, part, known.reject if known else "")
    facts = {"invoice": row.number, "part": str(part), "code": made.code}
    deed = desk.deed("invoice.refused", "reject", key, facts, once=True)
    with suppress(Repeated), deed as seq:
        store.add(desk.db, made, desk.device.id, seq)
    return key


def refuse(desk: Desk, invoice: InvoiceRow, text: str, part: Part) -> str:
    """Keep the refusal that a return brought, inside the caller's deed; return its id.

    A text that is longer than a label is known by the whole of it; its letter keeps it all.
    """
    label = text[:LONGEST].strip() or NO_WORDS
    known = meaning_of(text, _rows(desk), desk.today)
    code = known.reject if known else ""
    chosen = billing.choice(desk.db, invoice.session)
    made = _made(desk, desk.new_id(), invoice, chosen, label, part, code)
    facts = {"invoice": invoice.number, "part": str(part), "code": code}
    with desk.deed("invoice.refused", "reject", made.id, facts) as seq:
        store.add(desk.db, made, desk.device.id, seq)
    return made.id


@needs(Right.BILLING)
def take_back(desk: Desk, patient: str, reject: str) -> None:
    """Take back what was noted by mistake; harmless twice.

    Raises `InvalidForm` once a corrected invoice was made of it, `NotFound` for another patient's.
    """
    row = store.get(desk.db, reject)
    if row is None or row.patient != patient:
        raise NotFound(kind="reject")
    if row.id not in {each.id for each in store.standing(desk.db, [row.invoice]).values()}:
        return
    held = french_invoices.get(desk.db, row.invoice)
    if held is None or held.corrected_by is not None:
        raise InvalidForm(faults=(("reject", "corrected"),))
    facts = {"invoice": row.invoice}
    with desk.deed("invoice.refusal_taken_back", "reject", row.id, facts) as seq:
        french.withdraw(desk.db, row.id, desk.device.id, seq, desk.now)


@needs(Right.BILLING)
def count(desk: Desk) -> int:
    """Return how many invoices were refused and wait for a corrected one."""
    return store.count_open(desk.db)


@needs(Right.BILLING)
def standing(desk: Desk, invoices: Sequence[int]) -> Mapping[int, Reject]:
    """Return the refusal that stands of each of some invoices, by its number."""
    found = store.standing(desk.db, invoices)
    return {number: named(desk, row) for number, row in found.items()}


@needs(Right.PATIENTS)
def named(desk: Desk, row: RejectRow) -> Reject:
    """Give a refusal with what its label means."""
    return Reject(row, next((each for each in _rows(desk) if each.reject == row.code), None))


@needs(Right.BILLING)
def waiting(desk: Desk, session: str) -> Reject | None:
    """Return the refusal of the invoice of a session that counts; None when it was not refused."""
    held = french_invoices.newest(desk.db, session)
    return standing(desk, [held.number]).get(held.number) if held else None


def _refusable(desk: Desk, patient: str, number: int, form: Form) -> InvoiceRow | None:
    """Give the invoice of a number, or tell why no reject may be noted of it."""
    row = french_invoices.get(desk.db, number)
    if row is None or row.patient != patient:
        form.faults.append(("invoice", "not_of_patient"))
        return None
    session = visits.session(desk.db, row.session)
    if session is None or session.state is SessionState.VOIDED:
        form.faults.append(("invoice", "struck"))
    elif row.corrected_by is not None:
        form.faults.append(("invoice", "corrected"))
    elif store.standing(desk.db, [row.number]):
        form.faults.append(("invoice", "refused"))
    return row


def _made(
    desk: Desk, key: str, row: InvoiceRow, chosen: BillingRow | None, label: str, part: Part,
    code: str,
) -> RejectRow:  # fmt: skip
    """Gather the row: what the invoice amounts to now is kept with it, whatever is priced anew."""
    lines = french_billing.held(invoices.lines_of_session(desk.db, row.session))
    sums = french_billing.parts(lines, chosen)
    return RejectRow(
        key, desk.now, desk.user.id, row.number, row.session, row.patient, label, str(part), code,
        chosen.id if chosen else None, sums.charged_cents, sums.amo_cents, sums.amc_cents,
        sums.owed_cents,
    )  # fmt: skip


def _rows(desk: Desk) -> Sequence[RejectLabel]:
    sha256 = desk.practice.reference_sha256
    if sha256 not in _READ:
        known = reference.holds(desk.db, "fr_rejects")
        rows = reference.rows(desk.db, "fr_rejects") if known else ()
        _READ[sha256] = tuple(RejectLabel.from_mapping(row) for row in rows)
    return _READ[sha256]
