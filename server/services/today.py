"""Today at a glance: what is done, what waits, what needs a hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.services import ledger, lots, payments, refusals, sessions
from server.services.desk import Desk
from server.services.ledger import Queue
from server.services.sessions import SessionView
from server.store.care import DaySum
from server.store.totals import ToBill


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures and lists of the first screen."""

    day: date
    sessions: Sequence[SessionView]  # a page of those of the day
    done: DaySum  # all of them, in figures
    blocked: Sequence[SessionView]  # the oldest care first, no more than asked
    blocked_count: int
    drafts: Sequence[ToBill]  # lots that could be sealed, not rehearsed
    queue: Queue
    refused_lines: int
    refused_cents: int
    refused_files: int
    expected: int  # transfers awaited
    on_its_way_cents: int  # what they amount to
    short: int  # lots paid short for more than thirty days
    set_aside: int  # answers that could not be understood
    clock_is_suspect: bool
    network_time: datetime | None  # what a partner's clock says, when one was heard

    @property
    def to_bill_cents(self) -> int:
        """What the lots that could be sealed amount to."""
        return sum(draft.oa_cents for draft in self.drafts)


def overview(desk: Desk, after: str = "", most: int = -1, notices: int = -1) -> Overview:
    """Return today's figures, a page of its sessions and the first of those that are blocked.

    `after` is the id of the last session shown, "" for the first page; at most `most` sessions
    and `notices` blocked ones, all when negative.
    """
    desk.require("patients")
    refused_lines, refused_cents = refusals.sums(desk)
    expected, on_its_way_cents = payments.awaited_sum(desk)
    return Overview(
        day=desk.today,
        sessions=sessions.of_day(desk, desk.today, after, most),
        done=sessions.sum_of_day(desk, desk.today),
        blocked=sessions.blocked(desk, notices),
        blocked_count=sessions.count_blocked(desk),
        drafts=lots.to_bill(desk),
        queue=ledger.queue(desk),
        refused_lines=refused_lines,
        refused_cents=refused_cents,
        refused_files=refusals.count_files(desk),
        expected=expected,
        on_its_way_cents=on_its_way_cents,
        short=payments.count_tasks(desk),
        set_aside=ledger.count_set_aside(desk),
        clock_is_suspect=desk.clock_is_suspect,
        network_time=desk.network_time,
    )
