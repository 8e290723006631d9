"""The care sheet of a session in France, its treatment's note of fees, its request for agreement.

Drafts on paper: the sheet that is refunded is the caisse's own form, or leaves by an approved
component (`fr-sesam-vitale.md` §2). G6: a sheet printed here replaces none that was sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.core.errors import NotFound, StateConflict
from server.core.rights import Right
from server.countries.france.agreement import DapCount, Threshold
from server.countries.france.rates import Situation
from server.services import addresses, covers, documents, french_papers, patients
from server.services.desk import Desk, needs
from server.services.french_papers import Receipt, ReceiptLine
from server.services.french_series import Asked, series
from server.services.french_standing import standing
from server.services.patients import PatientFile
from server.store import care, french_care, visits
from server.store import practice as practices
from server.store.care import PrescriptionRow
from server.store.file_areas import Place
from server.store.french_care import Access
from server.store.practice import Practice, Practitioner


@dataclass(frozen=True, slots=True)
class CareSheet:
    """Everything a care sheet says: who, insured where, under what, which acts, who bears them."""

    receipt: Receipt
    file: PatientFile
    organism: str  # nine digits, "" when unknown
    situations: frozenset[Situation]
    third_party: bool
    complementary: str  # "" when none counts that day
    place: str
    prescription: PrescriptionRow | None
    access: Access | None  # what stands for a prescription; None under one, or without any
    request: Asked | None  # the newest request for a prior agreement of the situation


@dataclass(frozen=True, slots=True)
class FeeRow:
    """One line of a session as the note of fees tells it; cents."""

    care_date: date
    line: ReceiptLine


@dataclass(frozen=True, slots=True)
class FeeNote:
    """What was asked for the sessions of a treatment, and what the patient paid of it."""

    practice: Practice
    kine: Practitioner
    file: PatientFile
    territory: str
    prescription: PrescriptionRow | None
    rows: Sequence[FeeRow]
    unpriced: Sequence[date]  # sessions no tariff covers yet
    paid_cents: int
    last_day: date
    letters: Place | None  # where it is sent today, when that is not the home

    @property
    def charged_cents(self) -> int:
        """All that was asked."""
        return sum(row.line.charged_cents for row in self.rows)

    @property
    def fictional(self) -> bool:
        """Whether an amount comes from a table invented for the demonstration."""
        return any(row.line.fictional for row in self.rows)


@dataclass(frozen=True, slots=True)
class RequestPaper:
    """Everything the request for a prior agreement says; what nobody typed is left to the pen."""

    practice: Practice
    kine: Practitioner
    file: PatientFile
    organism: str
    territory: str
    operated: bool
    situation: Threshold
    count: DapCount
    prescription: PrescriptionRow | None
    asked: Asked | None  # the newest request, while nobody answered it
    made_on: date


@needs(Right.CLINICAL)
def care_sheet(desk: Desk, session_id: str) -> CareSheet:
    """Gather the care sheet of one session; works without network. Raises `NotFound`.

    A session that was struck out has none: `StateConflict`.
    """
    session, patient, _ = documents.about(desk, session_id)
    if str(session.state) == "Voided":
        raise StateConflict(kind="session", state="Voided", wanted="Done")
    held = series(desk, session.treatment)
    stood = standing(desk, patient.id, held.treated, session.care_date)
    counts = covers.on(desk, patient.id, session.care_date)
    row = care.prescription(desk.db, session.prescription) if session.prescription else None
    return CareSheet(
        french_papers.receipt(desk, session_id),
        patients.open_file(desk, patient.id),
        stood.organism,
        stood.situations,
        stood.third_party,
        f"{counts.name} {counts.row.number}".strip() if counts else "",
        str(session.place),
        row,
        None if row else french_care.access_of(desk.db, session.practitioner),
        next(iter(held.requests), None),
    )


@needs(Right.CLINICAL)
def fee_note(desk: Desk, treatment_id: str) -> FeeNote:
    """Gather the note of fees of a treatment. Without a session there is none: `StateConflict`."""
    held = series(desk, treatment_id)
    treatment = held.treatment
    given = visits.sessions_of_series(desk.db, treatment.id)
    kine = practices.practitioner(desk.db, treatment.practitioner)
    if kine is None:
        raise NotFound(kind="practitioner")
    if not given:
        raise StateConflict(kind="treatment", state="", wanted="session")
    receipts = [french_papers.receipt(desk, session.id) for session in given]
    return FeeNote(
        desk.practice, kine, patients.open_file(desk, treatment.patient), held.treated.territory,
        held.prescription,
        [FeeRow(each.care_date, line) for each in receipts for line in each.lines],
        [each.care_date for each in receipts if not each.lines],
        sum(each.paid_cents for each in receipts),
        given[-1].care_date,
        addresses.on(desk, treatment.patient, addresses.Kind.LETTERS, desk.today),
    )  # fmt: skip


@needs(Right.CLINICAL)
def request_paper(desk: Desk, treatment_id: str) -> RequestPaper:
    """Gather the request for a prior agreement; `StateConflict` where none is needed.

    What was last noted as asked, and not answered, is on it; else the argument is left blank.
    """
    held = series(desk, treatment_id)
    treatment = held.treatment
    kine = practices.practitioner(desk.db, treatment.practitioner)
    if kine is None:
        raise NotFound(kind="practitioner")
    if held.situation is None or held.count is None or not held.wants_request:
        raise StateConflict(kind="treatment", state="", wanted="request")
    asked = next((each for each in held.requests if each.row.answer is None), None)
    made_on = asked.row.sent_on if asked else desk.today
    return RequestPaper(
        desk.practice, kine, patients.open_file(desk, treatment.patient),
        standing(desk, treatment.patient, held.treated, made_on).organism,
        held.treated.territory, held.treated.operated, held.situation, held.count,
        held.prescription, asked, made_on,
    )  # fmt: skip
