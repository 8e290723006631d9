"""The scanner itself: its feeder, its one job at a time, and what goes wrong with it."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from server.simulators.scanner.judge import Wanted
from server.simulators.scanner.sheets import draw, tilt_of


class Fault(StrEnum):
    """What can be wrong, under the name a tester gives it."""

    NONE = "none"
    EMPTY = "empty"  # no sheet in the feeder
    JAM = "jam"  # the sheet after `after` is stuck
    COVER = "cover"  # the cover is opened after `after` sheets
    BUSY = "busy"  # somebody else scans
    WARMING = "warming"  # not ready twice before each page
    SILENT = "silent"  # it hangs up after `after` sheets
    GARBAGE = "garbage"  # a page is no picture


@dataclass(slots=True)
class Setting:
    """How the scanner is set up; a tester may change it between jobs, which loads the feeder."""

    sheets: int = 3
    refill: float | None = None  # seconds after which somebody puts as many sheets in again
    pages_per_minute: float = 0.0  # 0: as fast as it can
    fault: Fault = Fault.NONE
    after: int = 1
    seed: int = 0

    @classmethod
    def read(cls, text: bytes) -> "Setting":
        """Read what a tester wrote in JSON, by these names; raise `ValueError`."""
        try:
            wanted = json.loads(text)
            return cls(**{**wanted, "fault": Fault(wanted.get("fault", "none"))})
        except (TypeError, AttributeError) as error:
            raise ValueError("not the setting of a scanner") from error


@dataclass(slots=True)
class _Job:
    wanted: Wanted
    sides: int
    given: int = 0
    waits: int = 0
    begun: float = 0.0


class NotReady(Exception):
    """The page is not ready: ask again."""


class NoMore(Exception):
    """There is no further page in this job."""


class HungUp(Exception):
    """The scanner went away in the middle."""


class Machine:
    """One scanner; safe to use from several threads."""

    def __init__(
        self, setting: Setting | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.cancelled = 0
        self._clock = clock
        self._lock = Lock()
        self._job: tuple[str, _Job] | None = None
        self._given = 0  # pages of the last job
        self.load(setting or Setting())

    def load(self, setting: Setting) -> None:
        """Put sheets in, and set what goes wrong."""
        self._setting = setting
        self._sheets = setting.sheets
        self._emptied = 0.0

    def state(self) -> tuple[str, str]:
        """Return the words of its status: what it does, and how its feeder is."""
        with self._lock:
            self._refill()
            setting = self._setting
            busy = setting.fault is Fault.BUSY or self._job is not None
            words = {True: "ScannerAdfLoaded", False: "ScannerAdfEmpty"}
            feeder = words[self._sheets > 0 and setting.fault is not Fault.EMPTY]
            if self._given >= setting.after:
                broken = {Fault.JAM: "ScannerAdfJam", Fault.COVER: "ScannerAdfHatchOpen"}
                feeder = broken.get(setting.fault, feeder)
            return "Processing" if busy else "Idle", feeder

    def begin(self, wanted: Wanted) -> str | None:
        """Start a job and return its number; None while another one runs."""
        with self._lock:
            self._refill()
            if self._job is not None or self._setting.fault is Fault.BUSY:
                return None
            sheets = self._sheets if wanted.feeder else 1
            if self._setting.fault is Fault.EMPTY and wanted.feeder:
                sheets = 0
            number = f"{int(self._clock() * 1e6):x}"
            self._given = 0
            sides = sheets * (2 if wanted.duplex else 1)
            self._job = number, _Job(wanted, sides, begun=self._clock())
            return number

    def next_page(self, number: str) -> bytes:
        """Return the next side of a job; raise `NotReady`, `NoMore` or `HungUp`."""
        with self._lock:
            if self._job is None or self._job[0] != number:
                raise NoMore
            job = self._job[1]
            self._stumble(job)
            if job.given >= job.sides:
                self._job = None  # over: the next one may begin
                raise NoMore
            self._feed(job)
            if self._setting.fault is Fault.GARBAGE:
                return b"this is no picture"
            return draw(job.wanted, job.given, tilt_of(job.given, self._setting.seed))

    def end(self, number: str) -> bool:
        """Forget a job; say whether it was known."""
        with self._lock:
            if self._job is None or self._job[0] != number:
                return False
            job, self._job = self._job[1], None
            self.cancelled += job.given < job.sides
            return True

    def _feed(self, job: _Job) -> None:
        """Take the next side in, when it has come through."""
        pace = self._setting.pages_per_minute
        if pace and self._clock() < job.begun + (job.given + 1) * 60 / pace:
            raise NotReady
        job.given += 1
        job.waits = 0
        self._given = job.given
        if job.wanted.feeder and (not job.wanted.duplex or job.given % 2):
            self._sheets -= 1
            self._emptied = self._clock()

    def _stumble(self, job: _Job) -> None:
        fault, passed = self._setting.fault, job.given >= self._setting.after
        if fault is Fault.WARMING and job.waits < 2:
            job.waits += 1
            raise NotReady
        if passed and fault in (Fault.JAM, Fault.COVER):
            raise NoMore
        if passed and fault is Fault.SILENT:
            raise HungUp

    def _refill(self) -> None:
        wait = self._setting.refill
        if wait is not None and self._sheets == 0 and self._clock() >= self._emptied + wait:
            self._sheets = self._setting.sheets
