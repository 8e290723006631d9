"""Scanners of Windows by WIA, through a child of Windows' own PowerShell.

« Non vérifié » beside every one of them: the decisions and the lines are tested with a child that
answers as WIA is said to; no scanner was ever reached this way. A driver that crashes takes the
child along, never the program. Source: `hardware.md` §5.1.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import BinaryIO

from hardware import wia_words
from hardware.child import Child, end, pipe
from hardware.scan_ports import Device, Job, Offer, ScanProblem, ScanTrouble, Source, Stop
from hardware.wia_script import SCRIPT
from hardware.wia_words import Word
from server.core.sheets import Sheet

_LISTING_SECONDS = 30.0
_SILENCE = 90.0  # seconds without a page after which a scanner is gone: lamps warm up
_TURN = 0.2
MOST_PAGES = 200  # of one run
MOST_LINE = 350_000_000  # bytes: a page in base64, A4 in colour at 600 dots an inch


def powershell(
    environ: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> Sequence[str]:
    """Give the command of Windows' own PowerShell, by its whole path; () elsewhere."""
    root = environ.get("SYSTEMROOT", "")
    if platform != "win32" or not root:
        return ()
    place = f"{root}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
    return (place, "-NoLogo", "-NoProfile", "-NonInteractive", "-Command", SCRIPT)


class WiaScanner:
    """Whatever scanners WIA knows on this machine."""

    def __init__(self, asked: Sequence[str] | None = None, silence: float = _SILENCE) -> None:
        """`asked` is the command of the child: Windows' PowerShell unless told otherwise."""
        self._command = powershell() if asked is None else asked
        self._silence = silence

    @property
    def installed(self) -> bool:
        """Whether there is a child to ask."""
        return bool(self._command) and Path(self._command[0]).exists()

    def devices(self) -> Sequence[Device]:
        """Return the scanners found now; none where there is no WIA."""
        return wia_words.devices(self._said(wia_words.listing())) if self.installed else ()

    def offer(self, device: str) -> Offer:
        """Return what a scanner can do; raise `ScanTrouble`."""
        return wia_words.offer(self._said(wia_words.offering(device)))

    def scan(self, job: Job, stop: Stop) -> Iterator[Sheet]:
        """Give the pages as they leave the scanner; raise `ScanTrouble`."""
        count = 0
        with self._child(wia_words.scanning(job)) as answers:
            for word in answers.words(self._silence, stop):
                if word.name == "TROUBLE":
                    problem = wia_words.fault(word.rest)
                    if problem is ScanProblem.NO_PAPER and count:
                        return
                    raise ScanTrouble(problem)
                if word.name == "PAGE":
                    count += 1
                    back = job.duplex and count % 2 == 0
                    yield Sheet(word.page(), job.dpi, back=back)
                if (job.source is Source.GLASS and count) or count == MOST_PAGES:
                    return

    def _said(self, wish: bytes) -> Sequence[Word]:
        """Ask for something that is answered at once."""
        with self._child(wish) as answers:
            words = list(answers.words(_LISTING_SECONDS, lambda: False))
        troubles = [wia_words.fault(word.rest) for word in words if word.name == "TROUBLE"]
        if troubles:
            raise ScanTrouble(troubles[0])
        return words

    @contextmanager
    def _child(self, wish: bytes) -> Iterator["_Answers"]:
        if not self.installed:
            raise ScanTrouble(ScanProblem.NO_SUPPORT)
        try:
            process = subprocess.Popen(  # noqa: S603 - a fixed program; the wish goes by its input
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )  # fmt: skip
        except OSError:  # forbidden by a policy of this Windows
            raise ScanTrouble(ScanProblem.NO_SUPPORT) from None
        try:
            yield _Answers(process, wish)
        finally:
            end(process)


class _Answers:
    """The lines of one child, taken by a thread: a pipe of Windows cannot be waited for."""

    def __init__(self, process: Child, wish: bytes) -> None:
        self._lines: SimpleQueue[bytes] = SimpleQueue()
        out = pipe(process.stdout)
        Thread(target=self._take, args=(out,), name="wia", daemon=True).start()
        try:
            asked = pipe(process.stdin)
            asked.write(wish)
            asked.flush()
        except OSError:
            return  # it ended at once: its silence says so

    def words(self, silence: float, stop: Stop) -> Iterator[Word]:
        """Give each word until the last; raise `ScanTrouble` GONE, or CANCELLED after a stop."""
        heard = time.monotonic()
        while not stop():
            try:
                line = self._lines.get(timeout=_TURN)
            except Empty:
                if time.monotonic() - heard > silence:
                    raise ScanTrouble(ScanProblem.GONE) from None
                continue
            word = Word.of(line)
            if word.name == "END":
                return
            if not line:  # the child fell
                raise ScanTrouble(ScanProblem.FAILED)
            yield word
            if word.name == "TROUBLE":
                return
            heard = time.monotonic()
        raise ScanTrouble(ScanProblem.CANCELLED)

    def _take(self, out: BinaryIO) -> None:
        try:
            while line := out.readline(MOST_LINE):
                self._lines.put(line)
        except (OSError, ValueError):
            pass  # closed by who asked
        self._lines.put(b"")
