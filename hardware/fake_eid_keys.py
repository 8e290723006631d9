"""Signatures of an emulated card: algorithms by reference byte (`hardware.md` §2.3)."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

AUTHENTICATION_KEY = 0x82
SIGNATURE_KEY = 0x83

_EC_ALGORITHMS: dict[int, hashes.HashAlgorithm] = {
    0x01: hashes.SHA256(),
    0x02: hashes.SHA384(),
    0x04: hashes.SHA512(),
    0x08: hashes.SHA3_256(),
    0x10: hashes.SHA3_384(),
    0x20: hashes.SHA3_512(),
}
_RSA_ALGORITHMS: dict[int, hashes.HashAlgorithm] = {
    0x02: hashes.SHA1(),  # noqa: S303 - what older cards offer; only emulated here
    0x08: hashes.SHA256(),
}
_HALF = 48  # bytes of each half of a P-384 signature


def ec_sign(key: ec.EllipticCurvePrivateKey, algorithm: int, digest: bytes) -> bytes:
    """Sign a hash, r ‖ s plain (96 bytes); empty when algorithm and hash do not fit."""
    chosen = _EC_ALGORITHMS.get(algorithm)
    if chosen is None or len(digest) != chosen.digest_size:
        return b""
    r, s = decode_dss_signature(key.sign(digest, ec.ECDSA(Prehashed(chosen))))
    return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")


def rsa_sign(key: rsa.RSAPrivateKey, algorithm: int, digest: bytes) -> bytes:
    """Sign a hash in PKCS #1; empty when algorithm and hash do not fit."""
    chosen = _RSA_ALGORITHMS.get(algorithm)
    if chosen is None or len(digest) != chosen.digest_size:
        return b""
    return key.sign(digest, padding.PKCS1v15(), Prehashed(chosen))
