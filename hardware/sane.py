"""Scanners of the system by SANE, through `scanimage` in a process of its own.

A driver that crashes takes its process along, never the program. Pages come through named pipes:
no sheet is ever a file in clear. Source: `hardware.md` §5.2.
"""

import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from hardware.sane_options import LISTING, Menu, fault, read_devices, read_menu
from hardware.scan_ports import Device, Job, Offer, ScanProblem, ScanTrouble, Source, Stop
from server.core.sheets import Sheet

_LISTING_SECONDS = 30.0  # drivers look for scanners on every cable and the network
_SILENCE = 90.0  # seconds without a byte after which a scanner is gone: lamps warm up
_END_SECONDS = 4.0  # a driver may hang while it stops, once it has said what went wrong
_TURN = 0.2
_CHUNK = 1 << 16
_REMARK = re.compile(rb"#[^\n]*\n")
MOST_PAGES = 200  # of one run
MOST_PAGE = 256_000_000  # bytes: A4 in colour at 600 dpi is 105 MB


class SaneScanner:
    """Whatever scanners SANE knows on this machine."""

    def __init__(self, program: str = "scanimage", silence: float = _SILENCE) -> None:
        self._program = program
        self._silence = silence

    @property
    def installed(self) -> bool:
        """Whether the program that drives scanners is there."""
        return shutil.which(self._program) is not None

    def devices(self) -> Sequence[Device]:
        """Return the scanners found now; none where SANE is not installed."""
        return read_devices(self._said("-f", LISTING)) if self.installed else ()

    def offer(self, device: str) -> Offer:
        """Return what a scanner can do; raise `ScanTrouble`."""
        return self._menu(device).offer

    def scan(self, job: Job, stop: Stop) -> Iterator[Sheet]:
        """Give the pages as they leave the scanner; raise `ScanTrouble`."""
        menu = self._menu(job.device)
        with _private_folder() as folder, self._running(_asked(job, menu), folder) as process:
            pages = _Pages(folder, process, stop, self._silence)
            count = 0
            for data in pages:
                count += 1
                yield Sheet(data, job.dpi, back=job.duplex and count % 2 == 0)
                if job.source is Source.GLASS:
                    return
            told = fault(pages.last_words())
            if told is not ScanProblem.NO_PAPER or count == 0:
                raise ScanTrouble(told)

    def _menu(self, device: str) -> Menu:
        return read_menu(self._said("-d", device, "-A"))

    def _said(self, *words: str) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program, words never through a shell
                (self._program, *words), capture_output=True, text=True, check=False,
                timeout=_LISTING_SECONDS, env=_environment(), stdin=subprocess.DEVNULL,
                errors="replace",
            )  # fmt: skip
        except FileNotFoundError:
            raise ScanTrouble(ScanProblem.NO_SUPPORT) from None
        except subprocess.TimeoutExpired:
            raise ScanTrouble(ScanProblem.GONE) from None
        if done.returncode != 0:
            raise ScanTrouble(fault(done.stderr))
        return done.stdout

    @contextmanager
    def _running(self, words: Sequence[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen(  # noqa: S603 - a fixed program, words never through a shell
            (self._program, *words, f"--batch={folder}/%d"), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=_environment(),
        )  # fmt: skip
        try:
            yield process
        finally:
            _end(process)


class _Pages:
    """The pages of one run, each read from a pipe of its own."""

    def __init__(
        self, folder: Path, process: subprocess.Popen[bytes], stop: Stop, silence: float
    ) -> None:
        self._folder = folder
        self._process = process
        self._stop = stop
        self._silence = silence

    def __iter__(self) -> Iterator[bytes]:
        for number in range(1, MOST_PAGES + 1):
            data = self._page(number)
            if not is_whole(data):
                return  # none, or cut short: the scanner says why in its last words
            yield data

    def last_words(self) -> str:
        """Return what the run said at its end, in English; a run that does not end is ended."""
        try:
            _, told = self._process.communicate(timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            _, told = self._process.communicate()
        return told.decode("utf-8", "replace")

    def _page(self, number: int) -> bytes:
        pipe = os.open(_pipe(self._folder, number), os.O_RDONLY | os.O_NONBLOCK)
        try:
            return self._read(pipe)
        finally:
            os.close(pipe)

    def _read(self, pipe: int) -> bytes:
        """Return one page; b"" when the run ended instead of beginning it."""
        data = bytearray()
        heard = time.monotonic()
        while not self._stop():
            ready, _, _ = select.select([pipe], [], [], _TURN)
            ended = self._process.poll() is not None  # asked before reading: nothing is missed
            chunk = _chunk(pipe) if ready else None
            if chunk:
                data += chunk
                heard = time.monotonic()
            elif ended or (chunk == b"" and data):
                return bytes(data)
            if len(data) > MOST_PAGE or time.monotonic() - heard > self._silence:
                raise ScanTrouble(ScanProblem.GONE)
        raise ScanTrouble(ScanProblem.CANCELLED)


def is_whole(data: bytes) -> bool:
    """Say whether a PNM picture has every byte its head promises."""
    head = _REMARK.sub(b"", data[:256]).split(maxsplit=4)
    try:
        kind, width, height = head[0], int(head[1]), int(head[2])
    except (IndexError, ValueError):
        return False
    row = {b"P4": -(-width // 8), b"P5": width, b"P6": 3 * width}.get(kind, 0)
    return 0 < row * height <= len(data)


def _pipe(folder: Path, number: int) -> Path:
    """Return the name `scanimage` writes a page under, before it renames it."""
    return folder / f"{number}.part"


def _chunk(pipe: int) -> bytes | None:
    """Read what is there; b"" when nobody writes, None when a writer has nothing yet."""
    try:
        return os.read(pipe, _CHUNK)
    except BlockingIOError:
        return None


def _asked(job: Job, menu: Menu) -> Sequence[str]:
    """Say a job in the device's own words; raise `ScanTrouble` REFUSED for what it has not."""
    source = menu.glass if job.source is Source.GLASS else menu.feeder
    if job.duplex:
        source = menu.both_sides
    mode = menu.modes.get(job.mode)
    if source is None or mode is None:
        raise ScanTrouble(ScanProblem.REFUSED)
    words = ["-d", job.device, "--format=pnm", "--mode", mode, "--resolution", str(job.dpi)]
    words += ["--source", source] if source else []
    for side, length in menu.sides.items():
        words += [f"-{side}", f"{length:g}"]
    return [*words, f"--batch-count={1 if job.source is Source.GLASS else MOST_PAGES}"]


def _environment() -> dict[str, str]:
    """Return the program's own, in English: faults are told in words."""
    return {**os.environ, "LC_ALL": "C", "LANGUAGE": "C"}


@contextmanager
def _private_folder() -> Iterator[Path]:
    """Make a folder with a pipe for each page, readable by nobody else, gone at the end.

    All are made beforehand: where there is no pipe, `scanimage` would write a file.
    """
    folder = Path(tempfile.mkdtemp(prefix="besace-scan-"))
    try:
        for number in range(1, MOST_PAGES + 1):
            os.mkfifo(_pipe(folder, number), 0o600)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let the scanner put its lamp back; kill what does not end."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stderr:
        process.stderr.close()
