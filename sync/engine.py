"""One run of the post: what is due leaves, what came is fetched, understood, then confirmed.

`style.md` §9 and `reliability-security.md` §3: leased, tried once, settled; asked when in doubt.
"""

import logging
from collections.abc import Mapping, Sequence
from threading import Event, Lock

from server.core.outbox import Letter, LetterKind, Message, Outcome, Verdict
from sync.etiquette import TOO_SOON, Etiquette
from sync.ports import Clock, Intake, Keep, Mailbox, Outbox, Transport
from sync.report import Report, Step, Tally, Tell

log = logging.getLogger(__name__)

MAX_LANES = 7  # one per Belgian insurer (`be-mycarenet.md` §1)
ENDS_LANE = frozenset({Verdict.UNREACHABLE, Verdict.LATER})  # the next one would hear the same


class Engine:
    """Flushes the outbox, lane by lane, then reads the mailboxes. One run at a time."""

    def __init__(
        self,
        outbox: Outbox,
        transports: Mapping[str, Transport],
        mailboxes: Mapping[str, Mailbox],
        intake: Intake,
        clock: Clock,
        tell: Tell = lambda _: None,
    ) -> None:
        """Take transports and mailboxes by stream ("efact"): a question reads the latter too."""
        self._outbox = outbox
        self._transports = transports
        self._mailboxes = mailboxes
        self._intake = intake
        self._clock = clock
        self._tell = tell
        self._etiquette = {stream: Etiquette() for stream in mailboxes}
        self._cancelled = Event()
        self._one_run = Lock()

    def run_once(self, manual: bool = False) -> Report:
        """Send what is due, then look into the mailboxes; `manual` when a person asked for it.

        A mistake of ours in one lane leaves its message in doubt, lets the others finish and the
        post be read, then is raised.
        """
        with self._one_run:
            self._cancelled.clear()
            tally = Tally(self._outbox.count(self._clock.now()), self._tell)
            patience = {
                stream: etiquette.wait(self._clock.monotonic(), manual)
                for stream, etiquette in self._etiquette.items()
            }
            try:
                self._flush(tally, patience)
            finally:
                self._read_mailboxes(tally, patience)
            return tally.report(cancelled=self._cancelled.is_set())

    def cancel(self) -> None:
        """Stop the run under way between two messages; what is being sent is finished."""
        self._cancelled.set()

    def next_look(self) -> float:
        """Return the seconds until a mailbox may be read again in the background."""
        at = self._clock.monotonic()
        waits = [etiquette.wait(at, manual=False) for etiquette in self._etiquette.values()]
        return min(waits, default=float("inf"))

    def _flush(self, tally: Tally, patience: Mapping[str, int]) -> None:
        lanes = self._outbox.lanes(self._clock.now())
        if not lanes:
            return
        # Daemon threads, unlike concurrent.futures': a program that stops does not wait for a
        # partner that is silent. The lease left behind is in doubt at the next start (§3.1).
        from multiprocessing.pool import ThreadPool

        with ThreadPool(min(len(lanes), MAX_LANES)) as pool:
            pool.map(lambda lane: self._flush_lane(lane, tally, patience), lanes, chunksize=1)

    def _flush_lane(self, lane: str, tally: Tally, patience: Mapping[str, int]) -> None:
        while not self._cancelled.is_set():
            message = self._outbox.lease(lane, self._clock.now())
            if message is None:
                return
            verdict = self._try(message, tally, patience.get(message.stream, 0))
            if verdict in ENDS_LANE:
                return

    def _try(self, message: Message, tally: Tally, patience: int) -> Verdict:
        outcome = Outcome(Verdict.UNKNOWN, "internal")  # stands if our own code breaks below
        tally.step(Step.ASKING if message.doubtful else Step.SENDING, message.id)
        try:
            outcome = self._attempt(message, patience)
        finally:
            self._outbox.settle(message, outcome, self._clock.now())
            tally.settled(message.id, outcome.verdict)
            log.info(
                "message %s attempt %d: %s %s",
                message.id,
                message.attempt,
                outcome.verdict.value,
                outcome.reason,
            )
        return outcome.verdict

    def _attempt(self, message: Message, patience: int) -> Outcome:
        """Ask about a doubtful message, send any other.

        A proof of absence is settled like any answer: the outbox makes the row Ready, and the
        same lane leases it again, with an attempt row of its own, before it leaves (C2).
        """
        transport = self._transports[message.stream]
        if not message.doubtful:
            return transport.send(message, self._keeper(message))
        if patience:  # a question is a look into the mailbox, and it is too soon for one
            return Outcome(Verdict.LATER, TOO_SOON, retry_after=patience)
        outcome = transport.ask(message, self._keeper(message))
        self._note_look(message.stream, outcome)
        return outcome

    def _keeper(self, message: Message) -> Keep:
        return lambda raw: self._outbox.keep(message, raw, self._clock.now())

    def _note_look(self, stream: str, outcome: Outcome, further: bool = False) -> None:
        at = self._clock.monotonic()
        etiquette = self._etiquette.get(stream)
        if etiquette is None:
            return
        if outcome.verdict is Verdict.UNREACHABLE:
            etiquette.missed(at)
        elif outcome.reason != TOO_SOON:
            etiquette.looked(at)
        elif further:
            etiquette.unfinished(at, outcome.retry_after)
        else:
            etiquette.refused(at, outcome.retry_after)

    def _read_mailboxes(self, tally: Tally, patience: Mapping[str, int]) -> None:
        for stream, mailbox in self._mailboxes.items():
            if not patience[stream]:
                self._read_mailbox(stream, mailbox, tally)

    def _read_mailbox(self, stream: str, mailbox: Mailbox, tally: Tally) -> None:
        pages = 0
        more = True
        while more and not self._cancelled.is_set():
            batch = mailbox.fetch(lambda raw: self._intake.keep(raw, self._clock.now()))
            self._note_look(stream, batch.outcome, further=pages > 0)
            pages += 1
            tally.looked(stream, batch.outcome)
            if batch.outcome.verdict is not Verdict.DONE:
                return
            # Without a confirmed page the next one would be the same page again.
            more = self._take(mailbox, batch.letters, tally) and batch.more

    def _take(self, mailbox: Mailbox, letters: Sequence[Letter], tally: Tally) -> bool:
        taken = []
        for letter in letters:
            if self._intake.take(letter, self._clock.now()):
                taken.append(letter)
                tally.took()
        if not taken:
            return False
        tacks = [letter.hash for letter in taken if letter.kind is LetterKind.TACK]
        hashes = [letter.hash for letter in taken if letter.kind is LetterKind.MESSAGE]
        if mailbox.confirm(hashes, tacks).verdict is not Verdict.DONE:
            return False
        self._intake.confirmed([*hashes, *tacks], self._clock.now())
        tally.confirmed(len(taken))
        return True
