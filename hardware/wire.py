"""What the program and its decoding processes say to each other: one kind, one length, some bytes.

An answer comes from a process that read a stranger's file: it is judged like one, within its size.
"""

import base64
import json
import struct
from collections.abc import Iterable
from enum import IntEnum
from typing import Any, BinaryIO, NamedTuple

from hardware.code_ports import CodeProblem, Found
from hardware.framing import Garbled, receive, send
from server.core.codes import CodeRead, Symbology

MOST_BYTES = 50_000_000  # of a file or frame
MOST_SHEET = 256_000_000  # of a sheet as a scanner sends it: A4 in colour at 600 dots an inch
_SIZE = struct.Struct(">HH")


class Kind(IntEnum):
    """What a message carries."""

    FILE = 1  # a file as it is
    FRAME = 2  # width, height, grey pixels
    FOUND = 3  # codes, or why there are none
    PREVIEW = 4  # a JPEG of what the camera sees
    SHEET = 5  # one sheet as a scanner saw it: how, then its picture
    PAGE = 6  # one page made ready: how readable, then its JPEG
    BIND = 7  # JPEGs to be one PDF
    BOUND = 8  # that PDF
    REVISE = 9  # a file, with how its pages are to be seen
    LEGIBLE = 10  # a file whose first pages are drawn large, for who reads words


class Message(NamedTuple):
    """One message."""

    kind: Kind
    body: bytes


def write(stream: BinaryIO, kind: Kind, *parts: bytes | memoryview) -> None:
    """Send one message, whole."""
    send(stream, kind, *parts)


def read(stream: BinaryIO) -> Message | None:
    """Wait for one message; None when the other side has closed. Raises `Garbled`."""
    found = receive(stream, Kind, _most)
    return None if found is None else Message(*found)


def _most(kind: Kind) -> int:
    return MOST_SHEET if kind in (Kind.SHEET, Kind.BIND) else MOST_BYTES


def frame_size(width: int, height: int) -> bytes:
    """Write the size of a frame, before its pixels."""
    return _SIZE.pack(width, height)


def frame_of(body: bytes) -> tuple[int, int, memoryview]:
    """Give the width, the height and the pixels of a frame."""
    width, height = _SIZE.unpack_from(body)
    return width, height, memoryview(body)[_SIZE.size :]


def pack_found(found: Found) -> bytes:
    """Write what was found."""
    codes = [
        {
            "symbology": code.symbology.value,
            "text": code.text,
            "raw": base64.b64encode(code.raw).decode(),
            "to_verify": code.to_verify,
        }
        for code in found.codes
    ]
    told = {"codes": codes, "problem": found.problem, "facts": dict(found.facts)}
    return json.dumps(told).encode()


def unpack_found(body: bytes) -> Found:
    """Read it back, value by value; raises `Garbled`."""
    try:
        told = json.loads(body)
        problem = told["problem"] and CodeProblem(told["problem"])
        facts = {str(name): str(value) for name, value in told["facts"].items()}
        return Found(tuple(_codes(told["codes"])), problem, facts)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Garbled from None


def _codes(told: Iterable[Any]) -> Iterable[CodeRead]:
    for code in told:
        raw = base64.b64decode(code["raw"], validate=True)
        to_verify = code["to_verify"] is not False
        yield CodeRead(Symbology(code["symbology"]), str(code["text"]), raw, to_verify)
