"""The clear reference file beside a practice, named by its digest."""

import hashlib
import os
from pathlib import Path

from server.core.errors import DamagedPractice
from server.store.keys import sync_folder


def file_sha256(path: Path) -> str:
    """Digest a clear file whose every byte matters to a bill."""
    if not path.exists():
        raise DamagedPractice(reason="reference_missing")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def take_in(folder: Path, reference: Path) -> str:
    """Name a reference file by its digest, so that a new one never replaces one in use.

    It is on the disk before anything refers to it: what the practice accepted must be there.
    """
    sha256 = file_sha256(reference)
    with reference.open("r+b") as file:
        os.fsync(file.fileno())
    reference.replace(path_of(folder, sha256))
    sync_folder(folder)
    return sha256


def accepted(folder: Path, sha256: str) -> Path:
    """Find the reference file the practice accepted: a wrong tariff is a wrong bill."""
    path = path_of(folder, sha256)
    if file_sha256(path) != sha256:
        raise DamagedPractice(reason="reference_changed")
    return path


def path_of(folder: Path, sha256: str) -> Path:
    """Give where a reference file of this digest lies."""
    return folder / f"reference-{sha256[:16]}.db"
