"""The empty session: nothing is signed. Only a simulator started with `--unsigned` accepts it."""

from datetime import datetime

from server.core.signing import Signer


class UnsignedSession:
    """A session that never needs opening, shown as « transport non signé »."""

    signed = False

    def signer(self, now: datetime) -> Signer:
        """See `signing.Session`."""
        return _NoSigner()


class _NoSigner:
    def sign_envelope(self, envelope: bytes) -> bytes:
        return envelope

    def xades(self, blob: bytes) -> bytes | None:
        return None
