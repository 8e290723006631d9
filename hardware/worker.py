"""The thread of one reader: it alone speaks to the card, and may be stuck without harm.

An exchange has no timeout and no cancel, so the watcher asks `late` and abandons a worker that
is: whatever it says afterwards is not heard. Source: `hardware.md` §0 (6), §1.5, §6, §7.
"""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from hardware.apdu import processed
from hardware.known_atrs import KnownAtr
from hardware.ports import (
    CardDone,
    CardEvent,
    CardFailed,
    CardLink,
    CardPart,
    CardProblem,
    CardReading,
    CardSwapped,
    CardTrouble,
    Publish,
    VitaleDone,
    Wait,
)
from hardware.reading import Progress
from server.core.clock import Clock

log = logging.getLogger(__name__)

SETTLING = 0.2  # seconds between insertion and the first command
DEADLINE = 8.0  # seconds one file may take before the reader is said stuck
AWAITED = 60.0  # seconds a reading cut short waits for its own card
_RETRIES = {
    CardProblem.UNREADABLE: (0.3, 1.0),
    CardProblem.BUSY: (0.5, 0.5, 0.5, 0.5),
}
_CUT_SHORT = frozenset((CardProblem.PULLED, CardProblem.READER_GONE))

Open = Callable[[str], AbstractContextManager[CardLink]]
Done = CardDone | VitaleDone
Read = Callable[[CardLink, str, Progress], Done]


@dataclass(frozen=True, slots=True)
class Trade:
    """What every worker needs: how to open a card, how to read it, time, and whom to tell."""

    open_card: Open
    read: Read
    publish: Publish
    clock: Clock
    wait: Wait
    not_ours: Sequence[KnownAtr] = ()  # cards that are named and left alone


class CutShort:
    """The cards whose reading was cut short, by reader: each is awaited for a minute.

    It outlives a reader that is unplugged: work is bound to the card (`hardware.md` §6, H-09).
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._awaited: dict[str, tuple[str, float]] = {}

    def note(self, reader: str, card_number: str) -> None:
        """Await a card, when it was known which one it is."""
        if card_number:
            self._awaited[reader] = card_number, self._clock.monotonic() + AWAITED

    def other_than(self, reader: str, card_number: str) -> str:
        """Give the number of the card awaited instead of this one, "" when none is. Asked once."""
        awaited, until = self._awaited.pop(reader, ("", 0.0))
        return awaited if awaited != card_number and self._clock.monotonic() < until else ""


class ReaderWorker:
    """One reader's thread: the watcher announces insertions, facts leave by one callback."""

    def __init__(self, reader: str, trade: Trade, cut_short: CutShort) -> None:
        self.reader = reader
        self._trade = trade
        self._cut_short = cut_short
        self._jobs: queue.Queue[int | None] = queue.Queue()
        self._event = 0  # number of the last insertion or removal: what came before is over
        self._step_began: float | None = None
        self._abandoned = threading.Event()
        threading.Thread(target=self._run, name="card-reader", daemon=True).start()

    def insertion(self) -> None:
        """Say that a card came in: it will be read after a moment's settling."""
        self._event += 1
        self._jobs.put(self._event)

    def removal(self) -> None:
        """Say that the card left: nothing is to be tried again."""
        self._event += 1

    @property
    def reading(self) -> bool:
        """Whether a card is being read, or waits to be."""
        return self._jobs.unfinished_tasks > 0

    def late(self) -> bool:
        """Whether the present file has taken longer than its soft deadline."""
        began = self._step_began
        return began is not None and self._trade.clock.monotonic() - began > DEADLINE

    def retire(self) -> None:
        """End after the present card, which may still say how it went."""
        self._jobs.put(None)

    def abandon(self) -> None:
        """Hear this worker no more; its thread ends as soon as it can."""
        self._abandoned.set()
        self.retire()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            if not self._trade.wait(SETTLING) and job == self._event:
                self._read(job)
            self._jobs.task_done()

    def _read(self, job: int) -> None:
        """Read one card to its end, with its retries, and say how it went."""
        try:
            done = self._attempts(job)
        except CardTrouble as trouble:
            log.info("reading failed: %s", trouble.problem)
            if trouble.problem in _CUT_SHORT:
                self._cut_short.note(self.reader, trouble.card_number)
            self._publish(CardFailed(self.reader, trouble.problem))
        except Exception as fault:  # noqa: BLE001 - the reader must outlive a fault of ours
            log.error("reading failed: %s", type(fault).__name__)  # its text could name a patient
            self._publish(CardFailed(self.reader, CardProblem.UNREADABLE))
        else:
            self._deliver(done)
        finally:
            self._step_began = None

    def _deliver(self, done: Done) -> None:
        """Give a reading, unless another card is awaited here: that is said once, then taken."""
        if isinstance(done, CardDone):  # a Vitale card tells no number of its own
            number = done.read.identity.card_number
            awaited = self._cut_short.other_than(self.reader, number)
            if awaited:
                self._publish(CardSwapped(self.reader, awaited, number))
                return
        self._publish(done)

    def _attempts(self, job: int) -> Done:
        """Read, again from the start when that may help; reading a card has no side effect."""
        tried, begun = 0, ""
        while True:
            try:
                return self._attempt()
            except CardTrouble as trouble:
                begun = trouble.card_number = trouble.card_number or begun
                waits = _RETRIES.get(trouble.problem, ())
                if tried >= len(waits) or self._trade.wait(waits[tried]):
                    raise
                tried += 1
            if job != self._event:
                pulled = CardTrouble(CardProblem.PULLED)
                pulled.card_number = begun
                raise pulled

    def _attempt(self) -> Done:
        """Open the card and read it once; each part begun is a new step for the deadline."""
        self._step_began = self._trade.clock.monotonic()
        with self._trade.open_card(self.reader) as link:
            whole = processed(link, self._trade.wait)
            return self._trade.read(whole, self.reader, self._progress)

    def _progress(self, percent: int, part: CardPart) -> None:
        now, began = self._trade.clock.monotonic(), self._step_began
        log.debug("%s begins; the step before took %.0f ms", part, 1000 * (now - (began or now)))
        self._step_began = now
        self._publish(CardReading(self.reader, percent, part))

    def _publish(self, event: CardEvent) -> None:
        if not self._abandoned.is_set():
            self._trade.publish(event)
