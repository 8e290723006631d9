"""What the program and the process of the French component say to each other: frames of JSON.

A frame is one byte of kind, four of length (high byte first), then UTF-8 JSON. Whatever comes back
is judged value by value: the process wraps somebody else's library, and may be out of its mind.
"""

import base64
import json
from binascii import Error as NotBase64
from enum import IntEnum
from typing import Any, BinaryIO

from hardware.framing import Garbled, receive, send
from server.core.sesam import (
    Component,
    DriverError,
    Group,
    Groups,
    Sealed,
    SesamProblem,
    Signature,
)

MOST_BYTES = 2_000_000  # of a frame
_MOST_GROUPS, _MOST_FIELDS, _MOST_CHARACTERS = 2_000, 64, 8_192


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


def component(told: dict[str, Any]) -> Component:
    """Read who answers; raises `Garbled`."""
    return Component(
        _text(told.get("name"), 80), _text(told.get("version"), 40), _flag(told.get("simulated"))
    )


def pack_groups(groups: Groups) -> list[Any]:
    """Write groups."""
    return [[group.number, list(group.fields)] for group in groups]


def unpack_groups(told: dict[str, Any]) -> Groups:
    """Read groups; raises `Garbled`."""
    groups = told.get("groups")
    if not isinstance(groups, list) or not 0 < len(groups) <= _MOST_GROUPS:
        raise Garbled
    return tuple(map(_group, groups))


def pack_sealed(sealed: Sealed) -> dict[str, Any]:
    """Write what was signed."""
    return {
        "kind": sealed.kind,
        "content": _encoded(sealed.content),
        "signatures": [
            {"card": s.card, "value": _encoded(s.value), "certificate": _encoded(s.certificate)}
            for s in sealed.signatures
        ],
    }


def unpack_sealed(told: object, *, simulated: bool) -> Sealed:
    """Read what was signed, and remember who did; raises `Garbled`."""
    if not isinstance(told, dict) or told.get("kind") not in ("FSE", "DRE"):
        raise Garbled
    signatures = told.get("signatures")
    if not isinstance(signatures, list) or not 0 < len(signatures) <= 2:
        raise Garbled
    content = _decoded(told.get("content"))
    return Sealed(told["kind"], content, tuple(map(_signature, signatures)), simulated)


def problem(told: dict[str, Any], step: str) -> DriverError:
    """Read why a call gave nothing; raises `Garbled`."""
    try:
        why = SesamProblem(told.get("problem"))  # type: ignore[arg-type]  # whatever came
    except ValueError:
        raise Garbled from None
    tries = told.get("tries")
    known = tries if type(tries) is int and 0 <= tries < 9 else None
    reason = _text(told.get("reason", ""), 200)
    return DriverError(
        why, step, retryable=_flag(told.get("retryable")), tries=known, reason=reason
    )


def _group(told: object) -> Group:
    if not isinstance(told, list) or len(told) != 2:
        raise Garbled
    number, fields = told
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= 0xFFFF:
        raise Garbled
    if not isinstance(fields, list) or len(fields) > _MOST_FIELDS:
        raise Garbled
    return Group(number, tuple(_text(field, _MOST_CHARACTERS) for field in fields))


def _signature(told: object) -> Signature:
    if not isinstance(told, dict) or told.get("card") not in ("CPS", "VITALE"):
        raise Garbled
    return Signature(told["card"], _decoded(told.get("value")), _decoded(told.get("certificate")))


def _text(value: object, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise Garbled
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Garbled
    return value


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(value: object) -> bytes:
    try:
        return base64.b64decode(_text(value, MOST_BYTES), validate=True)
    except (NotBase64, ValueError):
        raise Garbled from None
