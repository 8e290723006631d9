"""What a proof of arrival, or of absence, makes of a message and of its lot.

The proof may be an answer to a question, an acknowledgement or any message of the insurer that
names our reference, whatever state the message is in by then (`reliability-security.md` §3.2).
Functions here run inside the caller's transaction.
"""

from dataclasses import replace

from server.core.outbox import FINAL, MessageState
from server.core.states import LotState
from server.core.teletransmission import STREAM
from server.services import fates, french_sending
from server.services.desk import Desk
from server.store import claims, post
from server.store.post import Row

_WAITING = (
    MessageState.NEW,
    MessageState.READY,
    MessageState.RETRY_WAIT,
    MessageState.FAILED,
)


def present(desk: Desk, seq: int, row: Row, evidence: str) -> None:
    """Note that the partner holds our bytes: nothing more is sent under this reference.

    A message that waits to be sent again was thought absent; it passes through the doubt.
    """
    if row.state in FINAL:
        return
    if row.state in _WAITING:
        post.move(desk.db, row, MessageState.UNKNOWN, "answered")
        row = replace(row, state=MessageState.UNKNOWN)
    post.move(desk.db, row, MessageState.DONE)
    post.plan(desk.db, row.id, None)
    if row.lot:
        _lot_present(desk, seq, row.lot, evidence)
    elif row.stream == STREAM:
        french_sending.arrived(desk, seq, row.id, evidence)


def absent(desk: Desk, seq: int, row: Row, reason: str) -> None:
    """Note that a message in doubt did not arrive: the same bytes may leave again."""
    post.move(desk.db, row, MessageState.READY, reason)
    post.plan(desk.db, row.id, desk.now)
    if row.lot:
        fates.lot_stays(desk, seq, row.lot)


def _lot_present(desk: Desk, seq: int, key: str, evidence: str) -> None:
    held = claims.lot(desk.db, key)
    if held is None:
        return
    if held.state is LotState.QUEUED:
        fates.lot_in_doubt(desk, seq, key)
    if held.state in (LotState.QUEUED, LotState.SENDING, LotState.UNKNOWN):
        fates.lot_arrives(desk, seq, key, evidence)
