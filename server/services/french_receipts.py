"""Receipts of lots (ARL): good, bad, late or absent, and what each makes of what the lot holds.

A lot that is refused, or whose receipt does not come, keeps its number; its documents go into
another lot, signed as they are. After two failures a duplicate on paper replaces them. Source:
`fr-sesam-vitale.md` §3.1–3.2, §4; cases K4, K5, K14, K15, J3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.core.clock import civil_date
from server.core.errors import InvalidForm, NotFound
from server.core.outbox import MessageState
from server.core.rights import Right
from server.core.states import SessionState
from server.core.teletransmission import Acknowledgement, DocumentKind, DocumentState
from server.services import arrivals, fates, french_sending
from server.services.desk import Desk, needs
from server.services.french_rules import calendar
from server.store import french_documents, french_lots, post, visits
from server.store.french_documents import DocumentRow
from server.store.french_lots import LATE, LotRow, LotStanding

_ANSWERED = (LotStanding.ACK_POSITIVE, LotStanding.ACK_NEGATIVE)
_WITHDRAWN = (MessageState.UNKNOWN, MessageState.FAILED)
_UNDER_WAY = (DocumentState.IN_LOT, DocumentState.SENT)


@dataclass(frozen=True, slots=True)
class Absent:
    """A lot whose receipt has not come in time."""

    lot: LotRow
    sent_on: date
    missing_since: date
    send_again_by: date | None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A lot whose message was refused on its way, and why: a reason code of the network."""

    lot: LotRow
    reason: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A document whose sendings failed twice or more: due on paper."""

    document: DocumentRow
    lots: Sequence[LotRow]  # those that failed, the newest first


def take(desk: Desk, seq: int, letter: str, told: Acknowledgement) -> str:
    """Apply a receipt inside the caller's deed; return why it cannot be, "" when it was.

    Any receipt proves that the file arrived: a message in doubt ends there.
    """
    lot = french_lots.numbered(desk.db, told.kind, told.sender, told.lot)
    if lot is None:
        return "unknown_lot"
    if lot.state in _ANSWERED:
        return ""
    row = post.get(desk.db, lot.message or "")
    if row is not None:
        arrivals.present(desk, seq, row, f"letter:{letter}")
    held = french_lots.get(desk.db, lot.id) or lot
    if told.positive:
        _good(desk, seq, held, letter)
    else:
        _bad(desk, seq, held, letter, told.reason)
    return ""


@needs(Right.BILLING)
def absent(desk: Desk) -> Sequence[Absent]:
    """Return the lots without a receipt after the wait the law gives (J3), the oldest first."""
    found = []
    for lot in (
        *french_lots.in_state(desk.db, LotStanding.SENT),
        *french_lots.in_state(desk.db, LotStanding.IN_LOT),
    ):
        sent = _sent_on(desk, lot)
        waited = calendar(desk).receipt_missing_after(sent) if sent else None
        if sent and waited and desk.today > waited:
            found.append(Absent(lot, sent, waited, calendar(desk).latest_resending(sent)))
    return found


@needs(Right.BILLING)
def doubtful(desk: Desk) -> Sequence[LotRow]:
    """Return the lots of which nobody knows whether they left: their receipt will tell."""
    return [
        lot
        for lot in french_lots.in_state(desk.db, LotStanding.IN_LOT)
        if (row := post.get(desk.db, lot.message or "")) and row.state is MessageState.UNKNOWN
    ]


@needs(Right.BILLING)
def undelivered(desk: Desk) -> Sequence[Undelivered]:
    """Return the lots whose message was refused by the mail server: nothing of them arrived."""
    found = []
    for lot in french_lots.in_state(desk.db, LotStanding.IN_LOT):
        row = post.get(desk.db, lot.message or "")
        if row is not None and row.state is MessageState.FAILED:
            found.append(Undelivered(lot, row.reason))
    return found


@needs(Right.BILLING)
def recycle(desk: Desk, lot_id: str) -> None:
    """Free what a lot holds for another one, as a person decided; harmless twice (K5).

    One whose receipt is absent, or whose message was refused. Raises `NotFound`, and `InvalidForm`
    while the receipt may still come in time.
    """
    lot = french_lots.get(desk.db, lot_id)
    if lot is None:
        raise NotFound(kind="french_lot")
    if lot.state is LotStanding.RECYCLED:
        return
    overdue = {each.lot.id for each in absent(desk)}
    if lot.id not in overdue | {each.lot.id for each in undelivered(desk)}:
        raise InvalidForm(faults=(("lot", "not_absent"),))
    with desk.deed("lot.recycled", "french_lot", lot.id, {"number": lot.number}) as seq:
        french_lots.move(desk.db, lot, LotStanding.RECYCLED)
        french_sending.move_all(
            desk, seq, lot, _UNDER_WAY, DocumentState.ACK_NEGATIVE, "arl.absent"
        )
        row = post.get(desk.db, lot.message or "")
        if row is not None and row.state in _WITHDRAWN and not _others(desk, lot):
            post.move(desk.db, row, MessageState.CANCELLED, "arl.absent")


@needs(Right.BILLING)
def doubled(desk: Desk) -> Sequence[tuple[LotRow, Sequence[DocumentRow]]]:
    """Return the lots whose late receipt shows that documents were received twice (K5)."""
    found = []
    for lot in french_lots.late(desk.db):
        rows = french_documents.some(desk.db, french_lots.documents_of(desk.db, lot.id))
        again = [row for row in rows if len(french_lots.of_document(desk.db, row.id)) > 1]
        if again:
            found.append((lot, again))
    return found


@needs(Right.BILLING)
def failures(desk: Desk) -> Sequence[Failure]:
    """Return what failed to be sent twice: its duplicate on paper is due (K14, K15)."""
    rows = french_documents.in_states(desk.db, (DocumentState.ACK_NEGATIVE,))
    found = [Failure(row, french_sending.failed_lots(desk, row)) for row in rows]
    return [each for each in found if len(each.lots) >= french_sending.FAILURES]


@needs(Right.BILLING)
def failure_of(desk: Desk, document: str) -> Failure:
    """Return a document that failed twice, also once it was given up; raise `NotFound`."""
    row = french_documents.get(desk.db, document)
    lots = french_sending.failed_lots(desk, row) if row else []
    if row is None or len(lots) < french_sending.FAILURES:
        raise NotFound(kind="document")
    return Failure(row, lots)


@needs(Right.BILLING)
def give_up(desk: Desk, document: str) -> None:
    """Note that the duplicate of a document was handed over on paper; harmless twice."""
    held = failure_of(desk, document)
    if held.document.state is not DocumentState.ACK_NEGATIVE:
        return
    facts = {"invoice": held.document.invoice, "kind": str(held.document.kind)}
    with desk.deed("invoice.duplicated", "document", document, facts) as seq:
        french_documents.move(
            desk.db, held.document, DocumentState.GIVEN_UP, desk.now, "paper", desk.device.id, seq
        )


def _good(desk: Desk, seq: int, lot: LotRow, letter: str) -> None:
    late = lot.state is LotStanding.RECYCLED
    french_lots.move(
        desk.db, lot, LotStanding.ACK_POSITIVE, reason=LATE if late else "",
        answered_at=desk.now, letter=letter,
    )  # fmt: skip
    states = (*_UNDER_WAY, DocumentState.ACK_NEGATIVE)
    moved = french_sending.move_all(
        desk, seq, lot, states, DocumentState.ACK_POSITIVE, f"letter:{letter}"
    )
    for row in moved:
        if row.kind is DocumentKind.FSE and not row.third_party:
            settle_unpaid(desk, seq, row, f"letter:{letter}")


def _bad(desk: Desk, seq: int, lot: LotRow, letter: str, reason: str) -> None:
    french_lots.move(
        desk.db, lot, LotStanding.ACK_NEGATIVE, reason=reason[:200], answered_at=desk.now,
        letter=letter,
    )  # fmt: skip
    french_sending.move_all(
        desk, seq, lot, _UNDER_WAY, DocumentState.ACK_NEGATIVE, f"letter:{letter}"
    )


def settle_unpaid(desk: Desk, seq: int, row: DocumentRow, evidence: str) -> None:
    """Close a session whose patient paid: the caisse refunds him, nothing comes to the kiné.

    Its lines stay locked: should the caisse refuse it all the same, they are opened again.
    """
    session = visits.session(desk.db, row.session)
    if session is not None and session.state is SessionState.CLAIMED:
        fates.move_session(desk, seq, session.id, SessionState.SETTLED, evidence)


def _sent_on(desk: Desk, lot: LotRow) -> date | None:
    """Give the day a lot left: of one whose arrival nobody knows, that of its first try."""
    if lot.sent_on is not None:
        return lot.sent_on
    row = post.get(desk.db, lot.message or "")
    if row is None or row.state is not MessageState.UNKNOWN:
        return None
    return civil_date(row.first_try or row.created_at, desk.country)


def _others(desk: Desk, lot: LotRow) -> bool:
    """Say whether the message of a lot carries another one that still waits for its receipt."""
    beside = french_lots.of_message(desk.db, lot.message or "")
    return any(each.state is LotStanding.IN_LOT and each.id != lot.id for each in beside)
