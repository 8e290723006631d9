"""What an eSCL scanner accepts to scan: the settings of a job, read strictly.

Source: `hardware.md` §5.3. A real device forgives more; this one refuses what one of them might.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from lxml.etree import _Element

SCAN = "{http://schemas.hp.com/imaging/escl/2011/05/03}"
PWG = "{http://www.pwg.org/schemas/2010/12/sm}"
RESOLUTIONS = (75, 100, 150, 200, 300)
WIDEST, LONGEST = 2550, 3508  # three-hundredths of an inch
PIXELS: Mapping[str, str] = {"RGB24": "RGB", "Grayscale8": "L", "BlackAndWhite1": "1"}
_EXPECTED = {
    PWG + "Version", PWG + "ScanRegions", PWG + "InputSource", SCAN + "ColorMode",
    PWG + "DocumentFormat", SCAN + "DocumentFormatExt", SCAN + "XResolution",
    SCAN + "YResolution", SCAN + "Duplex",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A job that was accepted."""

    feeder: bool
    pixels: str  # Pillow's name of the mode
    dpi: int
    width: int  # three-hundredths of an inch
    height: int
    duplex: bool


class Refused(Exception):
    """The settings are not a job for this scanner; says which part."""


def judge(body: bytes) -> Wanted:
    """Read `ScanSettings`; raise `Refused` with the part at fault."""
    root = _root(body)
    unknown = {str(child.tag) for child in root} - _EXPECTED
    if unknown:
        raise Refused(f"unknown part {sorted(unknown)[0]}")
    formats = {_text(root, PWG + "DocumentFormat"), _text(root, SCAN + "DocumentFormatExt")}
    if formats != {"image/jpeg"}:
        raise Refused("DocumentFormat")
    dpi = _number(root, SCAN + "XResolution")
    if dpi not in RESOLUTIONS or dpi != _number(root, SCAN + "YResolution"):
        raise Refused("resolution")
    source = _one_of(_text(root, PWG + "InputSource"), ("Platen", "Feeder"), "InputSource")
    colour = _one_of(_text(root, SCAN + "ColorMode"), tuple(PIXELS), "ColorMode")
    duplex = _one_of(_text(root, SCAN + "Duplex"), ("true", "false"), "Duplex") == "true"
    if duplex and source != "Feeder":
        raise Refused("Duplex on the glass")
    width, height = _region(root)
    return Wanted(source == "Feeder", PIXELS[colour], dpi, width, height, duplex)


def _root(body: bytes) -> "_Element":
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise Refused("not XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused("declarations")
    if root.tag != SCAN + "ScanSettings":
        raise Refused("ScanSettings")
    return root


def _region(root: "_Element") -> tuple[int, int]:
    region = root.find(f"{PWG}ScanRegions/{PWG}ScanRegion")
    if region is None or _text(region, PWG + "ContentRegionUnits") not in (
        "escl:ThreeHundredthsOfInches",
    ):
        raise Refused("ScanRegion")
    left, top = _number(region, PWG + "XOffset"), _number(region, PWG + "YOffset")
    width, height = _number(region, PWG + "Width"), _number(region, PWG + "Height")
    if not (0 < width <= WIDEST - left and 0 < height <= LONGEST - top):
        raise Refused("ScanRegion outside the glass")
    return width, height


def _text(parent: "_Element", tag: str) -> str:
    found = parent.findall(tag)
    if len(found) != 1 or not found[0].text:
        raise Refused(tag.rpartition("}")[2])
    return found[0].text


def _number(parent: "_Element", tag: str) -> int:
    text = _text(parent, tag)
    if not (text.isascii() and text.isdigit()):
        raise Refused(tag.rpartition("}")[2])
    return int(text)


def _one_of(text: str, words: tuple[str, ...], what: str) -> str:
    if text not in words:
        raise Refused(what)
    return text
