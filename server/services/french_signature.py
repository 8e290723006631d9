"""« Signer la facture » of a session: what would be sent, what hinders, what was signed.

It shows; `french_securing` prepares and keeps. Source: `fr-sesam-vitale.md` §3, §3.2;
`scenarios.md` F-25, F-26; cases L1 to L4, K16.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from server.core.errors import NotFound
from server.core.rights import Right
from server.core.sesam import Mode, Wanted
from server.core.teletransmission import DocumentKind
from server.countries.dated import in_force
from server.countries.france.forwarding import Step, steps
from server.countries.france.rights import Counted
from server.countries.france.securing import Loss, SupportingDocument, losses
from server.services import (
    french_billing,
    french_rights,
    french_securing,
    french_settlements,
    french_transmission,
)
from server.services.desk import Desk, needs
from server.services.french_rules import rulebook
from server.services.french_securing import Standing
from server.services.french_transmission import Shown
from server.store import patients, visits
from server.store.french_documents import DocumentRow
from server.store.patients import Patient
from server.store.visits import Session


@dataclass(frozen=True, slots=True)
class Leaf:
    """What the screen of a signature tells."""

    session: Session
    patient: Patient
    standing: Standing
    amo_cents: int  # what the caisse is asked for, third-party payment made
    amc_cents: int
    documents: Sequence[Shown]  # what was signed of its invoice
    natures: Sequence[SupportingDocument]  # papers that may stand in for the card today
    losses: Sequence[Loss]  # of the guarantee, both cards there
    insured: Counted | None  # the rights that count, with their source and age
    way: Sequence[Step]  # from the caisse to the complementary; none where each is asked alone

    @property
    def what(self) -> str:
        """Say what would be signed: end of a key of the catalogue."""
        wanted = self.standing.wanted
        return "both" if wanted is Wanted.BOTH else "request" if wanted is Wanted.DRE else "one"

    @property
    def degradable(self) -> bool:
        """Whether the degraded way exists: with third-party payment alone (§3.2)."""
        return self.standing.third_party


@needs(Right.BILLING)
def leaf(desk: Desk, session_id: str) -> Leaf:
    """Gather what the screen of a signature tells; raise `NotFound`."""
    session = visits.session(desk.db, session_id)
    patient = patients.get(desk.db, session.patient) if session else None
    if session is None or patient is None:
        raise NotFound(kind="session")
    stands = french_securing.standing(desk, session.id)
    chosen = french_billing.choice_of(desk, session.id)
    amo, amc = (chosen.row.amo, chosen.row.amc) if chosen else (False, False)
    insured = french_rights.on(desk, patient.id, session.care_date).insured
    return Leaf(
        session, patient, stands,
        stands.parts.amo_cents if amo else 0, stands.parts.amc_cents if amc else 0,
        french_transmission.shown(desk, stands.documents),
        in_force(rulebook(desk).natures, desk.likely_today),
        losses(Mode.BOTH_CARDS, insured.said.source if insured else None, opposed=False),
        insured, _way(desk, stands.documents),
    )  # fmt: skip


def _way(desk: Desk, documents: Sequence[DocumentRow]) -> Sequence[Step]:
    """Tell how far an FSE that carries both parts has come (SOFIA-6)."""
    sheet = next((each for each in documents if each.kind is DocumentKind.FSE), None)
    if sheet is None or not sheet.amc_cents:
        return ()
    dues = french_settlements.owed(desk, sheet.invoice)
    return next((steps(sheet.state, due.owed) for due in dues if due.document.id == sheet.id), ())
