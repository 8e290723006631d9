"""The real roots of identity cards: none is shipped, the practice loads those it trusts.

Without one, a card's signature is shown as not verified, never as good (`hardware.md` §2.5).
"""

import hashlib
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from server.core.errors import InvalidForm
from server.core.rights import Right
from server.services.desk import Desk, needs
from server.store import roots
from server.store.roots import Root


@needs(Right.SETTINGS)
def load(desk: Desk, content: bytes) -> Root:
    """Trust a root given as a PEM or DER certificate; raise `InvalidForm` when it is none.

    Only a self-issued certificate of an authority, still valid today, is taken.
    """
    certificate = _read(content)
    if certificate is None:
        raise InvalidForm(faults=(("root", "unreadable"),))
    if certificate.issuer != certificate.subject or not _is_authority(certificate):
        raise InvalidForm(faults=(("root", "not_a_root"),))
    if certificate.not_valid_after_utc < desk.now:
        raise InvalidForm(faults=(("root", "expired"),))
    der = certificate.public_bytes(Encoding.DER)
    root = Root(
        desk.new_id(), hashlib.sha256(der).hexdigest(), certificate.subject.rfc4514_string(),
        certificate.not_valid_after_utc, der,
    )  # fmt: skip
    with desk.deed("root.trusted", "root", root.id, {"sha256": root.sha256}) as seq:
        roots.add(desk.db, root, desk.device.id, seq)
    return root


def loaded(desk: Desk) -> Sequence[bytes]:
    """Return the trusted roots, DER."""
    return [root.der for root in roots.all_roots(desk.db)]


@needs(Right.SETTINGS)
def listed(desk: Desk) -> Sequence[Root]:
    """Return the trusted roots with their names and ends."""
    return roots.all_roots(desk.db)


def _read(content: bytes) -> x509.Certificate | None:
    pem = content.lstrip().startswith(b"-----BEGIN")
    try:
        if pem:
            return x509.load_pem_x509_certificate(content)
        return x509.load_der_x509_certificate(content)
    except ValueError:
        return None


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        found = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        return False
    return bool(found.value.ca)
