"""What a scanner is, in types: what it offers, what is asked of it, and what can go wrong.

Several kinds of scanner stand behind one port (`hardware.md` §5.1): network ones (eSCL), those of
the system (SANE, WIA), and a watched folder for all others, which has a module of its own. A scan
runs on one thread of its own, never on that of a request; its pages leave one by one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from server.core.errors import KineError
from server.core.sheets import Sheet


class Source(StrEnum):
    """Where the paper lies."""

    GLASS = "glass"
    FEEDER = "feeder"


class Mode(StrEnum):
    """How a sheet is seen; stamps disappear in black and white, so it is never the default."""

    COLOUR = "colour"
    GREY = "grey"
    BLACK_WHITE = "black_white"


class Trust(StrEnum):
    """How far we know a way of scanning; shown beside the device."""

    TESTED = "tested"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class Device:
    """One scanner of the list: its address for the driver, and the name people know."""

    id: str
    name: str
    trust: Trust = Trust.TESTED


@dataclass(frozen=True, slots=True)
class Offer:
    """What a scanner can do."""

    sources: Sequence[Source]
    modes: Sequence[Mode]
    resolutions: Sequence[int]  # dots per inch, ascending
    duplex: bool

    def nearest(self, dpi: int) -> int:
        """Return the smallest resolution offered that is not below `dpi`, else the largest."""
        return next((each for each in self.resolutions if each >= dpi), self.resolutions[-1])


@dataclass(frozen=True, slots=True)
class Job:
    """One scan as the person asks for it; A4."""

    device: str
    source: Source
    mode: Mode = Mode.GREY
    dpi: int = 200
    duplex: bool = False


class ScanProblem(StrEnum):
    """Codes of the sentences about a scan; the catalogue says the rest."""

    NO_PAPER = "scan.no_paper"
    """The feeder is empty: put the sheets in."""

    JAM = "scan.jam"
    """A sheet is stuck: take it out; the pages before it are kept."""

    COVER_OPEN = "scan.cover_open"
    """The cover is open: close it."""

    BUSY = "scan.busy"
    """Another program or person is scanning: wait for its end."""

    GONE = "scan.gone"
    """The scanner no longer answers: cable, power, network."""

    REFUSED = "scan.refused"
    """The scanner does not accept these settings."""

    UNREADABLE = "scan.unreadable"
    """What the scanner sent is no picture of a sheet."""

    FAILED = "scan.device"
    """The scanner says it failed, without a reason we know."""

    CANCELLED = "scan.cancelled"
    """The person stopped it."""

    NO_SUPPORT = "scan.no_support"
    """The program that drives scanners is not installed on this machine."""


class ScanTrouble(KineError):
    """A scan ended before its time; facts: `problem`, a `ScanProblem`."""

    code = "scan.failed"

    def __init__(self, problem: ScanProblem) -> None:
        super().__init__(problem=problem)
        self.problem = problem


Stop = Callable[[], bool]
"""Whether the person asked to stop; looked at between pages and while a page is awaited."""


class Scanner(Protocol):
    """One way of reaching scanners."""

    def devices(self) -> Sequence[Device]:
        """Return the scanners reached this way; slow: never during a request."""
        ...

    def offer(self, device: str) -> Offer:
        """Return what a scanner can do; raise `ScanTrouble`."""
        ...

    def scan(self, job: Job, stop: Stop) -> Iterator[Sheet]:
        """Give the pages one by one as they come; raise `ScanTrouble`, CANCELLED after a stop.

        The pages given before a trouble are good. An empty feeder at the start is NO_PAPER, later
        it is the end.
        """
        ...
