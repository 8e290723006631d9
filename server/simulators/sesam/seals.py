"""Sealed envelopes of the simulator: a mark, then JSON whose body is signed by a test key [T].

Lots, files, receipts and returns travel in them. What a real component writes is not published.
"""

import base64
import json
from binascii import Error as NotBase64
from typing import Any

from server.simulators.sesam.keys import certificate, holds, is_certified, sign

LOT, FILE = "SIMULE LOT ", "SIMULE FICHIER "
RECEIPT, RETURN = "SIMULE ARL ", "SIMULE RSP "
COMPONENT, FRONT_END = "composant", "frontal"
"""Holders of the keys that seal files, and answers."""


class Unsealed(Exception):
    """Bytes are no envelope, or its seal does not hold; the text says which."""


def seal(mark: str, told: dict[str, Any], signed: bytes, holder_certificate: bytes) -> bytes:
    """Write an envelope around a body that was signed: see `body`."""
    outside = {
        "corps": body(told).decode(),
        "sceau": base64.b64encode(signed).decode(),
        "certificat": base64.b64encode(holder_certificate).decode(),
    }
    return mark.encode() + json.dumps(outside).encode()


def sealed_by(mark: str, told: dict[str, Any], holder: str) -> bytes:
    """Write an envelope sealed by the key of a holder."""
    return seal(mark, told, sign(holder, body(told)), certificate(holder))


def body(told: dict[str, Any]) -> bytes:
    """Write the bytes that are signed: the same body is always the same bytes."""
    return json.dumps(told, sort_keys=True).encode()


def opened(mark: str, data: bytes, holder: str = "") -> dict[str, Any]:
    """Open an envelope of a mark, sealed by a holder or, without one, by any certified key.

    Raises `Unsealed`.
    """
    if not data.startswith(mark.encode()):
        raise Unsealed("ce n’est pas ce qui est annoncé")
    try:
        outside = json.loads(data[len(mark) :])
        inside = str(outside["corps"]).encode()
        value, shown = unpacked(outside["sceau"]), unpacked(outside["certificat"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unsealed("coupé ou illisible") from None
    if holder and shown != certificate(holder):
        raise Unsealed("sceau d’un autre")
    if not is_certified(shown) or not holds(shown, inside, value):
        raise Unsealed("sceau faux")
    told = json.loads(inside)
    if not isinstance(told, dict):
        raise Unsealed("coupé ou illisible")
    return told


def unpacked(text: object) -> bytes:
    """Read base64; raises ValueError."""
    if not isinstance(text, str):
        raise ValueError("base64")
    try:
        return base64.b64decode(text, validate=True)
    except NotBase64:
        raise ValueError("base64") from None
