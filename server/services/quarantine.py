"""Answers set aside: kept here as received, left in their mailbox, released by a person.

`reliability-security.md` §3.3: not confirmed for seven days, then only by a human.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.core.errors import InvalidForm, NotFound, StateConflict
from server.core.rights import Right
from server.services.desk import Desk, needs
from server.store import post
from server.store.post import LetterRow

STAYS = timedelta(days=7)
_SET_ASIDE = "Quarantined"


@dataclass(frozen=True, slots=True)
class Aside:
    """One answer set aside, and whether it may leave its mailbox."""

    letter: LetterRow
    may_leave: bool

    @property
    def leaves_from(self) -> datetime:
        """From when a person may let it be deleted there."""
        return self.letter.at + STAYS


@needs(Right.BILLING)
def letters(desk: Desk, most: int = -1) -> Sequence[Aside]:
    """Return the answers set aside, the oldest first; at most so many, all when negative."""
    rows = post.letters_in(desk.db, _SET_ASIDE, most)
    return [Aside(row, _may_leave(desk, row)) for row in rows]


@needs(Right.BILLING, fresh=True)
def release(desk: Desk, letter_id: str, reason: str) -> None:
    """Let an answer set aside be deleted from its mailbox at the next look; it stays here.

    Raises `InvalidForm` without a reason, `StateConflict` when it is not set aside, was not kept
    seven days there, or when the clock that says so is not believed.
    """
    row = post.letter(desk.db, letter_id)
    if row is None:
        raise NotFound(kind="letter")
    if not reason.strip():
        raise InvalidForm(faults=(("reason", "missing"),))
    if not _may_leave(desk, row):
        raise StateConflict(kind="letter", state=row.state, wanted="releasable")
    with desk.deed("letter.released", "letter", row.id, reason=reason.strip()):
        post.release_letter(desk.db, row.id, desk.now)


def _may_leave(desk: Desk, row: LetterRow) -> bool:
    waited = desk.now - row.at >= STAYS and not desk.clock_is_suspect
    return row.state == _SET_ASIDE and row.released_at is None and waited
