"""Frames between the program and a process of its own: a byte of kind, four of length, the bytes.

Whatever comes back is judged like a stranger's file: the process has read one, or wraps somebody
else's library.
"""

import struct
from collections.abc import Callable
from enum import IntEnum
from typing import BinaryIO, TypeVar

K = TypeVar("K", bound=IntEnum)
_HEAD = struct.Struct(">BI")  # the high byte of the length first


class Garbled(Exception):
    """The other side did not speak as agreed."""


def send(stream: BinaryIO, kind: IntEnum, *parts: bytes | memoryview) -> None:
    """Send one frame, whole."""
    stream.write(_HEAD.pack(kind, sum(map(len, parts))))
    for part in parts:
        stream.write(part)
    stream.flush()


def receive(stream: BinaryIO, kinds: type[K], most: Callable[[K], int]) -> tuple[K, bytes] | None:
    """Wait for one frame of these kinds, each of at most so many bytes.

    None when the other side has closed. Raises `Garbled`.
    """
    head = stream.read(_HEAD.size)
    if not head:
        return None
    try:
        number, length = _HEAD.unpack(head)
        kind = kinds(number)
    except (struct.error, ValueError):
        raise Garbled from None
    if length > most(kind):
        raise Garbled
    body = stream.read(length)
    if len(body) < length:
        raise Garbled
    return kind, body
