"""Words on a page, by tesseract where this machine has it: a child of its own, fed and hurried.

What it sees is a picture drawn by us, never a stranger's file. Its text is a guess: whoever uses it
shows it as one. On Linux the child keeps to limits of memory and of files.
"""

import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Thread

from hardware.child import Alarm, Child, end, pipe, start

PROGRAM = "tesseract"
PAGE_SECONDS = 20.0
MEMORY = 700_000_000  # bytes; a page at 200 dots an inch takes a third of it
MOST_TEXT = 200_000  # bytes: a page has five thousand
_WANTED = ("fra", "nld")
_BLOCKS = "4"  # one column of text of several sizes
_LIST_SECONDS = 10.0

Find = Callable[[str], str | None]


class Ocr:
    """Reads pictures of pages; `languages` are those of ours that this machine has."""

    def __init__(self, program: str = PROGRAM, find: Find = shutil.which) -> None:
        self._program = find(program)
        self._languages: Sequence[str] | None = None
        self._process: Child | None = None
        self._stopped = False

    def stop(self) -> None:
        """End what is being read, from another thread; nothing is read afterwards."""
        self._stopped = True
        if self._process is not None:
            self._process.kill()

    @property
    def installed(self) -> bool:
        """Whether the program is there at all."""
        return self._program is not None

    @property
    def languages(self) -> Sequence[str]:
        """Our languages it can read; it is asked once."""
        if self._languages is None:
            told = self._run(["--list-langs"], b"", _LIST_SECONDS).split()
            self._languages = [each for each in _WANTED if each in told]
        return self._languages

    def words(self, jpeg: bytes) -> str:
        """Give the text of a page; "" when there is none, or it took too much."""
        if not self.languages:
            return ""
        asked = ["stdin", "stdout", "-l", "+".join(self.languages), "--psm", _BLOCKS]
        return self._run(asked, jpeg, PAGE_SECONDS)

    def _run(self, words: Sequence[str], fed: bytes, seconds: float) -> str:
        if self._program is None or self._stopped:
            return ""
        try:
            process = self._process = start([self._program, *words])
        except OSError:
            return ""
        _limit(process)
        try:
            with Alarm(seconds, process):
                Thread(target=_feed, args=(process, fed), daemon=True).start()
                told = pipe(process.stdout).read(MOST_TEXT)
        finally:
            end(process)
        return told.decode("utf-8", "replace")


def _feed(process: Child, fed: bytes) -> None:
    """Hand the picture over from a thread: it may answer before it has read all."""
    with suppress(OSError, ValueError):
        pipe(process.stdin).write(fed)
        pipe(process.stdin).close()


def _limit(process: Child, platform: str = sys.platform) -> None:
    """Set the limits of a child that has read nothing yet."""
    if platform != "linux":
        return
    import resource

    with suppress(OSError):  # it ended already
        for what, most in (
            (resource.RLIMIT_DATA, MEMORY), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0),
        ):  # fmt: skip
            resource.prlimit(process.pid, what, (most, most))
