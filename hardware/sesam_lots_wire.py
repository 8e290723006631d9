"""What the program and the process of the French component say to each other about lots.

Lots and files are bytes nobody reads here; whatever comes back is judged value by value, as in
`sesam_wire`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hardware.framing import Garbled
from hardware.json_wire import MOST_BYTES, decoded, encoded, text
from hardware.sesam_wire import pack_sealed
from server.core.teletransmission import BuiltLot, LotOrder

MOST_CONTENT = MOST_BYTES // 2
"""Bytes that still fit a frame once they are written in base64."""

_KINDS = ("ARL", "RSP")


def pack_order(order: LotOrder) -> dict[str, Any]:
    """Write the order of a lot."""
    return {
        "number": order.number,
        "family": str(order.family),
        "sender": order.sender,
        "recipient": str(order.recipient),
        "documents": list(map(pack_sealed, order.documents)),
    }


def pack_lot(lot: BuiltLot) -> str:
    """Write a lot."""
    return encoded(lot.content)


def unpack_lot(told: Mapping[str, Any], number: int, simulated: bool) -> BuiltLot:
    """Read the lot of a number, and remember who made it; raises `Garbled`."""
    if told.get("number") != number:
        raise Garbled
    return BuiltLot(number, unpack_content(told), simulated)


def unpack_content(told: Mapping[str, Any]) -> bytes:
    """Read bytes that were made, never none; raises `Garbled`."""
    content = decoded(told.get("content"))
    if not content:
        raise Garbled
    return content


def unpack_instant(told: Mapping[str, Any]) -> datetime:
    """Read what a clock shows, an instant in UTC; raises `Garbled`."""
    try:
        instant = datetime.fromisoformat(text(told.get("now"), 40))
    except ValueError:
        raise Garbled from None
    if instant.utcoffset() != timedelta():
        raise Garbled
    return instant.astimezone(UTC)


def unpack_functional(told: Mapping[str, Any]) -> Mapping[str, object]:
    """Read a translation, as far as it says what it is; raises `Garbled`."""
    functional = told.get("functional")
    if not isinstance(functional, dict) or functional.get("kind") not in _KINDS:
        raise Garbled
    return functional
