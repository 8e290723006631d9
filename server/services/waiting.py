"""What waits to leave or to be known: one row per message that is not at its end."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.services.desk import Desk
from server.store import claims, post
from server.store.claims import Lot
from server.store.post import Row


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message under way, with the lot it carries."""

    message: Row
    lot: Lot | None


def messages(desk: Desk) -> Sequence[Waiting]:
    """Return every message that is not final, the most urgent first."""
    desk.require("amounts" if desk.user.may("amounts") else "billing")
    return [
        Waiting(row, claims.lot(desk.db, row.lot) if row.lot else None)
        for row in post.open_rows(desk.db)
    ]
