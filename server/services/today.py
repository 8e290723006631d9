"""Today at a glance: what is done, what waits, what needs a hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.services import ledger, lots, payments, refusals, sessions
from server.services.desk import Desk
from server.services.ledger import Queue
from server.services.lots import Draft
from server.services.payments import Expected
from server.services.sessions import SessionView


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures and lists of the first screen."""

    day: date
    sessions: Sequence[SessionView]
    blocked: Sequence[SessionView]
    drafts: Sequence[Draft]  # lots that could be sealed, not rehearsed
    queue: Queue
    refused_lines: int
    refused_cents: int
    refused_files: int
    expected: Sequence[Expected]  # transfers awaited
    short: Sequence[Expected]  # paid short for more than thirty days
    set_aside: int  # answers that could not be understood
    clock_is_suspect: bool
    network_time: datetime | None  # what a partner's clock says, when one was heard

    @property
    def fee_cents(self) -> int:
        """Fees of the sessions of the day that have a price."""
        return sum(line.fee_cents for view in self.sessions for line in view.lines)

    @property
    def collected_cents(self) -> int:
        """What patients paid today."""
        return sum(view.session.copay_collected_cents for view in self.sessions)

    @property
    def oa_cents(self) -> int:
        """What insurers owe for today."""
        return sum(line.oa_cents for view in self.sessions for line in view.lines)

    @property
    def to_bill_cents(self) -> int:
        """What the lots that could be sealed amount to."""
        return sum(draft.oa_cents for draft in self.drafts)

    @property
    def on_its_way_cents(self) -> int:
        """What announced transfers amount to."""
        return sum(want.due_cents for want in self.expected)


def overview(desk: Desk) -> Overview:
    """Return today's figures."""
    desk.require("patients")
    refused = refusals.lines(desk)
    return Overview(
        day=desk.today,
        sessions=sessions.of_day(desk, desk.today),
        blocked=sessions.blocked(desk),
        drafts=lots.drafts(desk, rehearse=False),
        queue=ledger.queue(desk),
        refused_lines=len(refused),
        refused_cents=sum(r.line.oa_cents for r in refused),
        refused_files=len(refusals.files(desk)),
        expected=payments.expected(desk),
        short=payments.tasks(desk),
        set_aside=sum(row.confirmed_at is None for row in ledger.set_aside(desk)),
        clock_is_suspect=desk.clock_is_suspect,
        network_time=desk.network_time,
    )
