"""What the program and the process of the French component say to each other: groups and seals.

Frames are those of `json_wire`; whatever comes back is judged value by value.
"""

from typing import Any

from hardware.framing import Garbled
from hardware.json_wire import decoded, encoded, flag, text
from server.core.sesam import (
    Component,
    DriverError,
    Group,
    Groups,
    Sealed,
    SesamProblem,
    Signature,
)

_MOST_GROUPS, _MOST_FIELDS, _MOST_CHARACTERS = 2_000, 64, 8_192


def component(told: dict[str, Any]) -> Component:
    """Read who answers; raises `Garbled`."""
    return Component(
        text(told.get("name"), 80), text(told.get("version"), 40), flag(told.get("simulated"))
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
        "content": encoded(sealed.content),
        "signatures": [
            {"card": s.card, "value": encoded(s.value), "certificate": encoded(s.certificate)}
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
    content = decoded(told.get("content"))
    return Sealed(told["kind"], content, tuple(map(_signature, signatures)), simulated)


def problem(told: dict[str, Any], step: str) -> DriverError:
    """Read why a call gave nothing; raises `Garbled`."""
    try:
        why = SesamProblem(told.get("problem"))  # type: ignore[arg-type]  # whatever came
    except ValueError:
        raise Garbled from None
    tries = told.get("tries")
    known = tries if type(tries) is int and 0 <= tries < 9 else None
    reason = text(told.get("reason", ""), 200)
    return DriverError(why, step, retryable=flag(told.get("retryable")), tries=known, reason=reason)


def _group(told: object) -> Group:
    if not isinstance(told, list) or len(told) != 2:
        raise Garbled
    number, fields = told
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= 0xFFFF:
        raise Garbled
    if not isinstance(fields, list) or len(fields) > _MOST_FIELDS:
        raise Garbled
    return Group(number, tuple(text(field, _MOST_CHARACTERS) for field in fields))


def _signature(told: object) -> Signature:
    if not isinstance(told, dict) or told.get("card") not in ("CPS", "VITALE"):
        raise Garbled
    return Signature(told["card"], decoded(told.get("value")), decoded(told.get("certificate")))
