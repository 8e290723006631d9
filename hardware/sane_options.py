"""What `scanimage` says of its devices and their options, read from its text: pure.

Source: `hardware.md` §5.2. The words of the options are each driver's own; what is looked for in
them is what the drivers of Debian 12 call a glass plate, a feeder and both sides.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hardware.scan_ports import Device, Mode, Offer, ScanProblem, ScanTrouble, Source

LISTING = "%d|%v|%m%n"
_USUAL = (75, 100, 150, 200, 300, 600)
_OPTION = re.compile(r"^ {4}-{1,2}([a-z-]+)(?:\[=| )(\S.*?)(?:\)\])? \[[^\]]*\]$", re.MULTILINE)
_RANGE = re.compile(r"([\d.]+)\.\.([\d.]+)")
_SIDES = {"x": 210.0, "y": 297.0}  # millimetres of A4

_FAULTS = (
    ("jammed", ScanProblem.JAM),
    ("cover is open", ScanProblem.COVER_OPEN),
    ("out of documents", ScanProblem.NO_PAPER),
    ("busy", ScanProblem.BUSY),
    ("i/o", ScanProblem.GONE),
    ("invalid argument", ScanProblem.GONE),  # a device that is not there any more
    ("access to resource", ScanProblem.REFUSED),
    ("setting of option", ScanProblem.REFUSED),
)


@dataclass(frozen=True, slots=True)
class Menu:
    """What a device offers, in our words, with its own word for each."""

    glass: str | None
    feeder: str | None
    both_sides: str | None
    modes: Mapping[Mode, str]
    resolutions: Sequence[int]
    sides: Mapping[str, float]  # "x", "y": the area to scan, millimetres

    @property
    def offer(self) -> Offer:
        """The same in our words alone."""
        sources = [Source.GLASS] if self.glass is not None else []
        if self.feeder is not None:
            sources.append(Source.FEEDER)
        return Offer(sources, list(self.modes), self.resolutions, self.both_sides is not None)


def read_devices(text: str) -> Sequence[Device]:
    """Read the answer to `scanimage -f` with `LISTING`."""
    rows = [line.split("|") for line in text.splitlines() if line.count("|") == 2]
    return [Device(f"{name}", f"{vendor} {model}".strip()) for name, vendor, model in rows]


def read_menu(text: str) -> Menu:
    """Read the answer to `scanimage -A`; raise `ScanTrouble` UNREADABLE without a resolution."""
    options = dict(_OPTION.findall(text))
    resolutions = _resolutions(options.get("resolution", ""))
    if not resolutions:
        raise ScanTrouble(ScanProblem.UNREADABLE)
    glass, feeder, both = _sources(options.get("source", ""))
    return Menu(glass, feeder, both, _modes(options.get("mode", "")), resolutions, _area(options))


def fault(text: str) -> ScanProblem:
    """Tell from what `scanimage` wrote why it ended."""
    told = text.lower()
    return next((problem for words, problem in _FAULTS if words in told), ScanProblem.FAILED)


def _sources(words: str) -> tuple[str | None, str | None, str | None]:
    """Return the words for glass, feeder, and feeder on both sides; "" when there is one way."""
    if not words:
        return "", None, None
    glass = feeder = both = None
    for word in words.split("|"):
        low = word.lower()
        if "duplex" in low or "both" in low:
            both = both or word
        elif "adf" in low or "feeder" in low:
            feeder = feeder or word
        elif "flat" in low or "table" in low or "platen" in low or "normal" in low:
            glass = glass or word
    return glass, feeder or both, both


def _modes(words: str) -> Mapping[Mode, str]:
    found: dict[Mode, str] = {}
    for word in words.split("|"):
        low = word.lower()
        if "color" in low:
            found.setdefault(Mode.COLOUR, word)
        elif "gray" in low or "grey" in low:
            found.setdefault(Mode.GREY, word)
        elif "lineart" in low or "black" in low or "binary" in low:
            found.setdefault(Mode.BLACK_WHITE, word)
    return found


def _resolutions(words: str) -> Sequence[int]:
    bounds = _RANGE.match(words)
    if bounds:
        return [dpi for dpi in _USUAL if float(bounds[1]) <= dpi <= float(bounds[2])]
    return sorted({int(number) for number in re.findall(r"\d+", words)})


def _area(options: Mapping[str, str]) -> Mapping[str, float]:
    """A4, or the whole of a smaller plate; nothing where the driver knows no area."""
    bounds = {side: _RANGE.match(options.get(side, "")) for side in _SIDES}
    return {side: min(_SIDES[side], float(b[2])) for side, b in bounds.items() if b}
