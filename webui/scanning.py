"""Scanners as the screens see them: what was found, what is asked, how a scan stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FoundScanner:
    """One scanner that answered, and what it can do, in the words of forms."""

    id: str
    name: str
    tested: bool  # False is shown as « non vérifié »
    sources: Sequence[str]  # "glass", "feeder"
    modes: Sequence[str]  # "colour", "grey", "black_white"
    resolutions: Sequence[int]  # dots per inch, ascending
    duplex: bool


@dataclass(frozen=True, slots=True)
class WantedScan:
    """A scan as somebody asks for it; `patient` is whose file is open, "" when none is."""

    scanner: str
    source: str
    mode: str
    dpi: int
    duplex: bool
    patient: str = ""


@dataclass(frozen=True, slots=True)
class ScanState:
    """How it stands, now. The pages, document and problem are those of the last scan."""

    looking: bool = False
    found: Sequence[FoundScanner] | None = None  # None: nobody has looked yet
    silent: Sequence[str] = ()  # addresses on the list that do not answer
    number: int = 0  # of the last scan of this run of the program, 0 before the first
    running: bool = False
    pages: int = 0
    problem: str = ""  # code of its sentence
    document: str = ""  # what it became on the table
    already: bool = False  # these very pages were there before
    patient: str = ""


class ScanControl(Protocol):
    """What the user may ask of the scanners; everything is done in the background."""

    @property
    def state(self) -> ScanState:
        """How it stands."""
        ...

    def look(self) -> None:
        """Look again for scanners, at the addresses of the practice as they now are."""
        ...

    def scan(self, wanted: WantedScan) -> None:
        """Begin a scan; raise `InvalidForm` for what this scanner has not, when one runs too."""
        ...

    def stop_scan(self) -> None:
        """Stop the scan under way; what came through is kept."""
        ...
