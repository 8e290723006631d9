"""Cards that hold keys, through the official middleware of their kind: eID and CPS.

The rules of a code are kept here, whatever the library does: an identity card's is asked by its
own middleware and never by us, a blocked card is not asked again, and the last try is made only
when it is asked for expressly. Source: `hardware.md` §2.7, §3.1 and §6.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from hardware.child import command
from hardware.framing import Garbled
from hardware.json_wire import decoded, encoded, flag, text
from hardware.pkcs11_child import MiddlewareChild
from server.core.cards import CardKind
from server.core.keycards import KeyCard, KeyProblem, KeySession, KeyTrouble, Signed, Tries

LOOK_SECONDS, CODE_SECONDS, SIGN_SECONDS = 10.0, 120.0, 90.0
"""A reader is slow; a person looks for a code; the signature of an eID asks for it once more."""

_DIGESTS = {
    "ECDSA-SHA256": hashes.SHA256(), "ECDSA-SHA384": hashes.SHA384(), "RSA-SHA256": hashes.SHA256(),
}  # fmt: skip
_MOST_CARDS = 32


class KeyCards:
    """The cards of one kind. No call may be made from a thread that serves the screen."""

    def __init__(
        self, kind: CardKind, library: Path | None, asked: Sequence[str] | None = None
    ) -> None:
        """`library` is the middleware's, None when there is none; `asked` starts its process."""
        self.kind = kind
        self.library = library
        module = command("hardware.pkcs11_process", str(kind), str(library))
        self._child = MiddlewareChild(asked or module)

    def look(self) -> Sequence[KeyCard]:
        """Tell the cards that are in, and their tries; raises `KeyTrouble`."""
        if self.library is None:
            raise KeyTrouble(KeyProblem.ABSENT)
        heard = self._child.ask(LOOK_SECONDS, "look").get("cards")
        try:
            if not isinstance(heard, list) or len(heard) > _MOST_CARDS:
                raise Garbled
            return [self._card(each) for each in heard]
        except Garbled:
            self._child.close()
            raise KeyTrouble(KeyProblem.FELL) from None

    @contextmanager
    def session(
        self, card: KeyCard, pin: str | None = None, *, last_too: bool = False
    ) -> Iterator[KeySession]:
        """Have the code of a card given and keep what it opens, for as long as the block lasts.

        `pin` is what was typed, for a card whose middleware does not ask itself. Raises
        `KeyTrouble`; a wrong code tells the tries that are left.
        """
        _may_try(card, pin, last_too=last_too)
        try:
            self._child.ask(CODE_SECONDS, "open", slot=card.slot, pin=pin)
        except KeyTrouble as trouble:
            raise self._counted(card, trouble) from None
        opened = _Session(self._child)
        try:
            yield opened
        finally:
            with suppress(KeyTrouble):
                if not opened.over:
                    self._child.ask(LOOK_SECONDS, "close")
            opened.over = True

    def stop(self) -> None:
        """Stop what is under way, from any thread; an open session is over."""
        self._child.stop()

    def close(self) -> None:
        """End the process."""
        self._child.close()

    def _card(self, told: Any) -> KeyCard:
        """Read one card; raises `Garbled`."""
        if not isinstance(told, dict):
            raise Garbled
        slot, left = told.get("slot"), told.get("left")
        if type(slot) is not int or not (left is None or (type(left) is int and 0 <= left < 9)):
            raise Garbled
        tries = Tries(left, flag(told.get("fewer")))
        return KeyCard(
            self.kind, slot, text(told.get("reader"), 200), text(told.get("serial"), 64), tries,
            flag(told.get("asks_itself")), decoded(told.get("public")),
        )  # fmt: skip

    def _counted(self, card: KeyCard, trouble: KeyTrouble) -> KeyTrouble:
        """Say with a wrong code how many tries are left, as far as the card says."""
        if trouble.problem is not KeyProblem.WRONG:
            return trouble
        with suppress(KeyTrouble):
            for seen in self.look():
                if seen.slot == card.slot and seen.serial == card.serial:
                    blocked = seen.tries.spent
                    problem = KeyProblem.BLOCKED if blocked else KeyProblem.WRONG
                    return KeyTrouble(problem, tries=seen.tries.left)
        return trouble


class _Session:
    """A card whose code was given: over as soon as its process is."""

    def __init__(self, child: MiddlewareChild) -> None:
        self._child = child
        self.over = False

    def prove(self, challenge: bytes) -> Signed:
        return self._signed("prove", challenge)

    def sign(self, content: bytes) -> Signed:
        return self._signed("sign", content)

    def objects(self) -> dict[str, bytes]:
        told = self._ask(LOOK_SECONDS, "objects").get("objects")
        try:
            if not isinstance(told, dict):
                raise Garbled
            return {text(label, 64): decoded(value) for label, value in told.items()}
        except Garbled:
            raise self._nonsense() from None

    def _signed(self, call: str, content: bytes) -> Signed:
        answer = self._ask(SIGN_SECONDS, call, content=encoded(content))
        try:
            made = Signed(
                decoded(answer.get("value")), decoded(answer.get("certificate")),
                text(answer.get("scheme"), 16),
            )  # fmt: skip
        except Garbled:
            raise self._nonsense() from None
        if not agrees(made, content):
            raise KeyTrouble(KeyProblem.NOT_PROVED)
        return made

    def _ask(self, seconds: float, call: str, **told: Any) -> dict[str, Any]:
        """Ask within this session; a process that was lost took the session with it."""
        if self.over or not self._child.running:
            self.over = True
            raise KeyTrouble(KeyProblem.PULLED)
        try:
            return self._child.ask(seconds, call, **told)
        except KeyTrouble:
            self.over = True
            raise

    def _nonsense(self) -> KeyTrouble:
        self.over = True
        self._child.close()
        return KeyTrouble(KeyProblem.FELL)


def _may_try(card: KeyCard, pin: str | None, *, last_too: bool) -> None:
    """Refuse a try that must not be made; the card is not asked."""
    if card.tries.spent:
        raise KeyTrouble(KeyProblem.BLOCKED, tries=0)
    if card.tries.last and not last_too:
        raise KeyTrouble(KeyProblem.LAST, tries=1)
    if card.asks_itself:
        if pin is not None:
            raise KeyTrouble(KeyProblem.BAD_SHAPE)
    elif card.kind is CardKind.EID:
        raise KeyTrouble(KeyProblem.NO_WINDOW)
    elif pin is None or not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 12):
        raise KeyTrouble(KeyProblem.BAD_SHAPE)


def agrees(made: Signed, content: bytes) -> bool:
    """Say whether a signature is that of its certificate's key over this content."""
    try:
        public = x509.load_der_x509_certificate(made.certificate).public_key()
        digest = _DIGESTS[made.scheme]
        if isinstance(public, ec.EllipticCurvePublicKey) and made.scheme.startswith("ECDSA"):
            half = len(made.value) // 2
            r, s = made.value[:half], made.value[half:]
            der = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
            public.verify(der, content, ec.ECDSA(digest))
        elif isinstance(public, rsa.RSAPublicKey) and made.scheme.startswith("RSA"):
            public.verify(made.value, content, padding.PKCS1v15(), digest)
        else:
            return False
    except (ValueError, KeyError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
