"""Papers handed to patients: the facts of a document justificatif, and its bytes once made.

Content required: acts, amounts to the insurer, amount paid (`be-efact.md` §5). How it looks is the
screen's business; the bytes handed over are kept, encrypted, as they were.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.core.errors import NotFound
from server.core.rights import Right
from server.services import treating
from server.services.desk import Desk, needs
from server.services.rules import label
from server.store import invoices, papers, patients, visits
from server.store import practice as practices
from server.store.patients import Address, Patient
from server.store.practice import Practice, Practitioner
from server.store.visits import Session


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One act as the patient's document tells it."""

    code: str
    label: str
    fee_cents: int
    oa_cents: int
    copay_cents: int
    supplement_cents: int
    tariff_version: str
    fictional: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """Everything a document justificatif says."""

    number: str
    made_at: datetime
    practice: Practice
    kine: Practitioner
    patient: Patient
    address: Address | None
    care_date: date
    place: str
    insurer: str  # union and mutuality, "" while unknown
    lines: Sequence[ProofLine]  # empty while no tariff covers the day
    codes: Sequence[str]
    paid_cents: int
    payment_means: str

    @property
    def oa_cents(self) -> int:
        """What the insurer is asked."""
        return sum(line.oa_cents for line in self.lines)

    @property
    def copay_cents(self) -> int:
        """What the patient bears."""
        return sum(line.copay_cents + line.supplement_cents for line in self.lines)

    @property
    def fictional(self) -> bool:
        """Whether an amount comes from the invented tariff of the demo practice."""
        return any(line.fictional for line in self.lines)


@needs(Right.CLINICAL)
def proof(desk: Desk, session_id: str) -> Proof:
    """Gather the document justificatif of one session; works without network."""
    return _proof(desk, *about(desk, session_id))


@needs(Right.CLINICAL)
def about(desk: Desk, session_id: str) -> tuple[Session, Patient, Practitioner]:
    """Give a session with its patient and his kiné, for a paper handed to who treats him.

    Raises `NotFound`, or `Forbidden` for somebody who does not treat the patient.
    """
    session = visits.session(desk.db, session_id)
    patient = patients.get(desk.db, session.patient) if session else None
    kine = practices.practitioner(desk.db, session.practitioner) if session else None
    if session is None or patient is None or kine is None:
        raise NotFound(kind="session")
    treating.require(desk, session.patient)
    return session, patient, kine


@needs(Right.CLINICAL)
def keep(desk: Desk, session_id: str, content: bytes, kind: str = "PROOF") -> str:
    """Keep the bytes of a document handed over; return its id. The same paper twice is one."""
    session = visits.session(desk.db, session_id)
    if session is None:
        raise NotFound(kind="session")
    return _kept(desk, session.patient, session.id, content, kind)


@needs(Right.CLINICAL)
def keep_for(desk: Desk, patient: str, content: bytes, kind: str) -> str:
    """Keep the bytes of a document about no session in particular; return its id, as `keep`."""
    return _kept(desk, patient, None, content, kind)


def _kept(desk: Desk, patient: str, session: str | None, content: bytes, kind: str) -> str:
    treating.require(desk, patient)
    sha256 = hashlib.sha256(content).hexdigest()
    for paper in papers.of_patient(desk.db, patient):
        if (paper.session, paper.sha256) == (session, sha256):
            return paper.id
    key = desk.new_id()
    with desk.deed("document.issued", "document", key, {"sha256": sha256}) as seq:
        papers.add(
            desk.db, papers.Paper(key, patient, session, desk.now, sha256, kind), content,
            desk.device.id, seq,
        )  # fmt: skip
    return key


@needs(Right.CLINICAL)
def handed_over(desk: Desk, patient: str) -> Sequence[papers.Paper]:
    """Return the papers made for a patient, the newest first."""
    treating.require(desk, patient)
    return papers.of_patient(desk.db, patient)


@needs(Right.CLINICAL)
def as_handed_over(desk: Desk, document_id: str) -> tuple[papers.Paper, bytes]:
    """Return a paper with its bytes as they were handed over; raise `NotFound`."""
    paper = papers.get(desk.db, document_id)
    if paper is None:
        raise NotFound(kind="document")
    treating.require(desk, paper.patient)
    return paper, papers.content(desk.db, paper.id)


def _proof(desk: Desk, session: Session, patient: Patient, kine: Practitioner) -> Proof:
    lines = [
        x
        for x in invoices.lines_of_session(desk.db, session.id)
        if str(x.state) not in ("Replaced", "Reversed")
    ]
    insurer = f"{lines[0].payer} / {lines[0].mutuality}" if lines else ""
    told = [
        ProofLine(
            x.code, label(desk, x.code, patient.language), x.fee_cents, x.oa_cents, x.copay_cents,
            x.supplement_cents, x.tariff_version, x.confidence == "T",
        )
        for x in lines
    ]  # fmt: skip
    return Proof(
        session.id[-8:], desk.now, desk.practice, kine, patient,
        patients.address(desk.db, patient.id), session.care_date, str(session.place), insurer,
        told, [act.code for act in visits.acts(desk.db, session.id)],
        session.copay_collected_cents, session.payment_means,
    )  # fmt: skip
