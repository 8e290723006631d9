"""A camera as a source of codes: its process, what it shows, and when a read is believed.

It stops by itself at the first confirmed read: the light goes off while the hand still holds the
card. Source: `hardware.md` §4.3.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import BinaryIO, cast

from hardware.child import Child, command, start
from hardware.code_ports import (
    CodeDone,
    CodeFailed,
    CodeProblem,
    PublishCode,
    Source,
    SourceReady,
)
from hardware.framing import Garbled
from hardware.wire import Kind, Message, read, unpack_found
from server.core.codes import CodeRead

log = logging.getLogger(__name__)

_STOP_SECONDS = 2.0


class Confirmation:
    """Believes a text seen twice, or at once one that makes sense by itself."""

    def __init__(self, known: Callable[[str], bool]) -> None:
        self._known = known
        self._seen: set[bytes] = set()

    def of(self, codes: Sequence[CodeRead]) -> CodeRead | None:
        """Give the code that is confirmed by these, None while there is none."""
        for code in codes:
            if code.raw in self._seen or self._known(code.text):
                return code
        self._seen.update(code.raw for code in codes)
        return None


class Camera:
    """One camera, from `start` to the first confirmed read or to `stop`.

    `known` tells a text that makes sense by itself (a profile fits). `preview` is a JPEG of what
    the camera saw last, for the window alone.
    """

    def __init__(
        self,
        publish: PublishCode,
        known: Callable[[str], bool],
        device: str = "0",
        asked: Sequence[str] = (),
    ) -> None:
        self._publish = publish
        self._confirmation = Confirmation(known)
        self._command = asked or command("hardware.filming", device)
        self._process: Child | None = None
        self._thread = threading.Thread(target=self._watch, name="camera-watch", daemon=True)
        self._stopped = threading.Event()
        self.preview: bytes | None = None

    def start(self) -> None:
        """Open the camera in its own process; returns at once."""
        self._process = start(self._command)
        self._thread.start()

    def stop(self) -> None:
        """Let the camera go; nothing is published afterwards."""
        self._stopped.set()
        if self._process is not None:
            self._process.kill()
            self._thread.join(_STOP_SECONDS)

    def _watch(self) -> None:
        process = self._process
        if process is None:
            return
        with process:  # closes its pipes at the end, and waits for it
            ended = self._listen(cast(BinaryIO, process.stdout))
            process.kill()
        if not ended and not self._stopped.is_set():
            self._publish(CodeFailed(Source.CAMERA, CodeProblem.CAMERA_GONE))

    def _listen(self, spoken: BinaryIO) -> bool:
        """Take messages until one is the last that counts; False when they end before."""
        try:
            while message := read(spoken):
                if self._heard(message):
                    return True
        except (Garbled, OSError):
            log.warning("what a camera's process said was not understood")
        return False

    def _heard(self, message: Message) -> bool:
        """Take one message; True when it was the last that counts."""
        if self._stopped.is_set():
            return True
        if message.kind is Kind.PREVIEW:
            if self.preview is None:
                self._publish(SourceReady(Source.CAMERA))
            self.preview = message.body
            return False
        found = unpack_found(message.body)
        if found.problem is not None:
            self._publish(CodeFailed(Source.CAMERA, found.problem))
            return True
        code = self._confirmation.of(found.codes)
        if code is not None:
            self._publish(CodeDone(Source.CAMERA, code))
        return code is not None
