"""Frames of JSON between the program and a process that wraps somebody else's library.

A frame is one byte of kind, four of length (high byte first), then UTF-8 JSON. Whatever comes back
is judged value by value: such a library may be out of its mind.
"""

import base64
import json
from binascii import Error as NotBase64
from enum import IntEnum
from typing import Any, BinaryIO

from hardware.framing import Garbled, receive, send

MOST_BYTES = 8_000_000  # of a frame: a file of lots is the longest


class Kind(IntEnum):
    """What a frame carries."""

    ASK = 1
    ANSWER = 2
    PROBLEM = 3


def write(stream: BinaryIO, kind: Kind, told: dict[str, Any]) -> None:
    """Send one frame, whole."""
    send(stream, kind, json.dumps(told).encode())


def read(stream: BinaryIO) -> tuple[Kind, dict[str, Any]] | None:
    """Wait for one frame; None when the other side has closed. Raises `Garbled`."""
    found = receive(stream, Kind, lambda _: MOST_BYTES)
    if found is None:
        return None
    kind, body = found
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise Garbled from None
    if not isinstance(told, dict):
        raise Garbled
    return kind, told


def text(value: object, most: int) -> str:
    """Take a text of at most so many characters; raises `Garbled`."""
    if not isinstance(value, str) or len(value) > most:
        raise Garbled
    return value


def flag(value: object) -> bool:
    """Take a truth value; raises `Garbled`."""
    if not isinstance(value, bool):
        raise Garbled
    return value


def encoded(data: bytes) -> str:
    """Write bytes."""
    return base64.b64encode(data).decode()


def decoded(value: object) -> bytes:
    """Read bytes; raises `Garbled`."""
    try:
        return base64.b64decode(text(value, MOST_BYTES), validate=True)
    except (NotBase64, ValueError):
        raise Garbled from None
