"""Opaque keys of rows: ULIDs, 26 characters that sort by the instant they were made."""

import hashlib
from datetime import datetime
from typing import Protocol

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH, _OF_INSTANT = 26, 10


class Entropy(Protocol):
    """Where random bytes come from: `secrets.token_bytes`, or a seeded source in tests."""

    def __call__(self, size: int, /) -> bytes:
        """Return that many random bytes."""
        ...


def new_ulid(now: datetime, entropy: Entropy) -> str:
    """Make a key from an aware instant (milliseconds, 48 bits) and 80 random bits."""
    return _written(int(now.timestamp() * 1000) << 80 | int.from_bytes(entropy(10), "big"))


def made_of(key: str, words: str) -> str:
    """Make the one key that another key and some words give: the same again for the same two.

    It keeps the instant of the other. Raises ValueError when `key` is none.
    """
    if len(key) != _LENGTH or key[0] > "7" or not set(key) <= set(_ALPHABET):
        raise ValueError("no key")
    instant = 0
    for letter in key[:_OF_INSTANT]:
        instant = instant << 5 | _ALPHABET.index(letter)
    digest = hashlib.sha256(f"{key} {words}".encode()).digest()
    return _written(instant << 80 | int.from_bytes(digest[:10], "big"))


def _written(value: int) -> str:
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))
