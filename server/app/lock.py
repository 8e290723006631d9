"""One program per practice: a lock the system drops with the process, so it is never stale."""

import os
from pathlib import Path
from typing import IO

from server.core.errors import StateConflict


class PracticeLock:
    """An exclusive hold on a practice folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "besace.lock"
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take the folder; raise `StateConflict` when another program works in it."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        file = os.fdopen(handle, "r+")
        try:
            _lock(file)
        except OSError:
            file.close()
            raise StateConflict(kind="practice", state="in_use", wanted="free") from None
        self._file = file

    def release(self) -> None:
        """Let the folder go."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _lock(file: IO[str]) -> None:
    """Lock without waiting, the way of each system; OSError when somebody else holds it."""
    if os.name == "nt":  # pragma: no cover - Windows only
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
