"""The address of a network scanner as a person types it, taken apart (`hardware.md` §5.3)."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from server.core.errors import InvalidValue

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class ScannerAddress:
    """Where a scanner answers: `http(s)://host[:port][/eSCL]`."""

    secure: bool
    host: str
    port: int
    root: str

    @classmethod
    def parse(cls, text: str) -> "ScannerAddress":
        """Read an address as typed, a bare host is enough; raise `InvalidValue`."""
        typed = text.strip()
        try:
            parts = urlsplit(typed if "://" in typed else f"http://{typed}")
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise _wrong() from None
        host = parts.hostname or ""
        strange = parts.username is not None or parts.query or parts.fragment
        plain = len(typed) <= _LONGEST and all("!" <= c <= "~" for c in typed)
        if parts.scheme not in ("http", "https") or strange or not plain:
            raise _wrong()
        if not host or not all(c.isalnum() or c in ".:-_" for c in host):
            raise _wrong()
        return cls(parts.scheme == "https", host, port, parts.path.rstrip("/") or "/eSCL")

    def __str__(self) -> str:
        """Write it whole: the same scanner is the same text."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}{self.root}"


def _wrong() -> InvalidValue:
    return InvalidValue(field="address", reason="shape")
