"""« Télétransmission »: what was signed, where each document and lot stands, what wants a hand.

It shows what `french_securing`, `french_sending` and `french_receipts` keep, with the patient and
the age of each document; nothing is decided here but why an invoice leaves late. Source:
`domain.md` FR-55, `scenarios.md` F-26, H-13; cases K4, K5, K14, K15.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.core.country import Country
from server.core.errors import InvalidForm, NotFound
from server.core.rights import Right
from server.core.teletransmission import DocumentState, Recipient
from server.countries.france.clocks import Age
from server.countries.france.lots import PlannedLot, files
from server.services import french_intake, french_receipts, french_securing, french_sending
from server.services.desk import Desk, needs
from server.services.french_receipts import Absent, Undelivered
from server.services.french_rules import calendar
from server.services.french_sending import Standing
from server.store import french_documents, french_lots, papers, patients, visits
from server.store.french_documents import DocumentRow
from server.store.french_lots import LotRow, LotStanding
from server.store.patients import Patient
from server.store.post import LetterRow

DUPLICATE = "DUPLICATE"
"""How a duplicate on paper is kept among the documents of a patient."""

_WAITING = (DocumentState.SIGNED, DocumentState.DEGRADED, DocumentState.ACK_NEGATIVE)


class LateReason(StrEnum):
    """Why an invoice leaves after its last day (H-13)."""

    NO_LINE = "no_line"
    NO_CARD = "no_card"
    COMPONENT = "component"
    ABSENCE = "absence"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Shown:
    """One FSE or DRE as lists tell it."""

    document: DocumentRow
    patient: Patient
    care_date: date
    age: Age  # fresh once it left, and before its clock starts


@dataclass(frozen=True, slots=True)
class Parcel:
    """What would leave for one receiver."""

    recipient: Recipient
    lots: int
    documents: Sequence[Shown]

    @property
    def cents(self) -> int:
        """All that the receiver is asked for."""
        return sum(each.document.cents for each in self.documents)

    @property
    def deadline(self) -> date | None:
        """The nearest last day to send."""
        return _nearest(self.documents)


@dataclass(frozen=True, slots=True)
class Failed:
    """A document whose sendings failed twice: a duplicate on paper is due (K14, K15)."""

    shown: Shown
    lots: Sequence[LotRow]  # those that failed, the newest first
    printed: bool  # a duplicate of its session was made


@dataclass(frozen=True, slots=True)
class Doubled:
    """A lot whose receipt came once its documents were in another (K5)."""

    lot: LotRow
    documents: Sequence[Shown]


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the screen shows; lists of what waits are short, lots are the newest."""

    standing: Standing
    to_countersign: Sequence[Shown]
    parcels: Sequence[Parcel]
    held: Sequence[Shown]
    lots: Sequence[LotRow]
    absent: Sequence[Absent]
    undelivered: Sequence[Undelivered]
    doubtful: Sequence[LotRow]
    doubled: Sequence[Doubled]
    failed: Sequence[Failed]
    letters: Sequence[LetterRow]

    @property
    def ready(self) -> Sequence[Shown]:
        """All that may leave now."""
        return [each for parcel in self.parcels for each in parcel.documents]

    @property
    def cents(self) -> int:
        """All that would be asked for."""
        return sum(parcel.cents for parcel in self.parcels)

    @property
    def leaving(self) -> bool:
        """Whether a lot was made that has not left yet."""
        return any(lot.state is LotStanding.IN_LOT for lot in self.lots)

    @property
    def deadline(self) -> date | None:
        """The nearest last day of all."""
        return _nearest(self.ready)

    @property
    def late(self) -> Sequence[Shown]:
        """What leaves after its last day: a reason is asked (H-13)."""
        return [each for each in self.ready if each.age is Age.LATE]

    @property
    def planned(self) -> int:
        """How many lots would be made."""
        return sum(parcel.lots for parcel in self.parcels)


@dataclass(frozen=True, slots=True)
class LotView:
    """One lot with what it holds."""

    lot: LotRow
    documents: Sequence[Shown]
    absent: Absent | None  # None while its receipt may still come in time
    undelivered: Undelivered | None = None  # None unless its message was refused on the way

    @property
    def may_go_again(self) -> bool:
        """Whether what it holds may be put into another lot."""
        return self.absent is not None or self.undelivered is not None


