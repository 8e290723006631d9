"""Where a partner answers: a host, a port, a path; over TLS unless it is this very machine."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from server.core.errors import InvalidValue


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A parsed address. Plain HTTP exists for simulators on loopback only."""

    host: str
    port: int
    path: str
    tls: bool

    @classmethod
    def parse(cls, url: str) -> Self:
        """Accept `https://…`, or `http://` to a loopback address; `InvalidValue` otherwise."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
            host.encode("idna")
        except ValueError:
            raise InvalidValue(field="endpoint", reason="url") from None
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        written = path.isascii() and path.isprintable() and " " not in path
        if parts.scheme not in ("https", "http") or not host or "@" in parts.netloc or not written:
            raise InvalidValue(field="endpoint", reason="url")
        tls = parts.scheme == "https"
        if not tls and not is_loopback(host):
            raise InvalidValue(field="endpoint", reason="not_encrypted")
        return cls(host, port or (443 if tls else 80), path, tls)


def is_loopback(host: str) -> bool:
    """Say whether an address is of this very machine."""
    # By number only: a name may be resolved to anywhere.
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
