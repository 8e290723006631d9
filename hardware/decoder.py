"""The decoding process seen from the program: one at hand, warm, replaced when it falls or tarries.

Starting one takes half a second, a frame two milliseconds: it is started at the first need and kept
until `close`. Whatever a file does to it, the program gets a sentence.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock, Timer
from typing import IO, BinaryIO, Self, cast

from hardware.child import Child, command, start
from hardware.code_ports import CodeProblem, Found
from hardware.wire import MOST_BYTES, Garbled, Kind, frame_size, read, unpack_found, write

log = logging.getLogger(__name__)

IMAGE_SECONDS, PAGES_SECONDS, FRAME_SECONDS = 3.0, 20.0, 3.0
START_SECONDS = 20.0  # a slow disk, a scanner of viruses
_MANY_PAGES = (b"%PDF-", b"II*\x00", b"MM\x00*")  # PDF and TIFF, within the first bytes
_HEADER = 1024
_TOO_LONG, _TOO_HEAVY = CodeProblem.TOO_LONG, CodeProblem.TOO_HEAVY


class Decoder:
    """Reads the codes of frames and files. Safe to use from several threads, one at a time."""

    def __init__(self, asked: Sequence[str] = ()) -> None:
        self._command = asked or command("hardware.decoding")
        self._process: Child | None = None
        self._guard = Lock()

    def read_frame(self, width: int, height: int, pixels: bytes | memoryview) -> Found:
        """Give the codes of one grey frame."""
        return self._ask(FRAME_SECONDS, Kind.FRAME, frame_size(width, height), pixels)

    def read_path(self, path: Path) -> Found:
        """Give the codes of an image or PDF file; raises OSError when it cannot be read."""
        with path.open("rb") as file:
            return self.read_file(file.read(MOST_BYTES + 1))

    def read_file(self, data: bytes) -> Found:
        """Give the codes of an image or PDF, page after page."""
        if len(data) > MOST_BYTES:
            return Found(problem=_TOO_HEAVY)
        many = any(mark in data[:_HEADER] for mark in _MANY_PAGES)
        return self._ask(PAGES_SECONDS if many else IMAGE_SECONDS, Kind.FILE, data)

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

    def _ask(self, seconds: float, kind: Kind, *parts: bytes | memoryview) -> Found:
        with self._guard:
            process = self._ready()
            if process is None:
                return Found(problem=CodeProblem.NO_SUPPORT)
            with _Alarm(seconds, process) as alarm:
                found = _answer(process, kind, *parts)
            if found is None:
                self._drop()
                log.warning("a decoding process ended early; another will be started")
                return Found(problem=_TOO_LONG if alarm.rang else _TOO_HEAVY)
            return found

    def _ready(self) -> Child | None:
        """Give the process, started if need be; None when it does not come up."""
        if self._process is not None:
            return self._process
        process = self._process = start(self._command)
        with _Alarm(START_SECONDS, process):
            if _heard(process) is None:
                self._drop()
        return self._process

    def _drop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for stream in (process.stdin, process.stdout):
                with suppress(OSError):  # what was not sent is lost, as meant
                    _stream(stream).close()
            process.wait()


class _Alarm:
    """Kills a process that is still at it after some seconds: whoever waits for it wakes up."""

    def __init__(self, seconds: float, process: Child) -> None:
        self.rang = False
        self._process = process
        self._timer = Timer(seconds, self._ring)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _ring(self) -> None:
        self.rang = True
        self._process.kill()


def _answer(process: Child, kind: Kind, *parts: bytes | memoryview) -> Found | None:
    """Ask one thing; None when the process fell, was killed, or does not speak as agreed."""
    try:
        write(_stream(process.stdin), kind, *parts)
    except OSError:
        return None
    return _heard(process)


def _heard(process: Child) -> Found | None:
    try:
        message = read(_stream(process.stdout))
        return unpack_found(message.body) if message else None
    except (Garbled, OSError):
        return None


def _stream(stream: IO[bytes] | None) -> BinaryIO:
    return cast(BinaryIO, stream)  # both are pipes
