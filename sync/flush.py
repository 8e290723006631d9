"""The outgoing half of a run: each lane empties by itself, one message in flight in each.

Leased, tried once, settled; asked when in doubt (`reliability-security.md` §3).
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from threading import Event

from server.core.clock import Clock
from server.core.outbox import Message, Outcome, Verdict
from sync.etiquette import TOO_SOON, Looks
from sync.ports import Keep, Outbox, Transport
from sync.report import Step, Tally

log = logging.getLogger(__name__)

MAX_LANES = 7  # one per Belgian insurer (`be-mycarenet.md` §1)

Spread = Callable[[Callable[[str], None], Sequence[str]], None]
"""Empties several lanes: calls the function with each; raises its first mistake at the end."""


def side_by_side(empty: Callable[[str], None], lanes: Sequence[str]) -> None:
    """Empty each lane in a thread of its own."""
    # Daemon threads, unlike concurrent.futures': a program that stops does not wait for a
    # partner that is silent. The lease left behind is in doubt at the next start (§3.1).
    from multiprocessing.pool import ThreadPool

    with ThreadPool(min(len(lanes), MAX_LANES)) as pool:
        pool.map(empty, lanes, chunksize=1)


class Flush:
    """One flush. `patience` holds the seconds each mailbox wants before it is looked into."""

    def __init__(
        self,
        outbox: Outbox,
        transports: Mapping[str, Transport],
        clock: Clock,
        looks: Looks,
        patience: Mapping[str, int],
        tally: Tally,
        cancelled: Event,
        spread: Spread = side_by_side,
    ) -> None:
        self._outbox = outbox
        self._transports = transports
        self._clock = clock
        self._looks = looks
        self._patience = patience
        self._tally = tally
        self._cancelled = cancelled
        self._spread = spread
        self._sent: set[str] = set()

    def run(self, lanes: Sequence[str]) -> None:
        """Empty these lanes; raise the first mistake of ours once all have ended."""
        if lanes:
            self._spread(self._empty, lanes)

    def _empty(self, lane: str) -> None:
        while not self._cancelled.is_set():
            message = self._outbox.lease(lane, self._clock.now())
            if message is None or _ends_lane(message, self._try(message)):
                return

    def _try(self, message: Message) -> Verdict:
        outcome = Outcome(Verdict.UNKNOWN, "internal")  # stands if our own code breaks below
        self._tally.step(Step.ASKING if message.doubtful else Step.SENDING, message.id)
        try:
            outcome = self._attempt(message)
        finally:
            self._outbox.settle(message, outcome, self._clock.now())
            self._tally.settled(message.id, outcome.verdict)
            log.info(
                "message %s attempt %d: %s %s",
                message.id,
                message.attempt,
                outcome.verdict.value,
                outcome.reason,
            )
        return outcome.verdict

    def _attempt(self, message: Message) -> Outcome:
        """Ask about a doubtful message, send any other.

        A proof of absence is settled like any answer: the outbox makes the row Ready, and the
        same lane leases it again, with an attempt row of its own, before it leaves (C2).
        """
        if message.doubtful:
            return self._ask(message)
        self._sent.add(message.id)
        return self._transports[message.stream].send(message, self._keeper(message))

    def _ask(self, message: Message) -> Outcome:
        """Ask, unless it is too soon: a question is a look into the mailbox.

        What fell silent in this very run is not asked about either: the round that follows brings
        its acknowledgement, if there is one.
        """
        patience = self._patience.get(message.stream, 0)
        if patience or message.id in self._sent:
            return Outcome(Verdict.LATER, TOO_SOON, retry_after=patience)
        outcome = self._transports[message.stream].ask(message, self._keeper(message))
        self._looks.note(message.stream, outcome)
        return outcome

    def _keeper(self, message: Message) -> Keep:
        return lambda raw: self._outbox.keep(message, raw, self._clock.now())


def _ends_lane(message: Message, verdict: Verdict) -> bool:
    """Whether the next message of the lane would hear the same."""
    if message.doubtful:
        return verdict is Verdict.UNREACHABLE
    return verdict in (Verdict.UNREACHABLE, Verdict.LATER)
