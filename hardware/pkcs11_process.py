"""The process that alone loads the official middleware of a card (PKCS#11), and speaks to it.

Asked by frames on its standard input, it answers on its standard output; the program kills it when
it tarries and starts another when it falls. One session at a time: a code that was given is
forgotten with it, and with the card. Source: `hardware.md` §2.7 and §3.1.

    python -I -m hardware.pkcs11_process EID|CPS LIBRARY
"""

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from pkcs11 import Attribute, ObjectClass, TokenFlag
from pkcs11.constants import UserType
from pkcs11.exceptions import PKCS11Error

from hardware.json_wire import Kind, decoded, encoded, read, write
from hardware.pkcs11_keys import Refusal, certificate_of, problem_of
from server.core.cards import CardKind
from server.core.keycards import KeyProblem, Purpose

_PUBLIC = "CPS_INFO_PS"  # the one object of a CPS that tells its holder before any code
_MOST_OBJECTS, _MOST_OBJECT = 40, 20_000  # objects, and bytes of one


class Middleware:
    """One library, and the card whose code was given, if there is one."""

    def __init__(self, library: str, kind: CardKind) -> None:
        self._library = pkcs11.lib(library)
        self._kind = kind
        self._session: Any = None
        self._slot: Any = None

    def look(self, _: Mapping[str, Any]) -> dict[str, Any]:
        """Tell the cards that are in, without a code."""
        found = []
        for slot in self._library.get_slots(token_present=True):
            with suppress(PKCS11Error):  # a card of another kind, or one that just left
                found += self._told(slot)
        return {"cards": found}

    def open(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Have the code asked, or hand over the one that was typed, and keep the session."""
        slot = self._slot_of(int(asked["slot"]))
        token = slot.get_token()
        pin = asked.get("pin")
        code = pkcs11.types.PROTECTED_AUTH if pin is None else str(pin)
        self._session = token.open(user_pin=code, user_type=UserType.USER)
        self._slot = slot
        return {}

    def prove(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Sign with the authentication key."""
        return self._sign(Purpose.AUTHENTICATE, decoded(asked["content"]))

    def sign(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Sign with the signature key."""
        return self._sign(Purpose.SIGN, decoded(asked["content"]))

    def objects(self, _: Mapping[str, Any]) -> dict[str, Any]:
        """Read the data objects that are visible now."""
        return {"objects": _data_of(self._opened())}

    def close(self, _: Mapping[str, Any]) -> dict[str, Any]:
        """End the session; the middleware forgets the code with it."""
        session, self._session = self._session, None
        if session is not None:
            session.close()
        return {}

    def _told(self, slot: Any) -> list[dict[str, Any]]:
        """Tell the card of a slot; nothing of one that never had a code."""
        token = slot.get_token()
        flags = token.flags
        if TokenFlag.TOKEN_INITIALIZED not in flags:
            return []
        locked, final = TokenFlag.USER_PIN_LOCKED in flags, TokenFlag.USER_PIN_FINAL_TRY in flags
        return [{
            "slot": slot.slot_id,
            "reader": slot.slot_description,
            "serial": token.serial.decode("latin-1"),
            "left": 0 if locked else 1 if final else None,
            "fewer": bool(flags & (TokenFlag.USER_PIN_COUNT_LOW | TokenFlag.USER_PIN_FINAL_TRY)),
            "asks_itself": TokenFlag.PROTECTED_AUTHENTICATION_PATH in flags,
            "public": self._public(token),
        }]  # fmt: skip

    def _public(self, token: Any) -> str:
        """Read what a CPS tells of its holder to anybody."""
        if self._kind is not CardKind.CPS:
            return ""
        with token.open() as session:
            return _data_of(session, _PUBLIC).get(_PUBLIC, "")

    def _slot_of(self, number: int) -> Any:
        for slot in self._library.get_slots(token_present=True):
            if slot.slot_id == number:
                return slot
        raise Refusal(KeyProblem.NO_CARD)

    def _opened(self) -> Any:
        """Give the session, if its card is still the one in the reader."""
        if self._session is None:
            raise Refusal(KeyProblem.PULLED)
        self._slot.get_token()  # raises when the card has left
        return self._session

    def _sign(self, purpose: Purpose, content: bytes) -> dict[str, Any]:
        session = self._opened()
        held = certificate_of(session, self._kind, purpose)
        certificate = bytes(held[Attribute.VALUE])
        key = next(
            iter(session.get_objects(
                {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: held[Attribute.ID]}
            )), None,
        )  # fmt: skip
        if key is None:
            raise Refusal(KeyProblem.NO_KEY)
        value, scheme = _signed(key, certificate, content)
        return {"value": encoded(value), "certificate": encoded(certificate), "scheme": scheme}


def _signed(key: Any, certificate: bytes, content: bytes) -> tuple[bytes, str]:
    """Sign as this kind of key does: an elliptic curve signs a digest, RSA the content."""
    public = x509.load_der_x509_certificate(certificate).public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey):
        return key.sign(content, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS), "RSA-SHA256"
    wide = public.key_size >= 384
    digest = hashes.Hash(hashes.SHA384() if wide else hashes.SHA256())
    digest.update(content)
    value = key.sign(digest.finalize(), mechanism=pkcs11.Mechanism.ECDSA)
    return value, "ECDSA-SHA384" if wide else "ECDSA-SHA256"


def _data_of(session: Any, label: str = "") -> dict[str, str]:
    """Read data objects: all that are visible, or the one of a label."""
    wanted = {Attribute.CLASS: ObjectClass.DATA} | ({Attribute.LABEL: label} if label else {})
    found = list(session.get_objects(wanted))[:_MOST_OBJECTS]
    return {
        str(one[Attribute.LABEL]): encoded(one[Attribute.VALUE][:_MOST_OBJECT]) for one in found
    }


def answer(middleware: Middleware, asked: Mapping[str, Any]) -> tuple[Kind, dict[str, Any]]:
    """Do what is asked; what stops it is a problem, and a card that left ends the session."""
    calls: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
        "look": middleware.look, "open": middleware.open, "prove": middleware.prove,
        "sign": middleware.sign, "objects": middleware.objects, "close": middleware.close,
    }  # fmt: skip
    try:
        return Kind.ANSWER, calls[str(asked.get("call"))](asked)
    except (PKCS11Error, Refusal) as refused:
        problem, reason = problem_of(refused)
        return Kind.PROBLEM, {"problem": str(problem), "reason": reason}


def main(kind: str, library: str) -> int:
    """Serve until the program closes the line. The library's own words go nowhere."""
    line = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a library that prints garbles nothing
    try:
        middleware = Middleware(library, CardKind(kind))
    except (PKCS11Error, OSError, RuntimeError):
        write(line, Kind.PROBLEM, {"problem": str(KeyProblem.BROKEN), "reason": ""})
        return 1
    write(line, Kind.ANSWER, {})
    while (heard := read(sys.stdin.buffer)) is not None:
        write(line, *answer(middleware, heard[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
