"""The process of the French component: started at the first call, killed when it tarries.

The component is somebody else's library, with its own threads and its own ways to fall: it never
runs in the program. Nothing asked is asked again by itself. Source: `hardware.md` §3.4, §6.
"""

import logging
from collections.abc import Sequence
from threading import Lock
from typing import Any

from hardware.child import Alarm, Child, end, pipe, start
from hardware.framing import Garbled
from hardware.json_wire import Kind, read, write
from hardware.sesam_wire import component, problem
from server.core.sesam import Component, DriverError, SesamProblem

log = logging.getLogger(__name__)

START_SECONDS = 20.0


class SesamChild:
    """One process at a time, one call at a time. Safe to use from several threads."""

    def __init__(self, asked: Sequence[str], *, demo: bool) -> None:
        """`asked` is its command; `demo` says which of the two kinds of component is trusted."""
        self._command = asked
        self._demo = demo
        self._process: Child | None = None
        self._component: Component | None = None
        self._guard = Lock()

    def component(self) -> Component:
        """Say who answers, starting it if need be; raises `DriverError`."""
        with self._guard:
            return self._ready()

    def ask(self, step: str, seconds: float, *, signing: bool = False, **told: Any) -> Any:
        """Ask one thing once; raises `DriverError`, UNSURE when it was lost while signing."""
        with self._guard:
            self._ready()
            heard = self._exchange(seconds, {"call": step, **told})
            if isinstance(heard, SesamProblem):
                raise _error(heard, step, signing=signing)
            kind, answer = heard
            if kind is Kind.PROBLEM:
                raise self._told(answer, step, signing=signing)
            return answer

    def doubt(self, step: str, *, signing: bool = False) -> DriverError:
        """Stop a process whose answer makes no sense, and give the error to raise."""
        with self._guard:
            self._drop()
        return _error(SesamProblem.GARBLED, step, signing=signing)

    def close(self) -> None:
        """End the process."""
        with self._guard:
            self._drop()

    def _ready(self) -> Component:
        """Give the component, started if need be, and only if this practice may trust it."""
        if self._process is not None and self._process.poll() is not None:
            self._drop()  # it fell between two calls: nothing is lost
        if self._component is not None:
            return self._component
        try:
            self._process = start(self._command)
        except OSError:
            raise DriverError(SesamProblem.ABSENT, "start") from None
        heard = self._exchange(START_SECONDS, {"call": "config"})
        try:
            if isinstance(heard, SesamProblem) or heard[0] is not Kind.ANSWER:
                raise Garbled
            found = component(heard[1])
        except Garbled:
            self._drop()
            raise DriverError(SesamProblem.NOT_STARTED, "start", retryable=True) from None
        if found.simulated is not self._demo:
            self._drop()
            wrong = SesamProblem.SIMULATED if found.simulated else SesamProblem.NOT_SIMULATED
            raise DriverError(wrong, "start")
        self._component = found
        return found

    def _told(self, answer: dict[str, Any], step: str, *, signing: bool) -> DriverError:
        """Give the error a component tells; one that is none is nonsense."""
        try:
            return problem(answer, step)
        except Garbled:
            self._drop()
            return _error(SesamProblem.GARBLED, step, signing=signing)

    def _exchange(
        self, seconds: float, told: dict[str, Any]
    ) -> tuple[Kind, dict[str, Any]] | SesamProblem:
        """Send and wait; a process that falls, tarries or babbles is dropped, and named."""
        process = self._process
        assert process is not None  # noqa: S101 - `_ready` came first
        garbled = False
        with Alarm(seconds, process) as alarm:
            try:
                write(pipe(process.stdin), Kind.ASK, told)
                if (heard := read(pipe(process.stdout))) is not None:
                    return heard
            except Garbled:
                garbled = True
            except OSError:
                log.debug("the component's process closed its line")
        self._drop()
        log.warning("the component's process was lost; the next call starts it again")
        if alarm.rang:
            return SesamProblem.SILENT
        return SesamProblem.GARBLED if garbled else SesamProblem.FELL

    def _drop(self) -> None:
        process, self._process, self._component = self._process, None, None
        if process is not None:
            end(process)


def _error(lost: SesamProblem, step: str, *, signing: bool) -> DriverError:
    """Say what is known of a call that was lost: of a signature, nothing."""
    return DriverError(SesamProblem.UNSURE if signing else lost, step, retryable=not signing)
