"""The receipt (« quittance ») of a session in France: what was asked, who pays, what was paid.

For a patient who paid what third-party payment did not cover (FR-58, MAIIA-77): no NIR is on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.core.rights import Right
from server.countries.france.registers import Organism
from server.services import documents, french_billing
from server.services.desk import Desk, needs
from server.services.french_rules import label
from server.store import french_billing as store
from server.store import french_care, french_invoices, invoices, visits
from server.store.care import PrescriptionRow
from server.store.patients import Patient
from server.store.practice import Practice, Practitioner

Office = Practice
Kine = Practitioner
Prescribed = PrescriptionRow
"""Who writes, and on whose prescription, as papers name them."""


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line of a visit as its receipt tells it; cents."""

    code: str
    label: str
    charged_cents: int
    amo_cents: int
    amc_cents: int
    patient_cents: int
    fictional: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything a receipt says."""

    number: str
    practice: Practice
    kine: Practitioner
    patient: Patient
    care_date: date
    lines: Sequence[ReceiptLine]  # empty while no tariff covers the day
    paid_cents: int
    means: str
    copy: int = 1  # of this paper
    owed_cents: int = 0  # what third-party payment left to the patient
    refused_amc: bool = False  # the caisse was asked for its part alone
    replaces: str = ""  # the number of the refused invoice in whose place this one was made

    @property
    def charged_cents(self) -> int:
        """All that was asked."""
        return sum(line.charged_cents for line in self.lines)

    @property
    def amo_cents(self) -> int:
        """The part of the caisse."""
        return sum(line.amo_cents for line in self.lines)

    @property
    def amc_cents(self) -> int:
        """The part of the complementary insurer."""
        return sum(line.amc_cents for line in self.lines)

    @property
    def patient_cents(self) -> int:
        """The part of the patient."""
        return sum(line.patient_cents for line in self.lines)

    @property
    def fictional(self) -> bool:
        """Whether an amount comes from a table invented for the demonstration."""
        return any(line.fictional for line in self.lines)


@needs(Right.CLINICAL)
def receipt(desk: Desk, session_id: str) -> Receipt:
    """Gather the receipt of one session; works without network. Raises `NotFound`."""
    session, patient, kine = documents.about(desk, session_id)
    treated = french_care.treated(desk.db, session.treatment)
    territory = treated.territory if treated else ""
    rank = {act.id: act.rank for act in visits.acts(desk.db, session.id)}
    held = french_billing.held(invoices.lines_of_session(desk.db, session.id))
    lines = [
        ReceiptLine(
            x.code, label(desk, x.code, x.care_date, territory), x.fee_cents, x.oa_cents,
            x.amc_cents, x.copay_cents + x.supplement_cents, x.confidence == "T",
        )
        for x in sorted(held, key=lambda x: rank.get(x.act, 0))
    ]  # fmt: skip
    chosen = store.choice(desk.db, session.id)
    invoice = french_invoices.newest(desk.db, session.id)
    return Receipt(
        str(invoice.number if invoice else session.id[-8:]), desk.practice, kine, patient,
        session.care_date, lines,
        session.copay_collected_cents, session.payment_means,
        max(1, french_invoices.copies(desk.db, session.id)),
        french_billing.parts(held, chosen).owed_cents,
        chosen is not None and chosen.amo and not chosen.amc,
        str(invoice.corrects or "") if invoice else "",
    )  # fmt: skip


def caisse_number(organism: str) -> str:
    """Write the number of a caisse as papers show it; "" when it is unknown."""
    return str(Organism(organism)) if organism else ""


@needs(Right.CLINICAL)
def print_again(desk: Desk, session_id: str) -> int:
    """Keep that the receipt of a session is printed; return which copy it is: the second is 2."""
    session, _, _ = documents.about(desk, session_id)
    with desk.deed("document.printed", "session", session.id) as seq:
        return french_invoices.add_copy(desk.db, session.id, desk.device.id, seq, desk.now)
