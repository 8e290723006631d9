"""The outbox, and four that look as good and are not: all run under the same seeds."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from server.core.outbox import Message, MessageState, Outcome, Verdict
from server.services import arrivals, fates
from server.services.desk import Desk
from server.services.outbox import PracticeOutbox
from server.store import post
from server.store.post import Row

OURS = "ours"


class Naive(PracticeOutbox):
    """Sends, then marks; whatever it does not hear is tried again."""

    def _doubt(self, desk: Desk, seq: int, row: Row, reason: str, ask_at: datetime) -> None:
        post.move(desk.db, row, MessageState.RETRY_WAIT, reason)
        post.plan(desk.db, row.id, desk.now)
        if row.lot:
            fates.lot_stays(desk, seq, row.lot)


class MarkFirst(PracticeOutbox):
    """Marks, then sends: never twice, whatever comes of it."""

    def _take(self, desk: Desk, row: Row, now: datetime) -> Message:
        message = super()._take(desk, row, now)
        with desk.deed("message.marked", "message", row.id) as seq:
            leased = post.get(desk.db, row.id)
            assert leased is not None
            arrivals.present(desk, seq, leased, "marked")
        return message


class AbsentAtOnce(PracticeOutbox):
    """Asks like ours, and takes « not found » for a proof at the first look."""

    def _is_absent(self, desk: Desk, row: Row, outcome: Outcome) -> bool:
        return True


class ByTheWall(PracticeOutbox):
    """Keeps the quarantine, and counts its minutes by a clock that anybody can set."""

    def _is_absent(self, desk: Desk, row: Row, outcome: Outcome) -> bool:
        story = post.attempts(desk.db, row.id)
        sent = max(n for n, each in enumerate(story) if each.kind == "send")
        quiet = timedelta(minutes=15)
        looks = [
            each.at
            for each in story[sent:]
            if each.verdict == Verdict.ABSENT.value and each.at - story[sent].at >= quiet
        ]
        return outcome.proven or (bool(looks) and looks[-1] - looks[0] >= quiet)


SENDERS: Mapping[str, Callable[..., PracticeOutbox]] = {
    OURS: PracticeOutbox,
    "naive": Naive,
    "mark-first": MarkFirst,
    "absent-at-once": AbsentAtOnce,
    "by-the-wall": ByTheWall,
}
DEAF = frozenset({"naive", "mark-first"})
"""Those that never look into the mailbox."""
