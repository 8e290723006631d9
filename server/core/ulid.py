"""Opaque keys of rows: ULIDs, 26 characters that sort by the instant they were made."""

from datetime import datetime
from typing import Protocol

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Entropy(Protocol):
    """Where random bytes come from: `secrets.token_bytes`, or a seeded source in tests."""

    def __call__(self, size: int, /) -> bytes:
        """Return that many random bytes."""
        ...


def new_ulid(now: datetime, entropy: Entropy) -> str:
    """Make a key from an aware instant (milliseconds, 48 bits) and 80 random bits."""
    value = int(now.timestamp() * 1000) << 80 | int.from_bytes(entropy(10), "big")
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))
