"""What a user's PIN gives, kept in the encrypted file: it opens nothing by itself.

argon2id turns the PIN into one half of a key; the other half is random, made anew by each run of
the program, and never written. So a PIN serves a locked program that still runs, and nothing else
(`reliability-security.md` §2.2).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

import apsw

from server.store.keys import Cost, DatabaseKey, stretch
from server.store.rows import one


@dataclass(frozen=True, slots=True, repr=False)
class Pin:
    """Half a key, and the salt that makes it out of the PIN."""

    salt: bytes
    half: bytes


def made(pin: str, cost: Cost) -> Pin:
    """Turn a PIN into what is kept of it."""
    salt = secrets.token_bytes(16)
    return Pin(salt, stretch(pin, salt, cost))


def put(db: apsw.Connection, user: str, pin: Pin, now: datetime) -> None:
    """Keep a user's PIN, in place of the one he had; inside the caller's transaction."""
    db.execute(
        "insert into pin values (?, ?, ?, ?) on conflict (user) do update set"
        " salt = excluded.salt, half = excluded.half, made_at = excluded.made_at",
        (user, pin.salt, pin.half, now.isoformat()),
    ).fetchall()


def get(db: apsw.Connection, user: str) -> Pin | None:
    """Return what is kept of a user's PIN, None when he has none."""
    return one(db, Pin, "select salt, half from pin where user = ?", (user,))


def drop(db: apsw.Connection, user: str) -> None:
    """Forget a user's PIN; inside the caller's transaction."""
    db.execute("delete from pin where user = ?", (user,)).fetchall()


class Sleeve:
    """The key of a practice while it is locked, in memory, under a PIN and a random half."""

    def __init__(self, key: DatabaseKey, pin: Pin, cost: Cost) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._salt, self._cost = pin.salt, cost
        self._other, self._nonce = secrets.token_bytes(32), secrets.token_bytes(12)
        self._wrapped = AESGCM(self._joined(pin.half)).encrypt(self._nonce, key.raw, b"pin")

    def open(self, pin: str) -> DatabaseKey | None:
        """Return the key when this is the PIN, None when it is not."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        joined = self._joined(stretch(pin, self._salt, self._cost))
        try:
            return DatabaseKey(AESGCM(joined).decrypt(self._nonce, self._wrapped, b"pin"))
        except InvalidTag:
            return None

    def _joined(self, half: bytes) -> bytes:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(SHA256(), 32, salt=self._other, info=b"pin").derive(half)
