"""Test keys of the simulator: real signatures of nobody, under a root that says what it is.

The keys come from words, so that the same card signs with the same key each time; nothing outside
a demo practice trusts their root.
"""

import hashlib
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT_NAME = "Besace : service simulé non homologué"
_BEGIN, _END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2059, 12, 31, tzinfo=UTC)


def sign(holder: str, data: bytes) -> bytes:
    """Sign as the card of a holder: ECDSA on P-256 with SHA-256, in DER."""
    return _key(holder).sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def is_signed(holder: str, data: bytes, signature: bytes) -> bool:
    """Say whether a holder's key made a signature."""
    from cryptography.exceptions import InvalidSignature

    try:
        _key(holder).public_key().verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def is_certified(shown: bytes) -> bool:
    """Say whether a certificate (DER) was issued by the simulator's root."""
    from cryptography.exceptions import InvalidSignature

    try:
        read = x509.load_der_x509_certificate(shown)
        read.verify_directly_issued_by(x509.load_der_x509_certificate(root()))
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def holds(shown: bytes, data: bytes, signature: bytes) -> bool:
    """Say whether the key of a certificate (DER, certified) made a signature."""
    from cryptography.exceptions import InvalidSignature

    key = x509.load_der_x509_certificate(shown).public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    try:
        key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


@cache
def certificate(holder: str) -> bytes:
    """Give the certificate (DER) of a holder, signed by the simulator's root."""
    return _certified(holder, _key(holder), ROOT_NAME, _key("root"))


@cache
def root() -> bytes:
    """Give the simulator's root (DER)."""
    return _certified(ROOT_NAME, _key("root"), ROOT_NAME, _key("root"))


def _certified(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, by: ec.EllipticCurvePrivateKey
) -> bytes:
    serial = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 1 or 1
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(_BEGIN)
        .not_valid_after(_END)
        .add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
    )
    made = builder.sign(by, hashes.SHA256(), ecdsa_deterministic=True)
    return made.public_bytes(serialization.Encoding.DER)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _key(holder: str) -> ec.EllipticCurvePrivateKey:
    seed = hashlib.sha256(b"besace simulated sesam " + holder.encode()).digest()
    return ec.derive_private_key(int.from_bytes(seed, "big") >> 1 or 1, ec.SECP256R1())
