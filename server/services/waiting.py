"""What waits to leave or to be known: one row per message that is not at its end."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.core.errors import NotFound, StateConflict
from server.core.outbox import MessageState
from server.core.rights import Right
from server.services.desk import Desk, needs
from server.store import claims, post
from server.store.claims import Lot
from server.store.post import Row

CHANGED = "PAYLOAD_CHANGED"  # the sealed bytes are not what they were: they never leave


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message under way, with the lot it carries."""

    message: Row
    lot: Lot | None

    @property
    def can_retry(self) -> bool:
        """Whether the user may let it leave again once its cause is repaired."""
        return self.message.state is MessageState.FAILED and self.message.reason != CHANGED


@needs(Right.AMOUNTS)
def messages(desk: Desk, after: str = "", most: int = 50) -> Sequence[Waiting]:
    """Return a page of the messages that are not final, the most urgent first.

    `after` is the id of the last one shown, "" for the first page.
    """
    rows = post.page_of_open_rows(desk.db, after, most)
    lots = claims.some_lots(desk.db, [row.lot for row in rows if row.lot])
    return [Waiting(row, lots.get(row.lot or "")) for row in rows]


@needs(Right.BILLING)
def retry(desk: Desk, message_id: str) -> None:
    """Let a failed message leave again, once the user has repaired the cause.

    A partner refused the request itself, so nothing was received: the same bytes leave under the
    same reference. Raises `StateConflict` when the message is not failed, or was changed on disk.
    """
    row = post.get(desk.db, message_id)
    if row is None:
        raise NotFound(kind="message")
    if row.state is not MessageState.FAILED or row.reason == CHANGED:
        raise StateConflict(kind="message", state=str(row.state), wanted=str(MessageState.FAILED))
    with desk.deed("message.retried", "message", row.id):
        post.move(desk.db, row, MessageState.READY, "repaired")
        post.plan(desk.db, row.id, desk.now)
