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
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from hardware.ports import CardProblem
from server.core.cards import Identity, Proof
from server.core.clock import civil_date

_PHOTO_HASHES = {20: hashlib.sha1, 32: hashlib.sha256, 48: hashlib.sha384}


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


@dataclass(frozen=True, slots=True)
class _Opened:
    """A certificate with the fields we use."""

    certificate: x509.Certificate
    key: object
    subject: x509.Name
    issuer: x509.Name
    begin: datetime
    end: datetime


def judge_card(
    files: SignedFiles, identity: Identity, anchors: TrustAnchors, at: datetime
) -> Verdict:
    """Say how far a card can be believed at an instant.

    Forgery comes before everything. Dates come last: they make a VERIFIED card EXPIRED, while a
    DEMO or UNVERIFIED one stays so and only its reason changes: a real practice can always tell a
    fabricated card, and an expired card that nobody vouches for does not look better than it is.
    Without the register's certificate nothing can be checked, which is UNVERIFIED.
    """
    if not files.rrn_certificate.strip(b"\0"):
        verdict = Verdict(Proof.UNVERIFIED, CardProblem.NO_CERTIFICATE)
        return _dated(verdict, _card_date_problem(identity, at))
    register = _open(files.rrn_certificate)
    if register is None:
        return Verdict(Proof.FORGED, CardProblem.FORGED_CHAIN)
    forged = _forgery(files, register)
    if forged is not None:
        return Verdict(Proof.FORGED, forged)
    verdict = _chain(register, anchors)
    if verdict.proof is Proof.FORGED:
        return verdict
    if not register.begin <= at <= register.end:
        return _dated(verdict, CardProblem.CERTIFICATE_DATES)
    return _dated(verdict, _card_date_problem(identity, at))


def _card_date_problem(identity: Identity, at: datetime) -> CardProblem | None:
    """Say what is wrong with the card's own dates, which are Belgian civil days."""
    today = civil_date(at, "BE")
    if identity.valid_to is not None and identity.valid_to < today:
        return CardProblem.EXPIRED
    if identity.valid_from is not None and identity.valid_from > today:
        return CardProblem.NOT_YET_VALID
    return None


def _dated(verdict: Verdict, problem: CardProblem | None) -> Verdict:
    if problem is None:
        return verdict
    proof = Proof.EXPIRED if verdict.proof is Proof.VERIFIED else verdict.proof
    return Verdict(proof, problem)


def _forgery(files: SignedFiles, register: _Opened) -> CardProblem | None:
    """Check what the register signed; name the first thing that is not as it was signed."""
    check = _checker(register.key)
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


def _checker(key: object) -> Callable[[bytes, bytes], bool]:
    """Give the check for the register's key: RSA until applet 1.7, P-384 since 1.8."""
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
    """Run a check that raises when it fails; bytes of a card may make it raise anything."""
    try:
        verify()
    except Exception:  # noqa: BLE001 - whatever a hostile signature provokes, it is not a good one
        return False
    return True


def _chain(register: _Opened, anchors: TrustAnchors) -> Verdict:
    """End the chain in a root of ours; a root that is only named, but did not sign, is a lie."""
    real = [root for root in map(_open, anchors.real) if root]
    demo = [root for root in map(_open, anchors.demo) if root]
    if any(_issued(register, root) for root in real):
        return Verdict(Proof.VERIFIED, None)
    if any(_issued(register, root) for root in demo):
        return Verdict(Proof.DEMO, CardProblem.DEMO_CARD)
    if any(root.subject == register.issuer for root in real + demo):
        return Verdict(Proof.FORGED, CardProblem.FORGED_CHAIN)
    return Verdict(Proof.UNVERIFIED, CardProblem.UNKNOWN_ROOT if real else CardProblem.NO_ROOT)


def _issued(register: _Opened, root: _Opened) -> bool:
    """Check that a root signed the register's certificate, itself."""
    return _agrees(lambda: register.certificate.verify_directly_issued_by(root.certificate))


def _open(content: bytes) -> _Opened | None:
    """Open a certificate file, cut to its real length; None when it is not one.

    Everything used later is taken out here: the library reads fields only when asked, and those
    of a forged certificate can fail in any way.
    """
    try:
        certificate = x509.load_der_x509_certificate(cut_to_der(content))
        return _Opened(
            certificate=certificate,
            key=certificate.public_key(),
            subject=certificate.subject,
            issuer=certificate.issuer,
            begin=certificate.not_valid_before_utc,
            end=certificate.not_valid_after_utc,
        )
    except Exception:  # noqa: BLE001 - whatever it provokes, it is not a certificate
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
