"""`besace export DIR`: what leaves in clear, in open formats: today the journal.

In clear on purpose: an inspector reads it, and verifies it, with nothing of ours. It holds ids,
never a name or a number of a patient, but for what somebody typed as a reason.
"""

import os
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from server.app.sentences import Speech
from server.app.unlocking import unlocked
from server.core.errors import InvalidValue

_TOOL = "verify_journal.py"


def export(practice: Path, folder: Path, user: str, speech: Speech) -> int:
    """Write the journal of a closed practice into a new or empty folder; 0 when it is written.

    Raises `InvalidValue` when the folder cannot be used, `Forbidden` unless the user is the main
    one, and what `unlocked` raises.
    """
    _check_empty(folder)
    with unlocked(practice, user, speech) as cabinet:
        from server.services import journals

        taken = journals.take_away(cabinet.desk())
        _make(folder)
        for name, lines in taken.files.items():
            _write(folder / name, lines)
        tool = (files("server.tools") / _TOOL).read_bytes()
        (folder / "tools").mkdir(mode=0o700)
        _write(folder / "tools" / _TOOL, [tool])
        words = speech.catalogue.say("export.readme", key=taken.public_key)
        _write(folder / "README.txt", [words.encode() + b"\n"])
        speech.tell("export.done", folder=str(folder), rows=taken.rows, key=taken.public_key)
    return 0


def _check_empty(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise InvalidValue(field="export", reason="not_empty", folder=str(folder))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError:
        raise InvalidValue(field="export", reason="folder", folder=str(folder)) from None


def _write(path: Path, lines: Iterable[bytes]) -> None:
    """Write a file for its owner alone, durable before we say so."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.writelines(lines)
        out.flush()
        os.fsync(out.fileno())
