"""The middleware's process seen from the program: started at need, killed when it tarries.

Somebody else's library is never loaded in the program: it may crash, hang, or print. What it
answers is judged value by value.
"""

import logging
from collections.abc import Sequence
from threading import Lock
from typing import Any

from hardware.child import OF_THE_DESK, Alarm, Child, end, pipe, start
from hardware.framing import Garbled
from hardware.json_wire import Kind, read, text, write
from server.core.keycards import KeyProblem, KeyTrouble

log = logging.getLogger(__name__)

START_SECONDS = 15.0


class MiddlewareChild:
    """One process at a time, one call at a time; `stop` may come from any thread."""

    def __init__(self, asked: Sequence[str]) -> None:
        self._command = asked
        self._process: Child | None = None
        self._stopped = False
        self._guard = Lock()

    @property
    def running(self) -> bool:
        """Whether a process is there, with whatever a code has opened in it."""
        process = self._process
        return process is not None and process.poll() is None

    def ask(self, seconds: float, call: str, **told: Any) -> dict[str, Any]:
        """Ask one thing once; raises `KeyTrouble`. A card that left ends the process."""
        with self._guard:
            self._stopped = False
            process = self._process
            if process is None or not self.running:
                self._drop()
                process = self._start()
            return self._exchange(process, seconds, {"call": call, **told})

    def stop(self) -> None:
        """Kill the process under whoever waits for it: what a code had opened is gone with it."""
        self._stopped = True
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process, once nobody waits for it."""
        self.stop()
        with self._guard:
            self._drop()

    def _start(self) -> Child:
        try:
            self._process = process = start(self._command, OF_THE_DESK)
        except OSError:
            raise KeyTrouble(KeyProblem.BROKEN) from None
        try:
            self._exchange(process, START_SECONDS, None)
        except KeyTrouble as trouble:
            if trouble.problem is KeyProblem.STOPPED:
                raise
            raise KeyTrouble(KeyProblem.BROKEN) from None
        return process

    def _exchange(
        self, process: Child, seconds: float, told: dict[str, Any] | None
    ) -> dict[str, Any]:
        """Send, unless only a greeting is awaited, and wait; a process that fails is dropped."""
        heard = None
        with Alarm(seconds, process) as alarm:
            try:
                if told is not None:
                    write(pipe(process.stdin), Kind.ASK, told)
                heard = read(pipe(process.stdout))
                if heard is not None and heard[0] is Kind.ANSWER:
                    return heard[1]
                trouble = _told(heard[1]) if heard else None
            except Garbled:
                trouble = KeyTrouble(KeyProblem.FELL)
            except OSError:
                trouble = None
        self._drop()
        if trouble is not None:
            raise trouble
        log.warning("the card's middleware was lost; the next try starts it again")
        lost = KeyProblem.SILENT if alarm.rang else KeyProblem.FELL
        raise KeyTrouble(KeyProblem.STOPPED if self._stopped else lost)

    def _drop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            end(process)


def _told(answer: dict[str, Any]) -> KeyTrouble:
    """Read why a call gave nothing; raises `Garbled`."""
    try:
        problem = KeyProblem(answer.get("problem"))  # type: ignore[arg-type]  # whatever came
    except ValueError:
        raise Garbled from None
    return KeyTrouble(problem, reason=text(answer.get("reason"), 80))
