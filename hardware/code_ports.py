"""What may happen when an image, a page or a code is read, in types.

As for cards (`hardware.ports`), a problem is the code of a sentence. What was read leaves in
`CodeRead` values and is personal data: stored or shown, never logged.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from server.core.codes import CodeRead
from server.core.errors import KineError


class CodeProblem(StrEnum):
    """Codes of the sentences about a code that could not be had."""

    NONE_FOUND = "code.none"
    """No code was found: come closer, avoid the reflection."""

    NO_SUPPORT = "code.no_support"
    """The code libraries of this installation are missing: codes are off, the rest works."""

    NOT_AN_IMAGE = "image.unknown"
    """The file is neither an image nor a PDF that can be read."""

    DAMAGED = "image.damaged"
    """The image stops before its end, or is damaged: take it again."""

    TOO_LARGE = "image.too_large"
    """Facts: `limit`, in millions of pixels. The image is larger than any page or photo needs."""

    LOCKED_PDF = "pdf.locked"
    """The PDF asks for a password: ask its sender for an open one, or scan the paper."""

    DAMAGED_PDF = "pdf.damaged"
    """The PDF cannot be read: have it sent again, or scan the paper."""

    TOO_MANY_PAGES = "pdf.pages"
    """Facts: `pages`, `limit`. Only the page with the code is of use."""

    TOO_LONG = "decoding.too_long"
    """The decoding was stopped: the file asked for more time than any good one does."""

    TOO_HEAVY = "decoding.too_heavy"
    """The decoding was stopped: the file asked for too much memory, or made its reader fall."""

    NO_CAMERA = "camera.none"
    """No camera answers: it is unplugged, forbidden to Besace, or used by another program."""

    CAMERA_GONE = "camera.gone"
    """The camera stopped giving images: plug it in again."""

    NO_HAND_READER = "hand_reader.gone"
    """The hand reader on its serial line went away; it is looked for until it comes back."""


class CodeTrouble(KineError):
    """Nothing could be read; facts: `problem`, a `CodeProblem`, and those of its sentence."""

    code = "code.failed"

    def __init__(self, problem: CodeProblem, **facts: str) -> None:
        super().__init__(problem=problem, **facts)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Found:
    """What a file held; without codes, `problem` says why, with the facts of its sentence."""

    codes: tuple[CodeRead, ...] = ()
    problem: CodeProblem | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


class Source(StrEnum):
    """By which hand a code came."""

    CAMERA = "CAMERA"
    HAND_READER = "HAND_READER"  # on a serial line
    KEYBOARD = "KEYBOARD"  # a hand reader that types
    FILE = "FILE"  # an image, a page, a scan


@dataclass(frozen=True, slots=True)
class CodeDone:
    """A code was read. Carries personal data: to be stored or shown, never put on the stream."""

    source: Source
    code: CodeRead


@dataclass(frozen=True, slots=True)
class CodeFailed:
    """A source cannot give codes, and why."""

    source: Source
    problem: CodeProblem


@dataclass(frozen=True, slots=True)
class SourceReady:
    """A source gives images or lines from now on."""

    source: Source


CodeEvent = CodeDone | CodeFailed | SourceReady
PublishCode = Callable[[CodeEvent], None]


class CodeSource(Protocol):
    """Something that gives codes until it is stopped, from a thread of its own, by a callback."""

    def start(self) -> None:
        """Begin; returns at once."""
        ...

    def stop(self) -> None:
        """End, and let the device go; returns within two seconds."""
        ...
