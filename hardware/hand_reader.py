"""A hand reader on a serial line (USB-COM): a burst of bytes is a code.

A serial line keeps the accents and line ends that a reader acting as a keyboard loses. A code may
hold line ends itself, so silence ends it, not the first of them. Source: `hardware.md` §4.3.
"""

import threading
from collections.abc import Callable
from typing import Protocol

from hardware.code_ports import CodeDone, CodeFailed, CodeProblem, PublishCode, Source, SourceReady
from server.core.codes import CodeRead, Symbology

SILENCE = 0.2  # seconds
REOPEN = 1.0  # seconds between two looks for a reader that went away
MOST_BYTES = 4_000
"""No code holds more: what goes on longer is not a reader of codes."""

_STOP_SECONDS = 2.0


class Line(Protocol):
    """An open serial line; `read` gives what came within `SILENCE`, or nothing."""

    def read(self, size: int) -> bytes:
        """Give at most `size` bytes; raises OSError when the line is gone."""
        ...

    def close(self) -> None:
        """Let the line go."""
        ...


def open_line(port: str) -> Line:
    """Open a port of this machine by its name; raises OSError when it is not there."""
    import serial

    line: Line = serial.Serial(port, timeout=SILENCE)
    return line


def ports() -> list[tuple[str, str]]:
    """Name the serial ports of this machine: name, and who made what is plugged into it."""
    from serial.tools import list_ports

    return [(port.device, port.description or "") for port in list_ports.comports()]


class HandReader:
    """One reader on one line, from `start` to `stop`; a line that goes away is looked for again."""

    def __init__(
        self, publish: PublishCode, port: str, open_port: Callable[[str], Line] = open_line
    ) -> None:
        self._publish = publish
        self._port = port
        self._open = open_port
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hand-reader", daemon=True)

    def start(self) -> None:
        """Begin to listen; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Let the line go."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        there = True  # as far as was said
        while not self._stopped.is_set():
            try:
                line = self._open(self._port)
            except OSError:
                there = self._lost(there)
            else:
                self._publish(SourceReady(Source.HAND_READER))
                there = True
                listen(line, self._publish, self._stopped.is_set)
                there = self._lost(there)
            self._stopped.wait(REOPEN)

    def _lost(self, there: bool) -> bool:
        """Say once that the reader is not there."""
        if there and not self._stopped.is_set():
            self._publish(CodeFailed(Source.HAND_READER, CodeProblem.NO_HAND_READER))
        return False


def listen(line: Line, publish: PublishCode, stopped: Callable[[], bool]) -> None:
    """Publish each burst of a line until it is gone, or until told to stop."""
    burst = b""
    try:
        while not stopped():
            came = line.read(MOST_BYTES)
            burst = (burst + came)[: MOST_BYTES + 1]
            if burst and not came:
                _publish_burst(burst, publish)
                burst = b""
    except OSError:
        return
    finally:
        line.close()


def _publish_burst(burst: bytes, publish: PublishCode) -> None:
    raw = burst.strip(b"\r\n\t\x02\x03")  # what readers are set to put around a code
    if raw and len(raw) <= MOST_BYTES:
        publish(CodeDone(Source.HAND_READER, typed(raw)))


def typed(raw: bytes) -> CodeRead:
    """Choose the letters of a burst: UTF-8, or the letters of Windows, to be verified."""
    try:
        return CodeRead(Symbology.TYPED, raw.decode(), raw)
    except UnicodeDecodeError:
        return CodeRead(Symbology.TYPED, raw.decode("cp1252", "replace"), raw, to_verify=True)
