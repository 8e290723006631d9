"""The duplicate on paper of an FSE or a DRE whose sendings failed twice.

It bears why, its number and those of its lots. With third-party payment it is for the caisse that
manages the patient (a DRE: for his complementary), signed by the kiné and, if he can, the patient;
when the patient paid, it is signed and handed to him. Source: `fr-sesam-vitale.md` §3.2; K14, K15.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.core.rights import Right
from server.core.teletransmission import DocumentKind
from server.services import french_billing, french_papers, french_receipts, french_rights, patients
from server.services.desk import Desk, needs
from server.services.french_papers import Receipt
from server.services.patients import PatientFile
from server.store.french_documents import DocumentRow
from server.store.french_lots import LotRow


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Everything a duplicate says."""

    document: DocumentRow
    lots: Sequence[LotRow]  # whose sending failed, the newest first
    receipt: Receipt
    file: PatientFile
    organism: str  # nine digits, "" when unknown
    complementary: str  # its name and number, of a DRE alone
    failed_on: date  # the day the last of its lots was made

    @property
    def third_party(self) -> bool:
        """Whether a payer is asked: it goes to him, else to the patient."""
        return self.document.third_party


@needs(Right.CLINICAL)
def duplicate(desk: Desk, document_id: str) -> Duplicate:
    """Gather the duplicate of a document; raise `NotFound` unless its sendings failed twice."""
    failure = french_receipts.failure_of(desk, document_id)
    row = failure.document
    receipt = french_papers.receipt(desk, row.session)
    known = french_rights.on(desk, row.patient, receipt.care_date)
    chosen = french_billing.choice_of(desk, row.session)
    named = chosen.row if chosen and row.kind is DocumentKind.DRE else None
    return Duplicate(
        row, failure.lots, receipt, patients.open_file(desk, row.patient), known.organism,
        f"{named.label} {named.number}".strip() if named else "",
        failure.lots[0].made_at.date(),
    )  # fmt: skip
