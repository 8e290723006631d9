"""A fabricated certificate authority: the register and the root behind every emulated card.

The demo's own one lies in `demo_ca/`, keys included: a practice that is not a demo never trusts it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
_END = datetime(2059, 12, 31, tzinfo=UTC)

SigningKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Register:
    """The key that signs identities, and its certificate (DER)."""

    key: SigningKey
    certificate: bytes

    def sign(self, data: bytes, *, sha1: bool = False) -> bytes:
        """Sign as cards of that age are: PKCS #1 with SHA-256, or ECDSA with SHA-384 in DER.

        `sha1`: as RSA registers did until 2014. The same data always give the same signature, so
        that a card is the same each time.
        """
        if isinstance(self.key, rsa.RSAPrivateKey):
            old = hashes.SHA1()  # noqa: S303 - only emulated here
            return self.key.sign(data, padding.PKCS1v15(), old if sha1 else hashes.SHA256())
        return self.key.sign(data, ec.ECDSA(hashes.SHA384(), deterministic_signing=True))


@dataclass(frozen=True, slots=True)
class Authority:
    """A root (DER) and its two registers: RSA for applets up to 1.7, P-384 for 1.8."""

    root: bytes
    rsa: Register
    ec: Register


@cache
def demo_authority() -> Authority:
    """Load the authority of demonstration cards."""
    return Authority(
        root=_demo_certificate("root"),
        rsa=Register(_demo_key("rrn_rsa"), _demo_certificate("rrn_rsa")),
        ec=Register(_demo_key("rrn_ec"), _demo_certificate("rrn_ec")),
    )


def demo_root() -> bytes:
    """Give the root (DER) that a demo practice trusts, and a real one knows as fabricated."""
    return _demo_certificate("root")


def _demo_file(name: str) -> bytes:
    return resources.files("hardware").joinpath("demo_ca", name).read_bytes()


def _demo_certificate(name: str) -> bytes:
    certificate = x509.load_pem_x509_certificate(_demo_file(f"{name}.pem"))
    return certificate.public_bytes(serialization.Encoding.DER)


def _demo_key(name: str) -> SigningKey:
    key = serialization.load_pem_private_key(_demo_file(f"{name}.key.pem"), password=None)
    return cast("SigningKey", key)


def new_authority(name: str, begin: datetime = _BEGIN, end: datetime = _END) -> Authority:
    """Make another fabricated authority, with fresh keys: an impostor, or a stand-in for a State.

    `begin` and `end` are the dates of its registers' certificates.
    """
    root_key = ec.generate_private_key(ec.SECP384R1())
    root_name = _name(name)
    root = _issue(root_key, root_name, root_key.public_key(), root_name, _BEGIN, _END)

    def register(key: SigningKey) -> Register:
        return Register(
            key, _issue(root_key, root_name, key.public_key(), _name("RRN"), begin, end)
        )

    return Authority(
        root=root,
        rsa=register(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        ec=register(ec.generate_private_key(ec.SECP384R1())),
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "FABRICATED - NOT A STATE"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _issue(
    issuer_key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    subject: x509.Name,
    begin: datetime,
    end: datetime,
) -> bytes:
    """Sign one certificate; only the one that names itself is an authority."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=subject == issuer, path_length=None), critical=True)
    )
    return builder.sign(issuer_key, hashes.SHA384()).public_bytes(serialization.Encoding.DER)
