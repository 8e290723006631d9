"""Reading a code as the screens see it: a camera that looks, a file, a hand reader. A port."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from server.core.codes import CodeRead


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """The last code read since the practice was opened. Personal data: never on the stream."""

    number: int  # of this run, from 1
    source: str  # "CAMERA", "HAND_READER", "KEYBOARD", "FILE"
    code: CodeRead
    unmended: bool = False  # a hand reader typed what its calibration cannot explain


@dataclass(frozen=True, slots=True)
class CodeState:
    """How the sources stand, now."""

    looking: bool = False  # a camera is on
    seen: bool = False  # and gives images
    hint: bool = False  # for some seconds nothing could be read
    reading: bool = False  # a file is being looked into
    problem: str = ""  # code of the sentence about the last try
    number: int = 0  # of the last reading, 0 before the first
    line: str = ""  # port of the hand reader on a serial line, "" when it types
    line_problem: str = ""


class CodeControl(Protocol):
    """What the user may ask of what reads codes; everything is done in the background."""

    @property
    def state(self) -> CodeState:
        """How they stand."""
        ...

    @property
    def preview(self) -> bytes | None:
        """A small JPEG of what the camera sees; None when it sees nothing yet, or is off."""
        ...

    @property
    def last(self) -> Reading | None:
        """What was read last."""
        ...

    def look(self, camera: str) -> None:
        """Open a camera by its number; raise `InvalidForm` for another word."""
        ...

    def stop_looking(self) -> None:
        """Let the camera go at once."""
        ...

    def read_file(self, content: bytes) -> None:
        """Look into an image or a PDF."""
        ...

    def take(self, typed: str) -> Reading:
        """Take what a hand reader typed, mended as its calibration says."""
        ...

    def calibrate(self, typed: str) -> None:
        """Judge what a hand reader made of the calibration code, and keep the verdict."""
        ...

    def ports(self) -> Sequence[tuple[str, str]]:
        """Name the serial ports of this machine, and who made what is plugged in."""
        ...

    def choose_line(self, port: str) -> None:
        """Listen to a hand reader on a serial port, "" for none; raise `InvalidForm`."""
        ...

    def calibration(self) -> bytes:
        """Draw the calibration code, an SVG."""
        ...
