"""What waits to be sent of signed FSE and DRE, the lots it makes, and the messages that carry them.

The component makes and signs lots between two acts of the practice: `order` numbers them, `keep`
writes lots, files and messages in one transaction, before a byte leaves. A DRE leaves once its FSE
arrived, and waits while « TP sécurisé » owes an answer. Source: `fr-sesam-vitale.md` §4–5;
`domain.md` §3.6–3.8; cases K1 to K3, K12.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.core.clock import start_of_day
from server.core.errors import Missing
from server.core.outbox import MessageState
from server.core.rights import Right
from server.core.teletransmission import (
    STREAM,
    BuiltLot,
    DocumentKind,
    DocumentState,
    LotOrder,
    Recipient,
)
from server.countries.dated import in_force, newest
from server.countries.france.lots import PlannedLot, ToSend, files, planned
from server.countries.switches import switch_value
from server.services import secure_tp
from server.services.desk import Desk, needs
from server.services.french_rules import rulebook
from server.store import french_documents, french_lots, numbering, post
from server.store.french_documents import DocumentRow
from server.store.french_lots import LotRow, LotStanding
from server.store.post import Row

HOMOLOGATED = "send.homologated"
"""Key of `fr_settings`."""

FAILURES = 2
"""Sendings that failed before a duplicate on paper is due (`fr-sesam-vitale.md` §3.2)."""

_FAILED = (LotStanding.ACK_NEGATIVE, LotStanding.RECYCLED)
_ADDRESS = {DocumentKind.FSE: "send.address_fse", DocumentKind.DRE: "send.address_dre"}
_PRIORITY = 20  # before lots of eFact, after questions somebody waits for
_WAITING = (DocumentState.SIGNED, DocumentState.DEGRADED, DocumentState.ACK_NEGATIVE)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is signed and in no lot: what may leave now, and the DRE that wait for an answer."""

    ready: Sequence[DocumentRow]  # the nearest deadline first
    held: Sequence[DocumentRow]


