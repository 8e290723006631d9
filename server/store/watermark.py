"""How far the journal of a practice was known to reach, kept beside its file.

A file cut short, an older copy put in its place or an old log beside it can be whole and readable:
only a memory outside it tells that it lacks what was done since. The mark follows each commit and
is not forced to the disk, so that after a power cut it may lag behind the file, never lead it.
A restored practice has another lineage: a file of the one before is older, however long it is.
"""

import hashlib
import hmac
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import apsw

MARK = "besace.mark"
_BYTES = 512  # one sector: written in one go


@dataclass(frozen=True, slots=True)
class Mark:
    """A row the journal of one device is known to hold."""

    lineage: str
    device: str
    seq: int
    hash: str


class Watermark:
    """The mark of one practice folder; it only rises. Safe from several threads."""

    def __init__(self, folder: Path, mac_key: bytes) -> None:
        self._path = folder / MARK
        self._mac_key = mac_key
        self._turn = Lock()
        self._reached = 0

    def read(self) -> Mark | None:
        """Return the mark; None when there is none, or none that this practice wrote."""
        try:
            held: dict[str, Any] = json.loads(self._path.read_text("ascii"))
            mark = Mark(held["lineage"], held["device"], held["seq"], held["hash"])
            genuine = hmac.compare_digest(held["mac"], self._mac(mark))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return mark if genuine else None

    def written_at(self) -> datetime | None:
        """Say when the mark last rose, by the disk's word; None when there is none."""
        try:
            return datetime.fromtimestamp(self._path.stat().st_mtime, UTC)
        except OSError:
            return None

    def rise(self, mark: Mark) -> None:
        """Note that the journal reaches this row; what cannot be written is noted next time."""
        with self._turn, suppress(OSError):
            if mark.seq > self._reached:
                text = json.dumps({**asdict(mark), "mac": self._mac(mark)})
                handle = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
                try:
                    os.write(handle, text.ljust(_BYTES - 1).encode("ascii") + b"\n")
                finally:
                    os.close(handle)
                self._reached = mark.seq

    def _mac(self, mark: Mark) -> str:
        text = f"mark:{mark.lineage}:{mark.device}:{mark.seq}:{mark.hash}"
        return hmac.new(self._mac_key, text.encode(), hashlib.sha256).hexdigest()


def head(db: apsw.Connection, lineage: str, device: str) -> Mark | None:
    """Return the last row of a device's journal; None before the first."""
    row = db.execute(
        "select seq, hash from journal where device = ? order by seq desc limit 1", (device,)
    ).fetchone()
    return Mark(lineage, device, int(row[0]), str(row[1])) if row else None


def holds(db: apsw.Connection, mark: Mark) -> bool:
    """Say whether the journal still holds the row of a mark, unchanged."""
    row = db.execute(
        "select hash from journal where device = ? and seq = ?", (mark.device, mark.seq)
    ).fetchone()
    return row is not None and row[0] == mark.hash
