"""The content of a file on its way: deflated without header, and its hash.

Source: `be-mycarenet.md` §4.
"""

import zlib
from base64 import b64encode
from hashlib import sha256

LARGEST = 64 * 1024 * 1024  # of an inflated content; more is a bomb


def inflate(blob: bytes, largest: int = LARGEST) -> bytes | None:
    """Undo `deflate`, or what partners take for it (zlib, gzip); None when it cannot be read."""
    for wbits in (-zlib.MAX_WBITS, zlib.MAX_WBITS, zlib.MAX_WBITS | 16):
        stretch = zlib.decompressobj(wbits)
        try:
            content = stretch.decompress(blob, largest)
        except zlib.error:
            continue
        if stretch.eof:
            return content
    return None


def hash_value(content: bytes) -> str:
    """Return the base64 SHA-256 of a content before compression, as `HashValue` carries it."""
    return b64encode(sha256(content).digest()).decode("ascii")
