"""One run of the post: what is due leaves, then the mailboxes are read.

`style.md` §9 and `reliability-security.md` §3.
"""

from collections.abc import Callable, Mapping
from threading import Event, Lock

from server.core.clock import Clock
from sync.etiquette import Looks
from sync.flush import Flush, Spread, side_by_side
from sync.mail_round import MailRound
from sync.ports import Intake, Mailbox, Outbox, Transport
from sync.report import Report, Tally, Tell


class Engine:
    """Flushes the outbox lane by lane, then reads the mailboxes. One run at a time."""

    def __init__(
        self,
        outbox: Outbox,
        transports: Mapping[str, Transport],
        mailboxes: Mapping[str, Mailbox],
        intake: Intake,
        clock: Clock,
        tell: Tell = lambda _: None,
        spread: Spread = side_by_side,
    ) -> None:
        """Take transports and mailboxes by stream ("efact"): a question reads the latter too.

        `spread` says how the lanes are emptied: one after the other for who wants to replay a run.
        """
        self._outbox = outbox
        self._transports = transports
        self._mailboxes = mailboxes
        self._intake = intake
        self._clock = clock
        self._tell = tell
        self._spread = spread
        self._looks = Looks(mailboxes, clock)
        self._cancelled = Event()
        self._one_run = Lock()

    def run_once(self, manual: bool = False) -> Report:
        """Send what is due, then look into the mailboxes; `manual` when a person asked for it.

        A mistake of ours in one lane leaves its message in doubt, lets the others finish and the
        post be read, then is raised.
        """
        with self._one_run:
            self._cancelled.clear()
            now = self._clock.now()
            patience = self._looks.patience(manual)
            self._outbox.question([s for s, seconds in patience.items() if not seconds], now)
            lanes = self._outbox.lanes(now)
            tally = Tally(self._outbox.count(now), self._tell)
            try:
                self._flush(tally, patience).run(lanes)
            finally:
                self._round(tally, patience).run()
            return tally.report(cancelled=self._cancelled.is_set())

    def cancel(self) -> None:
        """Stop the run under way between two messages; what is being sent is finished."""
        self._cancelled.set()

    def between_runs(self, act: Callable[[], None]) -> None:
        """Do something while no run is under way; waits for the end of one that is."""
        with self._one_run:
            act()

    def next_look(self) -> float:
        """Return the seconds until a mailbox may be read again in the background."""
        return self._looks.next_look()

    def _flush(self, tally: Tally, patience: Mapping[str, int]) -> Flush:
        return Flush(
            self._outbox,
            self._transports,
            self._clock,
            self._looks,
            patience,
            tally,
            self._cancelled,
            self._spread,
        )

    def _round(self, tally: Tally, patience: Mapping[str, int]) -> MailRound:
        mailboxes = {s: box for s, box in self._mailboxes.items() if not patience[s]}
        return MailRound(mailboxes, self._intake, self._clock, self._looks, tally, self._cancelled)
