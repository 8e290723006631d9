"""Codes beside an open practice: a camera while somebody looks, files, hand readers.

What is read stays in memory until the practice is locked; the screens hear a number, and fetch the
rest. A camera is let go at the first read, when its window is gone, and after a minute.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Event, Lock, Thread
from typing import Any

from hardware import hand_reader, wedge
from hardware.camera import Camera
from hardware.code_ports import (
    CodeDone,
    CodeEvent,
    CodeFailed,
    CodeProblem,
    CodeSource,
    PublishCode,
    Source,
    SourceReady,
)
from hardware.decoder import Decoder
from hardware.hand_reader import HandReader
from server.core.codes import CodeRead, Symbology
from server.core.errors import InvalidForm
from server.services import codes, hand_readers
from server.services.cabinet import Cabinet
from webui.codes import CodeState, Reading

log = logging.getLogger(__name__)

CAMERAS = ("0", "1", "2")
HINT_SECONDS, MOST_SECONDS, UNSEEN_SECONDS = 6.0, 60.0, 5.0
"""Without a read: until advice is given, until the camera is let go, and without a look at it."""

CHANGED, DONE = "code.changed", "code.done"
_TURN = 0.2

OpenCamera = Callable[[PublishCode, Callable[[str], bool], str], Camera]


@dataclass(slots=True)
class _Look:
    """One camera that is on, and since when."""

    camera: Camera
    began: float
    watched: float  # when its picture was last asked for


class CodeDesk:
    """What reads codes in an open practice: started at unlock, stopped at lock."""

    def __init__(
        self,
        cabinet: Cabinet,
        publish: Callable[[str, str], None],
        camera: OpenCamera = Camera,
        clock: Callable[[], float] = time.monotonic,
        open_line: Callable[[PublishCode, str], CodeSource] = HandReader,
    ) -> None:
        """`publish` tells what passes: that something changed, the number of what was read."""
        self._cabinet = cabinet
        self._publish = publish
        self._camera = camera
        self._clock = clock
        self._open_line = open_line
        self._look: _Look | None = None
        self._line: CodeSource | None = None
        self._state = CodeState()
        self._last: Reading | None = None
        self._guard = Lock()
        self._ending = Event()

    def start(self) -> None:
        """Listen to the hand reader of this machine, when it is on a serial line."""
        self._listen(hand_readers.known(self._cabinet.desk()).line)

    def stop(self) -> None:
        """Let everything go, and forget what was read."""
        self._ending.set()
        self.stop_looking()
        self._listen("")
        self._last = None

    @property
    def state(self) -> CodeState:
        """How the sources stand, now."""
        return self._state

    @property
    def last(self) -> Reading | None:
        """What was read last."""
        return self._last

    @property
    def preview(self) -> bytes | None:
        """Give what the camera sees; that somebody looks keeps it on."""
        look = self._look
        if look is None:
            return None
        look.watched = self._clock()
        return look.camera.preview

    def look(self, camera: str) -> None:
        """Open a camera; one that is on is let go first."""
        if camera not in CAMERAS:
            raise InvalidForm(faults=(("camera", "unknown"),))
        self.stop_looking()
        now = self._clock()
        look = _Look(self._camera(self._hear, self._makes_sense, camera), now, now)
        self._now(looking=True, seen=False, hint=False, problem="")
        self._look = look
        look.camera.start()
        Thread(target=self._watch, args=(look,), name="code-look", daemon=True).start()

    def stop_looking(self) -> None:
        """Let the camera go at once."""
        self._let_go()

    def read_file(self, content: bytes) -> None:
        """Look into a file in the background, once at a time."""
        with self._guard:
            if self._state.reading:
                raise InvalidForm(faults=(("file", "busy"),))
            self._state = replace(self._state, reading=True, problem="")
        Thread(target=self._look_into, args=(content,), name="code-file", daemon=True).start()

    def take(self, typed: str) -> Reading:
        """Take what a hand reader typed, mended as its calibration says."""
        text = typed[: hand_reader.MOST_BYTES]
        known = hand_readers.known(self._cabinet.desk())
        mended = wedge.Layout(known.meant).mend(text) if known.verdict == "mended" else text
        doubtful = mended is None or known.verdict == "refused"
        meant = text if mended is None else mended
        code = CodeRead(Symbology.TYPED, meant, meant.encode(), to_verify=not known.accents)
        return self._read(Source.KEYBOARD, code, unmended=doubtful)

    def calibrate(self, typed: str) -> None:
        """Judge what a hand reader made of the calibration code, and keep the verdict."""
        desk = self._cabinet.desk()
        before = hand_readers.known(desk)
        layout = wedge.calibrated(typed.strip("\r\n\t"))
        if layout is None:
            judged = replace(before, verdict="refused", accents=True, meant={})
        else:
            verdict = "mended" if layout.swaps else "right"
            judged = replace(before, verdict=verdict, accents=layout.accents, meant=layout.meant)
        hand_readers.remember(desk, judged)

    def ports(self) -> Sequence[tuple[str, str]]:
        """Name the serial ports of this machine."""
        return hand_reader.ports()

    def choose_line(self, port: str) -> None:
        """Listen to a hand reader on a serial port, "" for none."""
        if port and port not in dict(self.ports()):
            raise InvalidForm(faults=(("line", "gone"),))
        desk = self._cabinet.desk()
        hand_readers.remember(desk, replace(hand_readers.known(desk), line=port))
        self._listen(port)

    def calibration(self) -> bytes:
        """Draw the calibration code."""
        import zxingcpp  # heavy, and for this alone

        code = zxingcpp.create_barcode(wedge.CALIBRATION, zxingcpp.BarcodeFormat.QRCode)
        return str(code.to_svg(scale=4)).encode()

    def _listen(self, port: str) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.stop()
        if port and not self._ending.is_set():
            self._line = self._open_line(self._hear, port)
            self._line.start()
        self._now(line=port, line_problem="")

    def _watch(self, look: _Look) -> None:
        """Advise after some seconds; let a camera go that reads nothing, or nobody looks at."""
        while self._look is look and not self._ending.wait(_TURN):
            now = self._clock()
            if now - look.watched > UNSEEN_SECONDS:
                self._let_go(look)
            elif now - look.began > MOST_SECONDS:
                self._let_go(look, problem=str(CodeProblem.NONE_FOUND))
            elif now - look.began > HINT_SECONDS and not self._state.hint:
                self._now(hint=True)

    def _let_go(self, look: _Look | None = None, **said: Any) -> None:
        """Let a camera go; the one that is on when none is named. Once."""
        with self._guard:
            mine, there = self._look, look is None or self._look is look
            if mine is None or not there:
                return
            self._look = None
        mine.camera.stop()
        self._now(looking=False, seen=False, hint=False, **said)

    def _hear(self, event: CodeEvent) -> None:
        """Take what a source tells, on its own thread."""
        if self._ending.is_set():
            return
        match event:
            case CodeDone(source=source, code=code):
                if source is Source.CAMERA:
                    self._off()
                self._read(source, code)
            case CodeFailed(source=Source.CAMERA, problem=problem):
                self._off(problem=str(problem))
            case CodeFailed(problem=problem):
                self._now(line_problem=str(problem))
            case SourceReady(source=Source.CAMERA):
                self._now(seen=True)
            case SourceReady():
                self._now(line_problem="")

    def _off(self, **said: Any) -> None:
        """Note that a camera ended by itself: it lets go of its device on its own."""
        with self._guard:
            self._look = None
        self._now(looking=False, seen=False, hint=False, **said)

    def _read(self, source: Source, code: CodeRead, *, unmended: bool = False) -> Reading:
        with self._guard:
            number = self._state.number + 1
            self._last = reading = Reading(number, str(source), code, unmended)
        typed = source is Source.KEYBOARD  # the window that was typed in is answered there
        told = (CHANGED, "") if typed else (DONE, str(number))
        self._now(*told, number=number, problem="")
        return reading

    def _look_into(self, content: bytes) -> None:
        with Decoder() as decoder:
            found = decoder.read_file(content)
        if self._ending.is_set():
            return
        if found.codes:
            self._read(Source.FILE, self._best(found.codes))
        self._now(reading=False, problem="" if found.codes else str(found.problem))

    def _best(self, found: Sequence[CodeRead]) -> CodeRead:
        """Choose among the codes of a file: one that makes sense, else the first."""
        return next((code for code in found if self._makes_sense(code.text)), found[0])

    def _makes_sense(self, text: str) -> bool:
        return self._cabinet.is_open and codes.makes_sense(self._cabinet.desk(), text)

    def _now(self, kind: str = CHANGED, subject: str = "", **changed: Any) -> None:
        with self._guard:
            self._state = replace(self._state, **changed)
        if not self._ending.is_set():
            self._publish(kind, subject)
