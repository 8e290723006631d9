"""The thread behind the screen: it waits for a reason, runs the post, and goes on whatever happens.

Reasons: « Envoyer maintenant », a message just sealed, the line back, a wait that ends.
"""

import logging
from collections.abc import Callable
from threading import Event, Thread
from traceback import format_tb

from server.core.clock import Clock
from server.core.outbox import Verdict
from sync.engine import Engine
from sync.line import Line
from sync.ports import Outbox, Wait
from sync.report import Report

log = logging.getLogger(__name__)

STOP_SECONDS = 2.0
REST_SECONDS = 1.0  # between two runs nobody asked for
IDLE_SECONDS = 30.0  # after a run that found nothing to do, whatever said there was
AFTER_STUMBLE_SECONDS = 60.0


class Worker:
    """One background thread, started once, stopped once."""

    def __init__(
        self,
        engine: Engine,
        outbox: Outbox,
        line: Line,
        clock: Clock,
        wait: Wait,
        told: Callable[[Report], None] = lambda _: None,
    ) -> None:
        """`told` hears the sums of each run, in the worker's thread."""
        self._engine = engine
        self._outbox = outbox
        self._line = line
        self._clock = clock
        self._wait = wait
        self._told = told
        self._recovered = False
        self._pressed = Event()
        self._stopping = Event()
        # A daemon: a program that ends does not wait for a partner that is silent.
        self._thread = Thread(target=self._work, name="post", daemon=True)

    def start(self) -> None:
        """Start; leases of an earlier start are put in doubt first."""
        self._thread.start()

    def press(self) -> None:
        """« Envoyer maintenant »: run at once, and look into the mailboxes."""
        self._pressed.set()
        self._wait.ring()

    def wake(self) -> None:
        """Something changed: a message was sealed, the system says the line is back."""
        self._wait.ring()

    def cancel(self) -> None:
        """Stop the run under way between two messages."""
        self._engine.cancel()

    def stop(self) -> bool:
        """End the thread; False when it is still in the middle of a call after two seconds.

        The message of that call stays leased, and is asked about at the next start.
        """
        self._stopping.set()
        self._engine.cancel()
        self._wait.ring()
        self._thread.join(STOP_SECONDS)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                seconds = self._turn()
            except Exception as trouble:  # noqa: BLE001  # one of the three places: the post goes on
                # The trace without the error's own words: they could be a patient's.
                trace = "".join(format_tb(trouble.__traceback__))
                log.error("post stumbled on %s\n%s", type(trouble).__name__, trace)
                seconds = AFTER_STUMBLE_SECONDS
            self._wait.sleep(seconds)

    def _turn(self) -> float:
        """Do what there is to do; return the seconds until there may be more."""
        if not self._recovered:
            self._recover()
        pressed = self._pressed.is_set()
        self._pressed.clear()
        if pressed or self._line.look_due():
            self._line.look()
        if self._line.has_returned():
            self._outbox.line_back(self._clock.now())
        if (pressed and self._line.state.online) or self._has_reason():
            report = self._run(manual=pressed)
            rest = IDLE_SECONDS if report == Report() else REST_SECONDS
            return max(rest, self._seconds_to_next())
        return self._seconds_to_next()

    def _recover(self) -> None:
        in_doubt = self._outbox.recover(self._clock.now())
        self._recovered = True
        log.info("post started, %d messages in doubt", in_doubt)

    def _has_reason(self) -> bool:
        return not self._line.holds_back() and self._seconds_to_due() <= 0

    def _run(self, manual: bool) -> Report:
        report = self._engine.run_once(manual)
        self._told(report)
        looks = (outcome.verdict for _, outcome in report.looked)
        if report.unreachable or Verdict.UNREACHABLE in looks:
            self._line.look()
        return report

    def _seconds_to_due(self) -> float:
        """Return the seconds to the next message, question or look into a mailbox."""
        now = self._clock.now()
        due = self._outbox.next_due(now)
        waiting = float("inf") if due is None else (due - now).total_seconds()
        return min(waiting, self._engine.next_look())

    def _seconds_to_next(self) -> float:
        line = self._line.seconds_to_act()
        return line if self._line.holds_back() else min(line, max(0.0, self._seconds_to_due()))
