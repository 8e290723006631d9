"""The messages of eSCL, the scanning protocol of network printers: pure, read and written.

Source: `hardware.md` §5.3. Namespaces and element names are those of the protocol; sizes are in
three-hundredths of an inch. Read leniently: what a device leaves out, it does not offer.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from hardware.scan_ports import Job, Mode, Offer, ScanProblem, ScanTrouble, Source

if TYPE_CHECKING:
    from lxml.etree import _Element

SCAN = "http://schemas.hp.com/imaging/escl/2011/05/03"
PWG = "http://www.pwg.org/schemas/2010/12/sm"
A4 = (2480, 3508)  # three-hundredths of an inch
MOST_XML = 1_000_000  # bytes of one message
_NAMES = {"scan": SCAN, "pwg": PWG}
_MODES = {"RGB24": Mode.COLOUR, "Grayscale8": Mode.GREY, "BlackAndWhite1": Mode.BLACK_WHITE}
_WORDS = {mode: word for word, mode in _MODES.items()}
_USUAL = (150, 200, 300)  # where a device tells a range of resolutions


class State(StrEnum):
    """What a scanner does now."""

    IDLE = "Idle"
    PROCESSING = "Processing"
    OTHER = "Other"


_FEEDER_FAULTS = {
    "ScannerAdfJam": ScanProblem.JAM,
    "ScannerAdfMispick": ScanProblem.JAM,
    "ScannerAdfMultipickDetected": ScanProblem.JAM,
    "ScannerAdfHatchOpen": ScanProblem.COVER_OPEN,
    "ScannerAdfEmpty": ScanProblem.NO_PAPER,
}


def read_offer(message: bytes) -> Offer:
    """Read `ScannerCapabilities`; raise `ScanTrouble` UNREADABLE when nothing can be asked."""
    root = _parsed(message)
    glass, feeder = root.find(".//scan:Platen", _NAMES), root.find(".//scan:Adf", _NAMES)
    sources = [
        source for source, part in ((Source.GLASS, glass), (Source.FEEDER, feeder))
        if part is not None
    ]  # fmt: skip
    words = {word.text for word in root.iterfind(".//scan:ColorMode", _NAMES)}
    modes = [mode for word, mode in _MODES.items() if word in words]
    resolutions = _resolutions(root)
    if not (sources and modes and resolutions):
        raise ScanTrouble(ScanProblem.UNREADABLE)
    duplex = root.find(".//scan:AdfDuplexInputCaps", _NAMES) is not None
    return Offer(sources, modes, resolutions, duplex)


def read_name(message: bytes) -> str:
    """Read how a device calls itself, from `ScannerCapabilities`; "" when it does not."""
    return (_parsed(message).findtext(".//pwg:MakeAndModel", "", _NAMES) or "").strip()


def read_status(message: bytes) -> tuple[State, ScanProblem | None]:
    """Read `ScannerStatus`: what the scanner does, and what is wrong with its feeder."""
    root = _parsed(message)
    word = root.findtext(".//pwg:State", "", _NAMES) or ""
    state = State(word) if word in State.__members__.values() else State.OTHER
    return state, _FEEDER_FAULTS.get(root.findtext(".//scan:AdfState", "", _NAMES) or "")


def settings(job: Job) -> bytes:
    """Write the `ScanSettings` that ask for a job: A4, JPEG, both names of its format."""
    width, height = A4
    source = "Feeder" if job.source is Source.FEEDER else "Platen"
    duplex = str(job.duplex and job.source is Source.FEEDER).lower()
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<scan:ScanSettings xmlns:scan="{SCAN}" xmlns:pwg="{PWG}">
<pwg:Version>2.6</pwg:Version>
<pwg:ScanRegions><pwg:ScanRegion>
<pwg:ContentRegionUnits>escl:ThreeHundredthsOfInches</pwg:ContentRegionUnits>
<pwg:XOffset>0</pwg:XOffset><pwg:YOffset>0</pwg:YOffset>
<pwg:Width>{width}</pwg:Width><pwg:Height>{height}</pwg:Height>
</pwg:ScanRegion></pwg:ScanRegions>
<pwg:InputSource>{source}</pwg:InputSource>
<scan:ColorMode>{_WORDS[job.mode]}</scan:ColorMode>
<pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>
<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt>
<scan:XResolution>{job.dpi}</scan:XResolution><scan:YResolution>{job.dpi}</scan:YResolution>
<scan:Duplex>{duplex}</scan:Duplex>
</scan:ScanSettings>""".encode()


def _resolutions(root: "_Element") -> Sequence[int]:
    """Discrete ones as told; of a range, the usual ones inside it."""
    told = {
        int(text)
        for each in root.iterfind(".//scan:DiscreteResolution/scan:XResolution", _NAMES)
        if (text := (each.text or "").strip()).isascii() and text.isdigit()
    }
    if told:
        return sorted(told)
    lowest = _number(root, ".//scan:ResolutionRange//scan:Min")
    highest = _number(root, ".//scan:ResolutionRange//scan:Max")
    return [dpi for dpi in _USUAL if lowest <= dpi <= highest]


def _number(root: "_Element", path: str) -> int:
    text = (root.findtext(path, "0", _NAMES) or "0").strip()
    return int(text) if text.isascii() and text.isdigit() else 0


def _parsed(message: bytes) -> "_Element":
    """Read a device's XML: no entity, no DTD, no mountain."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(message[:MOST_XML], parser)
    except etree.XMLSyntaxError:
        raise ScanTrouble(ScanProblem.UNREADABLE) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise ScanTrouble(ScanProblem.UNREADABLE)
    return root
