"""What the child that drives Windows scanners is asked, and what it answers: pure.

Facts of WIA 1 and 2 as Microsoft names them, none of them tried here on a scanner: numbers of
properties and of errors, both background knowledge (`hardware.md` §5.1).
"""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import NamedTuple

from hardware.scan_ports import Device, Job, Mode, Offer, ScanProblem, ScanTrouble, Source, Trust

_FEEDER, _FLATBED, _DUPLEX = 1, 2, 4  # bits of 3086 (what there is) and 3088 (what is used)
_INTENTS = {Mode.COLOUR: 1, Mode.GREY: 2, Mode.BLACK_WHITE: 4}  # of 6146
_USUAL = (75, 100, 150, 200, 300, 600)
_A4 = (8.27, 11.69)  # inches

_FAULTS = {
    "80210002": ScanProblem.JAM,
    "80210003": ScanProblem.NO_PAPER,
    "80210004": ScanProblem.JAM,
    "80210005": ScanProblem.GONE,
    "80210006": ScanProblem.BUSY,
    "80210008": ScanProblem.COVER_OPEN,  # somebody has to do something at the scanner
    "8021000A": ScanProblem.GONE,
    "8021000C": ScanProblem.REFUSED,
    "8021000D": ScanProblem.BUSY,
    "80210015": ScanProblem.GONE,
    "80210016": ScanProblem.COVER_OPEN,
    "80210020": ScanProblem.JAM,  # several sheets at once
    "80040154": ScanProblem.NO_SUPPORT,  # this Windows has no WIA
    "80070057": ScanProblem.REFUSED,
}


class Word(NamedTuple):
    """One line of the child: what it is about, and the rest."""

    name: str
    rest: str

    @classmethod
    def of(cls, line: bytes) -> "Word":
        """Cut a line."""
        name, _, rest = line.decode("ascii", "replace").strip().partition(" ")
        return cls(name, rest)

    def page(self) -> bytes:
        """Give the picture of a PAGE; raise `ScanTrouble` UNREADABLE."""
        try:
            return base64.b64decode(self.rest, validate=True)
        except binascii.Error:
            raise ScanTrouble(ScanProblem.UNREADABLE) from None


def listing() -> bytes:
    """Ask for the scanners."""
    return _line({"do": "list"})


def offering(device: str) -> bytes:
    """Ask what one can do."""
    return _line({"do": "offer", "device": device})


def scanning(job: Job) -> bytes:
    """Ask for pages, in WIA's own numbers."""
    handling = _FLATBED if job.source is Source.GLASS else _FEEDER
    return _line({
        "do": "scan", "device": job.device, "feeder": job.source is Source.FEEDER,
        "handling": handling | (_DUPLEX if job.duplex else 0), "intent": _INTENTS[job.mode],
        "dpi": job.dpi, "width": round(_A4[0] * job.dpi), "height": round(_A4[1] * job.dpi),
    })  # fmt: skip


def devices(words: Sequence[Word]) -> Sequence[Device]:
    """Read the list; a line that makes no sense is no scanner."""
    found = []
    for word in words:
        key, _, name = word.rest.partition(" ")
        try:
            told = _text(key), _text(name)
        except ValueError:
            continue
        if word.name == "DEVICE" and told[0]:
            found.append(Device(told[0], told[1] or told[0], Trust.UNTESTED))
    return found


def offer(words: Sequence[Word]) -> Offer:
    """Read what a scanner can do; one that says nothing of a feeder has a glass plate."""
    told = {word.name: word.rest for word in words}
    handling = int(told.get("HANDLING", "0") or "0") if told.get("HANDLING", "").isdigit() else 0
    sources = [Source.FEEDER] if handling & _FEEDER else []
    if handling & _FLATBED or not sources:
        sources.insert(0, Source.GLASS)
    return Offer(sources, list(_INTENTS), _dots(told.get("DOTS", "")), bool(handling & _DUPLEX))


def fault(code: str) -> ScanProblem:
    """Name a trouble by its number, in eight hexadecimal digits."""
    return _FAULTS.get(code.strip().upper(), ScanProblem.FAILED)


def _dots(text: str) -> Sequence[int]:
    """Read a list « 75 150 » or a range « 75-600 »; keep the usual ones of a range."""
    least, dash, most = text.partition("-")
    if dash and least.isdigit() and most.isdigit():
        within = [each for each in _USUAL if int(least) <= each <= int(most)]
        return within or [int(most)]
    return sorted({int(each) for each in text.split() if each.isdigit() and int(each)}) or [200]


def _text(coded: str) -> str:
    return base64.b64decode(coded, validate=True).decode("utf-8")


def _line(wish: dict[str, object]) -> bytes:
    return json.dumps(wish).encode("ascii") + b"\n"
