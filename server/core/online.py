"""The envelope of the online services of France: what a request is known by, and its answer.

The format is invented [T], `docs/online-fr.md`: no contract of these services is public. What an
answer holds is France's (`server.countries.france.online`); this much the post must read to know
whether an answer is one, and whose.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

STREAM = "sesam"
FORMAT = "FR-T1"
FOLLOW_UP = "SUIVI"


class OnlineService(StrEnum):
    """A service, by its own name on the wire."""

    ADRI = "ADRI"
    CONVENTION = "CONVENTION"
    COVER = "DROITS"
    AMOUNT = "MONTANT"
    COMMITMENT = "ENGAGEMENT"


READS = frozenset(OnlineService) - {OnlineService.COMMITMENT}
"""Services that promise nothing: a question of theirs that arrives late, or twice, does no harm."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """An answer that could be opened; `unknown` when the service says it never had the request."""

    service: str
    reference: str
    digest: str  # SHA-256 of the bytes of the request it answers, hexadecimal
    simulated: bool
    given: bool
    reason: str  # of a refusal
    content: Mapping[str, Any]
    unknown: bool = False


def follow_up(reference: str) -> bytes:
    """Write the question what became of a request."""
    return json.dumps({"format": FORMAT, "service": FOLLOW_UP, "reference": reference}).encode()


def open_envelope(raw: bytes) -> Envelope | None:
    """Open an answer; None for what is none."""
    try:
        told = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        return None
    if told.get("service") == FOLLOW_UP and told.get("connu") is False:
        return Envelope(FOLLOW_UP, str(told.get("reference")), "", False, False, "", {}, True)
    if not (_has(told, str, "service", "reference", "empreinte", "motif")
            and _has(told, dict, "rendu") and _has(told, bool, "simule")
            and told.get("issue") in ("OK", "REFUS")):  # fmt: skip
        return None
    return Envelope(
        told["service"], told["reference"], told["empreinte"], told["simule"],
        told["issue"] == "OK", told["motif"], told["rendu"],
    )  # fmt: skip


def _has(told: Mapping[str, Any], kind: type, *names: str) -> bool:
    return all(isinstance(told.get(name), kind) for name in names)
