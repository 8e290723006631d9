"""How far a Belgian eID can be believed: signatures, chain, dates.

The National Register (RRN) signs identity and address; its certificate must end in a root handed
in by the practice. The root the card presents is never read, let alone trusted.
Source: `hardware.md` §2.5.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from hardware.ports import CardProblem
from server.core.cards import Identity, Proof
from server.core.clock import civil_date

_PHOTO_HASHES = {20: hashlib.sha1, 32: hashlib.sha256, 48: hashlib.sha384}
_REFUSALS = (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature)


@dataclass(frozen=True, slots=True)
class TrustAnchors:
    """Root certificates (DER) a chain may end in: official ones, and those of fabricated cards."""

    real: tuple[bytes, ...] = ()
    demo: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedFiles:
    """The raw files a verdict rests on, as read, padding included. `photo` None: not read."""

    identity: bytes
    identity_signature: bytes
    address: bytes
    address_signature: bytes
    rrn_certificate: bytes
    photo: bytes | None = None
    photo_hash: bytes = b""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A proof and the code of its explanation, None when VERIFIED."""

    proof: Proof
    reason: CardProblem | None


def judge_card(
    files: SignedFiles, identity: Identity, anchors: TrustAnchors, at: datetime
) -> Verdict:
    """Say how far a card can be believed at an instant.

    Forgery comes before everything; a fabricated card stays DEMO even when it is also expired
    (its reason then says so), so that a real practice can always tell it apart. Without the
    register's certificate nothing can be checked, which is UNVERIFIED.
    """
    if not files.rrn_certificate.strip(b"\0"):
        return _dated(Verdict(Proof.UNVERIFIED, CardProblem.NO_CERTIFICATE), identity, at)
    certificate = _load(files.rrn_certificate)
    if certificate is None:
        return Verdict(Proof.FORGED, CardProblem.FORGED_CHAIN)
    forged = _forgery(files, certificate)
    if forged is not None:
        return Verdict(Proof.FORGED, forged)
    chain = _chain(certificate, anchors)
    if chain.proof is Proof.FORGED:
        return chain
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        return _expired(chain, CardProblem.CERTIFICATE_DATES)
    return _dated(chain, identity, at)


def _dated(verdict: Verdict, identity: Identity, at: datetime) -> Verdict:
    """Lower a verdict when the card itself is outside its dates; they are Belgian civil days."""
    today = civil_date(at, "BE")
    if identity.valid_to is not None and identity.valid_to < today:
        return _expired(verdict, CardProblem.EXPIRED)
    if identity.valid_from is not None and identity.valid_from > today:
        return _expired(verdict, CardProblem.NOT_YET_VALID)
    return verdict


def _expired(verdict: Verdict, reason: CardProblem) -> Verdict:
    proof = Proof.DEMO if verdict.proof is Proof.DEMO else Proof.EXPIRED
    return Verdict(proof, reason)


def _forgery(files: SignedFiles, certificate: x509.Certificate) -> CardProblem | None:
    """Check what the register signed; name the first thing that is not as it was signed."""
    check = _checker(certificate)
    bare = files.identity.rstrip(b"\0")
    signature = files.identity_signature
    if not (check(files.identity, signature) or check(bare, signature)):
        return CardProblem.FORGED_IDENTITY
    if files.address.strip(b"\0") or files.address_signature.strip(b"\0"):
        signed = files.address.rstrip(b"\0") + files.identity_signature
        if not check(signed, files.address_signature):
            return CardProblem.FORGED_ADDRESS
    if files.photo is not None and not _is_signed_photo(files.photo, files.photo_hash):
        return CardProblem.FORGED_PHOTO
    return None


def _is_signed_photo(photo: bytes, expected: bytes) -> bool:
    """Compare with the hash in the identity, whose length names the algorithm."""
    algorithm = _PHOTO_HASHES.get(len(expected))
    return algorithm is not None and algorithm(photo).digest() == expected


def _checker(certificate: x509.Certificate) -> Callable[[bytes, bytes], bool]:
    """Give the check for the register's key: RSA until applet 1.7, P-384 since 1.8."""
    try:
        key = certificate.public_key()
    except _REFUSALS:
        key = None
    if isinstance(key, rsa.RSAPublicKey):
        return lambda data, signature: _rsa_agrees(key, data, signature)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return lambda data, signature: _ec_agrees(key, data, signature)
    return lambda _data, _signature: False


def _rsa_agrees(key: rsa.RSAPublicKey, data: bytes, signature: bytes) -> bool:
    """Check PKCS #1 with SHA-1, then SHA-256: some later cards mix them."""
    scheme = padding.PKCS1v15()
    old = hashes.SHA1()  # noqa: S303 - what the register signed with until 2014; never our choice
    return _agrees(lambda: key.verify(signature, data, scheme, old)) or _agrees(
        lambda: key.verify(signature, data, scheme, hashes.SHA256())
    )


def _ec_agrees(key: ec.EllipticCurvePublicKey, data: bytes, signature: bytes) -> bool:
    """Check ECDSA with SHA-384; the signature lies zero-padded in a file of fixed size."""
    bare = cut_to_der(signature)
    return _agrees(lambda: key.verify(bare, data, ec.ECDSA(hashes.SHA384())))


def _agrees(verify: Callable[[], None]) -> bool:
    try:
        verify()
    except _REFUSALS:
        return False
    return True


def _chain(certificate: x509.Certificate, anchors: TrustAnchors) -> Verdict:
    """End the chain in a root of ours; a root that is only named, but did not sign, is a lie."""
    real = [_load(root) for root in anchors.real]
    demo = [_load(root) for root in anchors.demo]
    if any(_issued(certificate, root) for root in real):
        return Verdict(Proof.VERIFIED, None)
    if any(_issued(certificate, root) for root in demo):
        return Verdict(Proof.DEMO, CardProblem.DEMO_CARD)
    if any(root and root.subject == certificate.issuer for root in real + demo):
        return Verdict(Proof.FORGED, CardProblem.FORGED_CHAIN)
    return Verdict(Proof.UNVERIFIED, CardProblem.UNKNOWN_ROOT if real else CardProblem.NO_ROOT)


def _issued(certificate: x509.Certificate, root: x509.Certificate | None) -> bool:
    """Check that a root signed a certificate, itself."""
    return root is not None and _agrees(lambda: certificate.verify_directly_issued_by(root))


def _load(content: bytes) -> x509.Certificate | None:
    """Open a certificate file, cut to its real length; None when it is not one."""
    try:
        return x509.load_der_x509_certificate(cut_to_der(content))
    except _REFUSALS:
        return None


def cut_to_der(content: bytes) -> bytes:
    """Cut the padding after a DER value, by the length it declares; others come back whole."""
    if len(content) < 2:
        return content
    first = content[1]
    if first < 0x80:
        return content[: 2 + first]
    after = 2 + (first & 0x7F)
    return content[: after + int.from_bytes(content[2:after], "big")]
