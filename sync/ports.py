"""What the post needs from the rest: an outbox, partners, mailboxes, somebody who reads, a pause.

`server.app` hands these in; `sync` never sees a table. Write order C1–C7 of
`reliability-security.md` §3.1: C2 is `Outbox.lease`, C4 is `keep`, C5 is `Outbox.settle` and
`Intake.take`, C6 is `Mailbox.confirm`, C7 is `Intake.confirmed`.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol

from server.core.outbox import Letter, MailBatch, Message, Outcome

Keep = Callable[[bytes], None]
"""Stores a raw answer durably; called by a transport before it reads the answer (C4)."""

Hear = Callable[[datetime], None]
"""Hears what a partner's clock says, at the moment its answer came (`domain.md` §4.6)."""


class Outbox(Protocol):
    """The queue, as the post sees it. Called from several lane threads at once.

    Each call is one durable transaction of its own.
    """

    def recover(self, now: datetime) -> int:
        """Put every lease of an earlier start in doubt (`Unknown`); return how many."""
        ...

    def question(self, streams: Collection[str], now: datetime) -> int:
        """Make due the question about every `Unknown` row of these streams; return how many.

        Called when their mailboxes are about to be read: that look answers each of them, and a
        question that kept a rhythm of its own could always come just after one.
        """
        ...

    def lanes(self, now: datetime) -> Sequence[str]:
        """Return the lanes that have a row to send, or a question to ask, at `now`.

        Rows whose wait is over become Ready here; `count` comes after it.
        """
        ...

    def count(self, now: datetime) -> int:
        """Return how many rows are due at `now`, all lanes together: the total of a progress."""
        ...

    def lease(self, lane: str, now: datetime) -> Message | None:
        """Take the due row of a lane with the nearest deadline; write lease and attempt (C2).

        `doubtful` is true for an `Unknown` row whose question is due: it is asked, not sent.
        None when nothing is due, or when a row of the lane is already leased.
        """
        ...

    def keep(self, message: Message, raw: bytes, now: datetime) -> None:
        """Store an answer as received, with the attempt it answers (C4)."""
        ...

    def settle(self, message: Message, outcome: Outcome, now: datetime) -> None:
        """Write what the attempt brought (C5); afterwards the row is not due before its wait.

        Sent: DONE → Done, FAILED → Failed, UNREACHABLE and LATER → RetryWait, UNKNOWN → Unknown.
        Asked (`doubtful`): DONE → Done; ABSENT → Ready when `proven`, or at the second empty
        answer ≥ 15 min after the first, else Unknown; anything else leaves it Unknown, to be
        asked again at the next look, at the latest after 15 min, or when LATER says.
        """
        ...

    def line_back(self, now: datetime) -> int:
        """Make due the rows that wait only because the line was down; return how many."""
        ...

    def next_due(self, now: datetime) -> datetime | None:
        """Return when something becomes due; `now` or earlier when it already is."""
        ...


class Transport(Protocol):
    """One partner. Returns an outcome for all a network can do; raises only for our mistakes."""

    def send(self, message: Message, keep: Keep) -> Outcome:
        """Send the frozen bytes once."""
        ...

    def ask(self, message: Message, keep: Keep) -> Outcome:
        """Ask what became of an earlier attempt; sends nothing of the business."""
        ...


class Mailbox(Protocol):
    """Where a partner leaves post for one care provider."""

    def fetch(self, keep: Keep, staying: int | None = None) -> MailBatch:
        """Read one page. What it holds stays there until confirmed.

        `staying`: how many letters of the page before stay there, set aside; this page is that
        much longer, so that what lies behind them is reached. None: as many as were last told.
        """
        ...

    def confirm(self, hashes: Sequence[str], tack_hashes: Sequence[str]) -> Outcome:
        """Delete these messages and acknowledgements from the mailbox (C6)."""
        ...


class Intake(Protocol):
    """Reads the post for the practice."""

    def keep(self, raw: bytes, now: datetime) -> None:
        """Store a page of a mailbox as received (C4)."""
        ...

    def take(self, letter: Letter, now: datetime) -> bool:
        """Store, understand and apply one letter (C5); True when it may be confirmed.

        Known letters are recognised by their hash. What cannot be read, or whose content does not
        have the hash it carries, is set aside (False), not raised. A success acknowledgement or a
        message with our reference settles an `Unknown` row with that reference in the same
        transaction (and a failure acknowledgement makes it Ready): once confirmed, the proof is
        gone, and a question would find no trace.
        """
        ...

    def confirmed(self, hashes: Sequence[str], now: datetime) -> None:
        """Record that these left the mailbox (C7)."""
        ...


class Wait(Protocol):
    """A sleep that others can end."""

    def sleep(self, seconds: float) -> None:
        """Sleep until somebody rings, at most `seconds`."""
        ...

    def ring(self) -> None:
        """End the sleep under way, or the next one."""
        ...


class Probe(Protocol):
    """Looks whether a partner's door can be reached at all."""

    def reachable(self, host: str, port: int) -> bool:
        """Return whether a connection to the door opens; nothing is said through it."""
        ...