@needs(Right.BILLING)
def overview(desk: Desk, most: int) -> Overview:
    """Return what waits, what is on its way, and the newest lots, `most` at most."""
    waits = french_sending.waiting(desk)
    return Overview(
        french_sending.standing(desk),
        shown(desk, french_securing.to_countersign(desk)),
        _parcels(desk, french_sending.plan(desk), shown(desk, waits.ready)),
        shown(desk, waits.held),
        french_lots.newest(desk.db, most),
        french_receipts.absent(desk),
        french_receipts.undelivered(desk),
        french_receipts.doubtful(desk),
        [Doubled(lot, shown(desk, rows)) for lot, rows in french_receipts.doubled(desk)],
        _failed(desk),
        french_intake.set_aside(desk),
    )


@needs(Right.BILLING)
def count(desk: Desk) -> int:
    """Return how many documents wait for the professional's card, or to be sent."""
    return len(french_sending.waiting(desk).ready) + len(french_securing.to_countersign(desk))


def unsent(desk: Desk) -> int:
    """Return the same count for what every screen shows: 0 elsewhere, and for who does not bill."""
    if desk.country is not Country.FRANCE or not desk.user.may(Right.BILLING):
        return 0
    return desk.once(lambda: count(desk), "unsent")


@needs(Right.BILLING)
def lot(desk: Desk, key: str) -> LotView:
    """Return a lot with what it holds; raise `NotFound`."""
    found = french_lots.get(desk.db, key)
    if found is None:
        raise NotFound(kind="french_lot")
    rows = french_documents.some(desk.db, french_lots.documents_of(desk.db, key))
    late = {each.lot.id: each for each in french_receipts.absent(desk)}
    refused = {each.lot.id: each for each in french_receipts.undelivered(desk)}
    return LotView(found, shown(desk, rows), late.get(key), refused.get(key))


@needs(Right.BILLING)
def shown(desk: Desk, rows: Sequence[DocumentRow]) -> Sequence[Shown]:
    """Name the patient of some documents, with their day of care and their age."""
    people = patients.some(desk.db, [row.patient for row in rows])
    given = visits.sessions_by_id(desk.db, [row.session for row in rows])
    days = {session.id: session.care_date for session in given}
    return [Shown(row, people[row.patient], days[row.session], _age(desk, row)) for row in rows]


@needs(Right.BILLING)
def explain_late(desk: Desk, reason: str) -> None:
    """Keep why what is ready leaves after its last day; raise `InvalidForm` without a reason.

    Nothing is kept, and nothing asked, when nothing is late.
    """
    rows = french_sending.waiting(desk).ready
    late = sorted(row.invoice for row in rows if _age(desk, row) is Age.LATE)
    if not late:
        return
    if reason not in tuple(LateReason):
        raise InvalidForm(faults=(("late_reason", "missing"),))
    with desk.deed("invoice.late", "outbox", desk.device.id, {"invoices": late}, reason=reason):
        pass


def _nearest(documents: Sequence[Shown]) -> date | None:
    days = [each.document.deadline for each in documents if each.document.deadline]
    return min(days, default=None)


def _parcels(desk: Desk, lots: Sequence[PlannedLot], ready: Sequence[Shown]) -> Sequence[Parcel]:
    held = {each.document.id: each for each in ready}
    return [
        Parcel(
            together[0].key.recipient, len(together),
            [held[key] for lot in together for key in lot.documents],
        )
        for together in files(lots)
    ]  # fmt: skip


def _failed(desk: Desk) -> Sequence[Failed]:
    found = french_receipts.failures(desk)
    rows = shown(desk, [each.document for each in found])
    return [
        Failed(row, each.lots, _is_printed(desk, row.document))
        for row, each in zip(rows, found, strict=True)
    ]


def _is_printed(desk: Desk, row: DocumentRow) -> bool:
    made = papers.of_patient(desk.db, row.patient)
    return any(each.session == row.session and each.kind == DUPLICATE for each in made)


def _age(desk: Desk, row: DocumentRow) -> Age:
    if row.secured_on is None or row.state not in _WAITING:
        return Age.FRESH
    return calendar(desk).age(row.secured_on, row.third_party, desk.likely_today)
