"""A fabricated certificate authority, and servers on loopback that show what it issues."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sync.transports.endpoint import Endpoint
from tests.sync.transports.door import Door, answers

DAY = timedelta(days=1)
LOOPBACK = "127.0.0.1"


class Authority:
    """A root that issues certificates; its own is in `root`, for whoever trusts it."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        ca = x509.BasicConstraints(ca=True, path_length=0)
        now = datetime.now(UTC)
        made = (
            self._builder(self._name, self._key, now - DAY, now + DAY)
            .add_extension(ca, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.root = folder / f"{name}.pem"
        self.root.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def issue(self, address: str = LOOPBACK, *, late: bool = False, early: bool = False) -> Path:
        """Issue a certificate for an address; `late`: it has ended, `early`: it has not begun."""
        now = datetime.now(UTC) + (-10 * DAY if late else 10 * DAY if early else timedelta())
        key = ec.generate_private_key(ec.SECP256R1())
        who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fabricated partner")])
        alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        made = (
            self._builder(who, key, now - DAY, now + DAY)
            .add_extension(alternative, critical=False)
            .add_extension(usage, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        both = self._folder / f"issued-{made.serial_number}.pem"
        both.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
        return both

    def _builder(
        self, who: x509.Name, key: ec.EllipticCurvePrivateKey, begin: datetime, end: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(who)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
        )


@contextmanager
def partner(shown: Path, context: ssl.SSLContext | None = None) -> Iterator[tuple[Door, Endpoint]]:
    """Serve over TLS with a certificate; what arrived in clear of it is in `requests`."""
    server = context or ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(shown)

    def script(connection: socket.socket, door: Door) -> None:
        with server.wrap_socket(connection, server_side=True) as secure:
            answers(b"yes")(secure, door)

    door = Door([script])
    try:
        yield door, Endpoint(LOOPBACK, door.socket.getsockname()[1], "/", tls=True)
    finally:
        door.close()