@dataclass(frozen=True, slots=True)
class Ordered:
    """One lot to be made, with the documents it will hold."""

    key: str
    order: LotOrder
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parcel:
    """The lots of one file: one receiver, one sender."""

    recipient: Recipient
    lots: tuple[Ordered, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether this practice may send, and since when it may not."""

    allowed: bool
    simulated: bool
    since: date | None
    source: str


@needs(Right.BILLING)
def standing(desk: Desk) -> Standing:
    """Say whether anything may be sent: by a demo to its simulator, by others once allowed."""
    row = newest(
        each for each in in_force(rulebook(desk).switches, desk.today) if each.key == HOMOLOGATED
    )
    good = row is not None and row.value == "yes"
    return Standing(
        good or desk.practice.demo, desk.practice.demo,
        row.origin.valid_from if row else None, row.origin.source if row else "",
    )  # fmt: skip


@needs(Right.BILLING)
def waiting(desk: Desk) -> Waiting:
    """Return what is signed and in no lot yet; what failed twice is due on paper, and left out."""
    found = french_documents.in_states(desk.db, _WAITING)
    rows = [row for row in found if len(failed_lots(desk, row)) < FAILURES]
    held = [
        row for row in rows if row.kind is DocumentKind.DRE and secure_tp.is_held(desk, row.session)
    ]
    kept = {row.id for row in held}
    return Waiting([row for row in rows if row.id not in kept], held)


@needs(Right.BILLING)
def failed_lots(desk: Desk, row: DocumentRow) -> Sequence[LotRow]:
    """Return the lots that could not bring a document, the newest first."""
    if row.state in (DocumentState.SIGNED, DocumentState.DEGRADED):
        return []  # it was in none yet
    return [lot for lot in french_lots.of_document(desk.db, row.id) if lot.state in _FAILED]


@needs(Right.BILLING)
def plan(desk: Desk) -> Sequence[PlannedLot]:
    """Return the lots that would be made now; nothing is numbered."""
    return planned(_to_send(waiting(desk).ready), _size(desk))


@needs(Right.BILLING)
def order(desk: Desk) -> Sequence[Parcel]:
    """Give the lots to make their numbers, and return them by file.

    Raises `Missing` where nothing may leave. A number whose lot is not made in the end is burnt,
    and the journal says so.
    """
    if not standing(desk).allowed:
        raise Missing(what="sending")
    held = {row.id: row for row in waiting(desk).ready}
    lots = planned(_to_send(held.values()), _size(desk))
    if not lots:
        return ()
    facts = {"lots": len(lots), "documents": len(held)}
    with desk.deed("lot.numbered", "outbox", desk.device.id, facts):
        return [
            Parcel(together[0].key.recipient, tuple(_ordered(desk, lot, held) for lot in together))
            for together in files(lots)
        ]


@needs(Right.BILLING)
def keep(desk: Desk, parcel: Parcel, built: Sequence[BuiltLot], file: bytes) -> str:
    """Keep the lots of a file and queue its message, all at once; return the message.

    Raises `StateConflict` when a document went elsewhere meanwhile: nothing of the file is kept.
    """
    rows = _documents(desk, parcel)
    message = _message(desk, parcel.recipient, file, rows)
    facts = {
        "recipient": str(parcel.recipient),
        "lots": [each.order.number for each in parcel.lots],
    }
    with desk.deed("lot.sealed", "message", message.id, facts) as seq:
        post.add(desk.db, message, file, desk.device.id, seq)
        for ordered, lot in zip(parcel.lots, built, strict=True):
            _keep_lot(desk, seq, ordered, lot, message.id)
        before = _sheets_before(desk, rows)
        if before:
            french_lots.add_after(desk.db, message.id, before)
    return message.id


def arrived(desk: Desk, seq: int, message: str, evidence: str) -> None:
    """Note that a file was received: its lots and what they hold are sent; in the caller's deed."""
    for lot in french_lots.of_message(desk.db, message):
        if lot.state is LotStanding.IN_LOT:
            french_lots.move(desk.db, lot, LotStanding.SENT, sent_on=desk.today)
            move_all(desk, seq, lot, (DocumentState.IN_LOT,), DocumentState.SENT, evidence)


def waits_for_another(desk: Desk, row: Row) -> bool:
    """Say whether a message must wait for another to arrive: that of a DRE for that of its FSE."""
    return row.stream == STREAM and french_lots.waits_for(desk.db, row.id)


def move_all(
    desk: Desk, seq: int, lot: LotRow, states: Iterable[DocumentState], new: DocumentState,
    evidence: str,
) -> Sequence[DocumentRow]:  # fmt: skip
    """Move what a lot holds and no later lot does, in the caller's deed; return what moved."""
    wanted, moved = set(states), []
    for row in french_documents.some(desk.db, french_lots.documents_of(desk.db, lot.id)):
        if row.state in wanted and french_lots.of_document(desk.db, row.id)[0].id == lot.id:
            french_documents.move(desk.db, row, new, desk.now, evidence, desk.device.id, seq)
            moved.append(row)
    return moved


def _size(desk: Desk) -> int:
    """How many documents a lot may hold."""
    return rulebook(desk).lot_size(desk.today)


def _to_send(rows: Iterable[DocumentRow]) -> list[ToSend]:
    return [ToSend(row.id, row.kind, row.family, row.sender, row.receiver) for row in rows]


def _ordered(desk: Desk, lot: PlannedLot, held: Mapping[str, DocumentRow]) -> Ordered:
    device = desk.device
    key = lot.key
    drawn = numbering.draw(desk.db, device, f"frlot:{key.kind}:{key.sender}")
    wide = device.number_to - device.number_from + 1
    number = device.number_from + (drawn - 1) % wide
    sealed = tuple(french_documents.sealed(desk.db, held[key]) for key in lot.documents)
    made = LotOrder(number, key.family, key.sender, key.recipient, sealed)
    return Ordered(desk.new_id(), made, tuple(lot.documents))


def _documents(desk: Desk, parcel: Parcel) -> Sequence[DocumentRow]:
    keys = [key for lot in parcel.lots for key in lot.documents]
    return french_documents.some(desk.db, keys)


def _keep_lot(desk: Desk, seq: int, ordered: Ordered, built: BuiltLot, message: str) -> None:
    order, rows = ordered.order, french_documents.some(desk.db, ordered.documents)
    lot = LotRow(
        ordered.key, order.recipient.kind, order.family, order.number, order.sender,
        str(order.recipient), desk.now, desk.user.id, len(rows), sum(row.cents for row in rows),
        message, LotStanding.IN_LOT, None, None, None, "",
    )  # fmt: skip
    french_lots.add(desk.db, lot, built.content, ordered.documents, desk.device.id, seq)
    for row in rows:
        french_documents.move(
            desk.db, row, DocumentState.IN_LOT, desk.now, f"lot:{lot.id}", desk.device.id, seq
        )


def _sheets_before(desk: Desk, rows: Sequence[DocumentRow]) -> Sequence[str]:
    """Give the messages that carry the FSE of some DRE."""
    found = []
    for row in rows:
        if row.kind is DocumentKind.DRE:
            for sheet in french_documents.of_invoice(desk.db, row.invoice):
                lots = french_lots.of_document(desk.db, sheet.id) if sheet.id != row.id else []
                found += [lot.message for lot in lots[:1] if lot.message]
    return found


def _message(desk: Desk, recipient: Recipient, file: bytes, rows: Sequence[DocumentRow]) -> Row:
    key = desk.new_id()
    return Row(
        id=key, stream=STREAM, lane=f"{STREAM}:{recipient}", target=_address_of(desk, recipient),
        reference=key, lot=None, sha256=hashlib.sha256(file).hexdigest(), priority=_PRIORITY,
        deadline=_deadline(desk, rows), not_before=None, expires_at=None, depends_on=None,
        created_at=desk.now, state=MessageState.NEW, reason="", next_try=None, attempts=0,
        first_try=None, leased_boot="", leased_until=None,
    )  # fmt: skip


def _address_of(desk: Desk, recipient: Recipient) -> str:
    """Give the address lots of a receiver are sent to; raises `Missing` without its template."""
    template = switch_value(_ADDRESS[recipient.kind], desk.today, rulebook(desk).switches)
    if template is None:
        raise Missing(what="sending")
    names = {
        DocumentKind.FSE: ("regime", "organism", "centre"),
        DocumentKind.DRE: ("routing", "host", "domain"),
    }[recipient.kind]
    parts = (recipient.code, recipient.organism, recipient.place)
    for name, part in zip(names, parts, strict=True):
        template = template.replace(f"{{{name}}}", part)
    return template


def _deadline(desk: Desk, rows: Sequence[DocumentRow]) -> datetime | None:
    """Give the instant before which a file must have left: the end of the nearest last day."""
    days = [row.deadline for row in rows if row.deadline is not None]
    return start_of_day(min(days) + timedelta(days=1), desk.country) if days else None
