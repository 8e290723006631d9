"""Unsealing: a lot that never left is opened again and keeps its number (`domain.md` §3.4, C3).

Its lines are priced again on what is known now; sealed once more, the lot goes under the number
reserved for it and a reference of its own.
"""

from server.core.errors import NotFound, StateConflict
from server.core.outbox import MessageState
from server.core.rights import Right
from server.core.states import LineState, LotState
from server.services import evaluation, fates
from server.services.desk import Desk, needs
from server.store import claims, invoices, post
from server.store.claims import Lot
from server.store.post import Row

_WAITING = (MessageState.NEW, MessageState.READY)


def can_unseal(lot: Lot, message: Row | None) -> bool:
    """Say whether nothing of a sealed lot was ever attempted."""
    if message is None or lot.state is not LotState.QUEUED:
        return False
    return message.attempts == 0 and message.state in _WAITING


@needs(Right.BILLING)
def unseal(desk: Desk, lot_id: str) -> None:
    """Open a lot again; raise `StateConflict` when it was attempted, even without success."""
    with desk.deed("lot.unsealed", "lot", lot_id) as seq:
        lot, message = claims.lot(desk.db, lot_id), post.of_lot(desk.db, lot_id)
        if lot is None:
            raise NotFound(kind="lot")
        if message is None or not can_unseal(lot, message):
            raise StateConflict(kind="lot", state=str(lot.state), wanted=str(LotState.DRAFT))
        post.move(desk.db, message, MessageState.CANCELLED, "unsealed")
        _free_lines(desk, seq, lot_id)
        claims.move_lot(desk.db, desk.stamp, seq, lot_id, LotState.DRAFT)


def _free_lines(desk: Desk, seq: int, lot: str) -> None:
    lines = invoices.lines_of_lot(desk.db, lot)
    evidence = f"lot:{lot}"
    for line in lines:
        invoices.move_line(desk.db, desk.stamp, seq, line.id, LineState.PRICED, evidence)
        invoices.tie_line(desk.db, line.id, None)
        fates.free_session(desk, seq, line.session, evidence)
    claims.empty_lot(desk.db, lot)
    for patient in dict.fromkeys(line.patient for line in lines):
        evaluation.judge_patient(desk, seq, patient)
