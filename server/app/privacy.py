"""What the process leaves behind and whom it calls: private files, no image of memory, few words.

Rules: `reliability-security.md` §2.2 and §6 (attacks 10, 33 and 35), `product.md` N18.
"""

import logging
import os
import sys
import threading
import traceback
from types import TracebackType
from typing import TextIO

from sync.outbound import stand_guard

_PR_SET_DUMPABLE = 4  # prctl(2)
_LOG_LINE = "%(levelname)s %(name)s: %(message)s"


def protect_process() -> None:
    """Make new files private, forbid memory images, guard every call, let warnings alone be read.

    What falls through everything tells where it fell, never what it said. Called once, before
    anything of a practice is read. What is inherited by the processes we start (mode of files, no
    core file) holds for them too.
    """
    os.umask(0o077)
    _forbid_core_files()
    _forbid_dumps()
    stand_guard()
    _tell_crashes_without_their_words()
    talk_in_lines(sys.stderr)


def talk_in_lines(stream: TextIO) -> None:
    """Let warnings reach a stream, each beginning with its level and its logger, and nothing else.

    What a stranger sends may be part of a message: its line ends and its control characters never
    begin a line of their own, nor move a terminal's cursor.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Lines(_LOG_LINE))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        lines = super().format(record).splitlines() or [""]
        return "\n    | ".join("".join(map(_shown, line)) for line in lines)


def _shown(character: str) -> str:
    return character if character.isprintable() or character == "\t" else ascii(character)[1:-1]


def _forbid_core_files() -> None:
    if os.name == "posix":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _forbid_dumps() -> None:
    """Keep out debuggers and crash collectors of the same user, whom no core limit stops."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _tell_crashes_without_their_words() -> None:
    """Let what nobody caught tell its kind and its place: its text may hold a patient's data.

    In the main thread, in another, in a finalizer, and in the log itself.
    """
    sys.excepthook = lambda kind, error, trace: _tell(kind, trace)
    threading.excepthook = lambda fall: _tell(fall.exc_type, fall.exc_traceback)
    sys.unraisablehook = lambda fall: _tell(fall.exc_type, fall.exc_traceback)
    logging.raiseExceptions = False  # it would print the words of the record it cannot write


def _tell(kind: type[BaseException], trace: TracebackType | None) -> None:
    """Write the kind of a crash and the lines it went through to standard error."""
    if issubclass(kind, SystemExit):  # a thread that ends on purpose
        return
    sys.stderr.write(f"crashed: {kind.__name__}\n{''.join(traceback.format_tb(trace))}")
