"""Files that survive a power cut: written beside, made durable, then renamed into place."""

import hashlib
import os
from pathlib import Path

from server.store.keys import sync_folder

_CHUNK = 1 << 20


def write(path: Path, content: bytes) -> None:
    """Replace a file of its owner alone: a cut leaves the old one or the new one, whole."""
    beside = path.with_name(f"{path.name}.tmp")
    put(beside, content)
    beside.replace(path)
    sync_folder(path.parent)


def put(path: Path, content: bytes) -> None:
    """Write a file of its owner alone and make its bytes durable; its name is not yet."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def sync(path: Path) -> None:
    """Make the bytes of a file durable."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def sha256(path: Path) -> str:
    """Digest a file of any size, lower-case hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
