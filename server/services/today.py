"""Today at a glance: what is done, what waits, what needs a hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.core.country import Country
from server.core.rights import Right
from server.countries.belgium.identity import ChipShare
from server.services import agenda, identity, ledger, lots, payments, refusals, tray
from server.services.agenda import Held, Passage
from server.services.desk import Desk, needs
from server.services.ledger import Queue
from server.store.totals import ToBill
from server.store.visits import DaySum


@dataclass(frozen=True, slots=True)
class Business:
    """What is billed, sent and awaited: the half of the first screen for who bills."""

    drafts: Sequence[ToBill]  # lots that could be sealed, not rehearsed
    queue: Queue
    refused_lines: int
    refused_cents: int
    refused_files: int
    expected: int  # transfers awaited
    on_its_way_cents: int  # what they amount to
    short: int  # lots paid short for more than thirty days
    set_aside: int  # answers that could not be understood

    @property
    def to_bill_cents(self) -> int:
        """What the lots that could be sealed amount to."""
        return sum(draft.oa_cents for draft in self.drafts)

    @property
    def refused(self) -> int:
        """How many refusals wait for a hand, lines and whole files."""
        return self.refused_lines + self.refused_files


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures and lists of the first screen."""

    day: date
    sessions: Sequence[Passage]  # a page of those of the day
    done: DaySum  # all of them, in figures
    blocked: Sequence[Held]  # the oldest care first, no more than asked
    blocked_count: int  # in the whole practice
    blocked_mine: int  # of those, how many wait for this user
    documents: int  # that nobody filed yet
    business: Business | None  # None for who does not bill, and in France
    proved: ChipShare | None  # chips read this quarter; None while there is nothing to say
    clock_is_suspect: bool
    network_time: datetime | None  # what a partner's clock says, when one was heard


@needs(Right.PATIENTS)
def overview(desk: Desk, after: str = "", most: int = -1, notices: int = -1) -> Overview:
    """Return today's figures, a page of its sessions and the first of those that are blocked.

    `after` is the id of the last session shown, "" for the first page; at most `most` sessions
    and `notices` blocked ones, all when negative.
    """
    held, blocked = agenda.held_back(desk, notices), agenda.count_held_back(desk)
    return Overview(
        day=desk.today,
        sessions=agenda.of_day(desk, desk.today, after, most),
        done=agenda.sum_of_day(desk, desk.today),
        blocked=held,
        blocked_count=blocked,
        blocked_mine=blocked if desk.user.may(Right.COLLEAGUES) else len(held),
        documents=tray.count(desk),
        business=_business(desk) if _bills(desk) else None,
        proved=identity.share(desk),
        clock_is_suspect=desk.clock_is_suspect,
        network_time=desk.network_time,
    )


def _bills(desk: Desk) -> bool:
    """Say whether this user bills here: what follows is the Belgian circuit."""
    return desk.user.may(Right.BILLING) and desk.country is Country.BELGIUM


def _business(desk: Desk) -> Business:
    refused_lines, refused_cents = refusals.sums(desk)
    expected, on_its_way_cents = payments.awaited_sum(desk)
    return Business(
        drafts=lots.to_bill(desk),
        queue=ledger.queue(desk),
        refused_lines=refused_lines,
        refused_cents=refused_cents,
        refused_files=refusals.count_files(desk),
        expected=expected,
        on_its_way_cents=on_its_way_cents,
        short=payments.count_tasks(desk),
        set_aside=ledger.count_set_aside(desk),
    )
