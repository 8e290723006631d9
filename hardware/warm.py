"""A process of ours kept at hand: warm, killed when it tarries, replaced when it falls.

Starting one takes half a second, a frame two milliseconds: it is started at the first need and kept
until `close`. Whatever a file does to it, the program gets a sentence.
"""

import logging
from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple, Self

from hardware.child import Alarm, Child, end, pipe, start
from hardware.code_ports import CodeProblem, Found
from hardware.framing import Garbled
from hardware.wire import Kind, Message, read, unpack_found, write

log = logging.getLogger(__name__)

START_SECONDS = 20.0  # a slow disk, a scanner of viruses
MOST_PIECES = 64  # before the end of one answer


class Heard(NamedTuple):
    """What a process said to one question: its pieces, and how it ended."""

    pieces: tuple[Message, ...]
    found: Found


class WarmChild:
    """One process at a time that answers questions. Safe to use from several threads."""

    def __init__(self, asked: Sequence[str]) -> None:
        self._command = asked
        self._process: Child | None = None
        self._guard = Lock()

    def start(self) -> None:
        """Have the process ready before it is needed."""
        with self._guard:
            self._ready()

    def close(self) -> None:
        """End the process."""
        with self._guard:
            self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, seconds: float, kind: Kind, *parts: bytes | memoryview) -> Heard:
        """Ask one thing; a process that falls or tarries answers with a problem and no piece."""
        with self._guard:
            process = self._ready()
            if process is None:
                return Heard((), Found(problem=CodeProblem.NO_SUPPORT))
            with Alarm(seconds, process) as alarm:
                heard = _answer(process, kind, *parts)
            if heard is None:
                self._drop()
                log.warning("a decoding process ended early; another will be started")
                problem = CodeProblem.TOO_LONG if alarm.rang else CodeProblem.TOO_HEAVY
                return Heard((), Found(problem=problem))
            return heard

    def _ready(self) -> Child | None:
        """Give the process, started if need be; None when it does not come up."""
        if self._process is not None:
            return self._process
        process = self._process = start(self._command)
        with Alarm(START_SECONDS, process):
            if _heard(process) is None:
                self._drop()
        return self._process

    def _drop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            end(process)


def _answer(process: Child, kind: Kind, *parts: bytes | memoryview) -> Heard | None:
    """Ask one thing; None when the process fell, was killed, or does not speak as agreed."""
    try:
        write(pipe(process.stdin), kind, *parts)
    except OSError:
        return None
    return _heard(process)


def _heard(process: Child) -> Heard | None:
    pieces: list[Message] = []
    try:
        while (message := read(pipe(process.stdout))) and len(pieces) <= MOST_PIECES:
            if message.kind is Kind.FOUND:
                return Heard(tuple(pieces), unpack_found(message.body))
            pieces.append(message)
    except (Garbled, OSError):
        return None
    return None
