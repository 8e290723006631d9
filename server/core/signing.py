"""Who speaks for the practice on the wire: the session and the signatures a transport needs.

Ports only. `sync` asks, something with keys answers; neither imports the other. What is signed and
how: `be-mycarenet.md` §2.4 (envelope: timestamp and token) and §5.2 (XAdES over the blob).
"""

from datetime import datetime
from typing import Protocol


class Signer(Protocol):
    """Signs what leaves, at the moment it leaves. Business bytes are never changed by it."""

    def sign_envelope(self, envelope: bytes) -> bytes:
        """Return the SOAP envelope with its security header; bytes in, bytes to send out."""
        ...

    def xades(self, blob: bytes) -> bytes | None:
        """Return the XAdES signature of a blob's content; None when the session signs nothing."""
        ...


class Session(Protocol):
    """A session with a partner: open for some hours, then renewed without the user."""

    @property
    def signed(self) -> bool:
        """Whether what leaves is signed. False is shown as « transport non signé »."""
        ...

    def signer(self, now: datetime) -> Signer:
        """Return the signer of a session valid at `now` (aware UTC), opening one if needed."""
        ...
