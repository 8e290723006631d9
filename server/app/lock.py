"""One program per practice: a lock the system drops with the process, so it is never stale."""

import os
from pathlib import Path
from typing import IO

from server.core.errors import StateConflict

_HELD_BYTE = 1 << 20  # Windows locks bytes: one far behind what is written


class PracticeLock:
    """An exclusive hold on a practice folder; the file names the process that holds it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "besace.lock"
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take the folder; raise `StateConflict` when another program works in it."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        file = os.fdopen(handle, "r+", encoding="ascii")
        try:
            _lock(file)
        except OSError:
            holder = file.read()
            file.close()
            raise StateConflict(
                kind="practice", state="in_use", wanted="free", reason="in_use", process=holder
            ) from None
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let the folder go; harmless twice."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _lock(file: IO[str]) -> None:
    """Lock without waiting, the way of each system; OSError when somebody else holds it."""
    if os.name == "nt":  # pragma: no cover - Windows only
        import msvcrt

        file.seek(_HELD_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # Windows
        file.seek(0)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
