"""Which key of a card serves what, and what the middleware's refusals mean.

Loaded in the middleware's own process only. Sources: `hardware.md` §2.7 (labels of the Belgian
card), §3.1 (ends of the identifiers of a CPS: 20 says who is there, 10 signs).
"""

from collections.abc import Mapping
from typing import Any

from pkcs11 import Attribute, ObjectClass, exceptions

from server.core.cards import CardKind
from server.core.keycards import KeyProblem, Purpose

_LABELS: Mapping[Purpose, str] = {
    Purpose.AUTHENTICATE: "Authentication", Purpose.SIGN: "Signature",
}  # fmt: skip
_ENDS: Mapping[Purpose, int] = {Purpose.AUTHENTICATE: 0x20, Purpose.SIGN: 0x10}

_MEANING: Mapping[type[exceptions.PKCS11Error], KeyProblem] = {
    exceptions.PinIncorrect: KeyProblem.WRONG,
    exceptions.PinLocked: KeyProblem.BLOCKED,
    exceptions.PinLenRange: KeyProblem.BAD_SHAPE,
    exceptions.PinInvalid: KeyProblem.BAD_SHAPE,
    exceptions.FunctionCancelled: KeyProblem.CANCELLED,
    exceptions.FunctionRejected: KeyProblem.CANCELLED,
    exceptions.UserPinNotInitialized: KeyProblem.NO_KEY,
    exceptions.DeviceRemoved: KeyProblem.PULLED,
    exceptions.TokenNotPresent: KeyProblem.PULLED,
    exceptions.TokenNotRecognised: KeyProblem.PULLED,
    exceptions.SlotIDInvalid: KeyProblem.PULLED,
    exceptions.SessionHandleInvalid: KeyProblem.PULLED,
    exceptions.SessionClosed: KeyProblem.PULLED,
}


class Refusal(Exception):
    """What is asked cannot be done, for a reason of ours."""

    def __init__(self, problem: KeyProblem) -> None:
        super().__init__(problem)
        self.problem = problem


def problem_of(refused: Exception) -> tuple[KeyProblem, str]:
    """Name a refusal; one without a sentence of its own keeps the norm's name."""
    if isinstance(refused, Refusal):
        return refused.problem, ""
    known = _MEANING.get(type(refused))  # type: ignore[arg-type]  # whatever was raised
    return (known, "") if known else (KeyProblem.REFUSED, type(refused).__name__)


def certificate_of(session: Any, kind: CardKind, purpose: Purpose) -> Any:
    """Find the certificate of a purpose; raises `Refusal` NO_KEY. The other one never stands in."""
    for held in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}):
        if kind is CardKind.EID:
            if held[Attribute.LABEL] == _LABELS[purpose]:
                return held
        elif bytes(held[Attribute.ID])[-1:] == bytes([_ENDS[purpose]]):
            return held
    raise Refusal(KeyProblem.NO_KEY)
