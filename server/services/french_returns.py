"""A return of a payer of France as it comes: kept, tied to what was sent, and what that settles.

Inside the deed of whoever takes it: the post, or a person who ties a line that was tied to nothing.
A payment settles a document once all that was asked of its receiver came; a reject opens the
invoice again, unless it was corrected already (`domain.md` §3.6–3.7; cases K6–K11, K17).
"""

from dataclasses import dataclass

from server.core.states import LineState, SessionState
from server.core.teletransmission import (
    DOCUMENT_STEPS,
    DocumentKind,
    DocumentState,
    Origin,
    Return,
    ReturnLine,
)
from server.countries.france import settlement
from server.countries.france.settlement import Fate, Parts
from server.services import fates, french_rejects
from server.services.desk import Desk
from server.services.french_rejects import Part
from server.store import french, french_documents, french_invoices, invoices, visits
from server.store import french_rejects as rejects
from server.store import french_returns as store
from server.store.french_documents import DocumentRow
from server.store.french_invoices import InvoiceRow
from server.store.french_returns import LineRow, ReturnRow
from server.store.invoices import Line

KIND_OF = {Origin.AMO: DocumentKind.FSE, Origin.AMC: DocumentKind.DRE}
"""What each payer answers to."""

_FREED = (LineState.LOCKED, LineState.SENT)
_UP = (LineState.PRICED, LineState.LOCKED, LineState.SENT, LineState.ACCEPTED, LineState.PAID)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a return that came."""

    id: str
    repeated: bool = False  # it was here already: nothing was done
    tied: int = 0  # lines whose document was found
    loose: int = 0  # lines of an invoice we do not know


def take(desk: Desk, seq: int, letter_id: str, sha256: str, parsed: Return) -> Taken:
    """Keep a return and do what its lines say; one whose content came before does nothing (K10).

    Its letter is kept already. Nothing of a return is dropped: a line of an invoice that is not
    ours waits for a person (K8).
    """
    held = store.by_content(desk.db, sha256)
    if held is not None:
        with desk.deed("return.repeated", "return", held.id, {"letter": letter_id}):
            return Taken(held.id, repeated=True)
    row = ReturnRow(
        desk.new_id(), letter_id, sha256, desk.now, parsed.origin, parsed.file_name,
        parsed.sender, parsed.payer, parsed.payment_reference, parsed.paid_on,
        parsed.payment_cents, parsed.lines_cents,
    )  # fmt: skip
    store.add(desk.db, row, desk.device.id, seq)
    tied = loose = 0
    for rank, line in enumerate(parsed.lines, 1):
        kept = _keep(desk, seq, row, rank, line)
        if kept.document is not None:
            apply(desk, seq, row.origin, kept)
        tied += kept.document is not None
        loose += store.is_loose(desk.db, kept.id)
    return Taken(row.id, tied=tied, loose=loose)


def document_of(desk: Desk, origin: Origin, number: int, sender: str = "") -> DocumentRow | None:
    """Find the FSE or the DRE a payer speaks of: by invoice number, kind, and sender when given."""
    return next(
        (
            each
            for each in french_documents.of_invoice(desk.db, number)
            if each.kind is KIND_OF[origin] and sender in ("", each.sender)
        ),
        None,
    )


def asked_by(document: DocumentRow) -> Parts:
    """Say what the practice is to receive for a document: nothing when the patient paid it all."""
    if not document.third_party:
        return Parts()
    return Parts(document.amo_cents, document.amc_cents)


def apply(desk: Desk, seq: int, origin: Origin, line: LineRow) -> None:
    """Do what a line says of its document, once it is tied to it."""
    document = french_documents.get(desk.db, str(line.document))
    if document is None:
        return
    known = store.of_documents(desk.db, [document.id])[document.id]
    after = settlement.owed(asked_by(document), (each.value for each in known))
    what = settlement.fate(line.value, after)
    evidence = f"return:{line.return_id}"
    if what is Fate.PAID:
        _pay(desk, seq, document, evidence)
    elif what is Fate.REJECTED:
        _refuse(desk, seq, origin, document, line, evidence)


def _keep(desk: Desk, seq: int, row: ReturnRow, rank: int, line: ReturnLine) -> LineRow:
    number = line.invoice if settlement.is_tied(line) else None
    document = document_of(desk, row.origin, number, row.sender) if number is not None else None
    made = LineRow(
        desk.new_id(), row.id, rank, line.kind, line.invoice, line.outcome, line.amo_cents,
        line.amc_cents, store.packed(line.codes), line.care_from, line.care_to,
        document.id if document else None,
    )  # fmt: skip
    store.add_line(desk.db, made, desk.device.id, seq)
    return made


def _move(desk: Desk, seq: int, document: DocumentRow, to: DocumentState, evidence: str) -> bool:
    """Take a document to its end; say whether it got there.

    A return of what is still in a lot proves that the lot arrived. What never left cannot be paid:
    it stays, and its line shows beside it.
    """
    if document.state is DocumentState.IN_LOT:
        arrived = DocumentState.ACK_POSITIVE
        french_documents.move(
            desk.db, document, arrived, desk.now, evidence, desk.device.id, seq
        )  # fmt: skip
        document = french_documents.get(desk.db, document.id) or document
    if to not in DOCUMENT_STEPS[document.state]:
        return False
    french_documents.move(desk.db, document, to, desk.now, evidence, desk.device.id, seq)
    return True


def _pay(desk: Desk, seq: int, document: DocumentRow, evidence: str) -> None:
    if not _move(desk, seq, document, DocumentState.PAID, evidence):
        return
    invoice = french_invoices.get(desk.db, document.invoice)
    if invoice is None or invoice.corrected_by is not None:
        return  # of the original: the one that counts has returns of its own
    part = Part.AMO if document.kind is DocumentKind.FSE else Part.AMC
    refused = rejects.standing(desk.db, [invoice.number]).get(invoice.number)
    if refused is not None and refused.part == part:  # its payer changed its mind
        french.withdraw(desk.db, refused.id, desk.device.id, seq, desk.now)
        refused = None
    documents = french_documents.of_invoice(desk.db, invoice.number)
    if refused is None and all(map(_is_over, documents)):
        _settle(desk, seq, invoice, documents, evidence)


def _is_over(document: DocumentRow) -> bool:
    """Say whether nothing is to come for a document: it was paid, or asks nothing for us."""
    return document.state is DocumentState.PAID or not asked_by(document).cents


def _settle(
    desk: Desk, seq: int, invoice: InvoiceRow, documents: list[DocumentRow], evidence: str
) -> None:
    """Close the session of an invoice whose every document is paid, and its lines with it."""
    asked = sum(map(asked_by, documents), Parts())
    held = visits.session(desk.db, invoice.session)
    if held is None or held.state not in (SessionState.READY, SessionState.CLAIMED):
        return
    if held.state is SessionState.READY:  # a refusal had freed it
        fates.move_session(desk, seq, held.id, SessionState.CLAIMED, evidence)
    for line in invoices.lines_of_session(desk.db, invoice.session):
        if line.state in _UP and line.state is not LineState.PAID:
            _end(desk, seq, line, asked, evidence)
    fates.settle_session(desk, seq, invoice.session, evidence)


def _end(desk: Desk, seq: int, line: Line, asked: Parts, evidence: str) -> None:
    """Take a line to its payment, step by step, with what its payers bore of it."""
    for state in _UP[_UP.index(line.state) + 1 :]:
        invoices.move_line(desk.db, desk.stamp, seq, line.id, state, evidence)
    amo = line.oa_cents if asked.amo_cents else 0
    amc = line.amc_cents if asked.amc_cents else 0
    invoices.pay_line(desk.db, line.id, amo + amc)


def _refuse(
    desk: Desk, seq: int, origin: Origin, document: DocumentRow, line: LineRow, evidence: str
) -> None:
    """Open the invoice again; one that was corrected already stays as it is (K11)."""
    if not _move(desk, seq, document, DocumentState.REJECTED, evidence):
        return
    invoice = french_invoices.get(desk.db, document.invoice)
    held = visits.session(desk.db, document.session)
    if invoice is None or invoice.corrected_by is not None:
        return
    if held is None or held.state is SessionState.VOIDED:
        return
    if not rejects.standing(desk.db, [invoice.number]):  # a person may have noted it before
        words = " / ".join(" ".join(filter(None, pair)) for pair in line.said)
        french_rejects.refuse(desk, invoice, words, Part(origin.value))
    held = visits.session(desk.db, invoice.session)
    lines = invoices.lines_of_session(desk.db, invoice.session)
    if held and held.state is SessionState.SETTLED and any(x.state in _FREED for x in lines):
        fates.move_session(desk, seq, held.id, SessionState.CLAIMED, evidence)  # he had paid
    for each in lines:
        if each.state in _FREED:
            invoices.move_line(desk.db, desk.stamp, seq, each.id, LineState.PRICED, evidence)
    fates.free_session(desk, seq, invoice.session, evidence)
