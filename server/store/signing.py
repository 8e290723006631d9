"""The practice's own Ed25519 key for its copies: it lies inside the encrypted file.

The heads of the journal have another (`store.heads`): a copy of a file from before either key
existed is still signed, with one derived from the key of the file.
"""

from datetime import datetime

import apsw

from server.store.keys import DatabaseKey


class Signer:
    """Signs with one Ed25519 key; `public` is its 32 raw bytes."""

    def __init__(self, private: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, content: bytes) -> bytes:
        """Sign some bytes."""
        return self._key.sign(content)


def signer(db: apsw.Connection, key: DatabaseKey) -> Signer:
    """Return the practice's signer.

    A file of a schema without that key (a copy made before its migration) signs with one derived
    from the key of the file: whoever opens the file can tell that it was made inside.
    """
    if _has_table(db):
        row = db.execute("select private from manifest_key").fetchone()
        if row is not None:
            return Signer(bytes(row[0]))
    return derived(key)


def derived(key: DatabaseKey) -> Signer:
    """Return the signer that the key of a file gives."""
    return Signer(key.derive("signing"))


def make_key(db: apsw.Connection, private: bytes, now: datetime) -> None:
    """Give the practice its signing key, once; inside the caller's transaction."""
    db.execute(
        "insert into manifest_key values (1, ?, ?, ?) on conflict (id) do nothing",
        (private, Signer(private).public, now.isoformat()),
    )


def has_key(db: apsw.Connection) -> bool:
    """Say whether the practice has its own signing key."""
    return db.execute("select 1 from manifest_key").fetchone() is not None


def is_signed_by(public: bytes, content: bytes, signature: bytes) -> bool:
    """Say whether a signature is that of the holder of a public key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _has_table(db: apsw.Connection) -> bool:
    found = db.execute("select 1 from sqlite_master where type = 'table' and name = 'manifest_key'")
    return found.fetchone() is not None
