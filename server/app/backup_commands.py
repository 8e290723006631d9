"""`besace backup` and `besace restore`: copies of a closed practice, from the command line."""

import secrets
from pathlib import Path

from server.app.clocks import ShiftedClock
from server.app.sentences import Speech
from server.app.unlocking import ask, unlocked
from server.core.errors import StateConflict, WrongKey
from server.core.rights import Right
from server.services import backups, restoring
from server.services.restoring import Ground
from server.settings import BUILT_ON
from server.store.keys import parse_recovery_code

_PROBLEM = 1


def back_up(folder: Path, to: Path | None, user: str, speech: Speech) -> int:
    """Copy a closed practice, rehearse a return to the copy, and say where it lies.

    Returns 1 when the copy does not come back whole. Raises `StateConflict` when a program works
    in the folder, `WrongKey`, `BackupFailed`.
    """
    with unlocked(folder, user, speech) as cabinet:
        cabinet.desk().require(Right.SETTINGS)
        vault = cabinet.vault()
        made = backups.back_up(vault, "ASKED", to=to)
    facts = {"backup": str(made.path), "bytes": made.bytes, "seconds": round(made.seconds, 2),
             "second": made.second}  # fmt: skip
    if made.is_good:
        speech.tell("backup.made", **facts)
    else:
        speech.tell("backup.bad", **facts, reason=_why(speech, made.reason))
    if made.second not in ("", "none"):
        speech.warn("cli.backup.second", reason=_why(speech, made.second))
    return 0 if made.is_good else _PROBLEM


def restore(copy: Path, folder: Path, speech: Speech) -> int:
    """Bring a copy back into an empty folder; nothing is ever overwritten.

    Raises `StateConflict` with the command to type instead when the folder holds something.
    """
    if not restoring.is_empty(folder):
        raise StateConflict(
            kind="restore", state="held", wanted="empty", reason="not_empty", folder=str(folder),
            copy=str(copy), other=f"{folder}-restaure",
        )  # fmt: skip
    source = restoring.folder_of(str(copy))
    secret = ask(speech, "cli.restore.secret")
    new = ask(speech, "cli.restore.new_passphrase") if _is_code(secret) else ""
    ground = Ground(ShiftedClock(), secrets.token_bytes, BUILT_ON)
    back = restoring.restore(source, folder, secret, ground, passphrase=new)
    speech.tell(
        "restore.done", practice=str(folder), at=f"{back.at:%d/%m/%Y %H:%M}",
        doubtful=back.doubtful,
    )  # fmt: skip
    return 0


def _why(speech: Speech, reason: str) -> str:
    key = f"copy.reason.{reason}"
    spoken = speech.catalogue
    return spoken.say(key) if spoken.has(key) else spoken.say("copy.reason")


def _is_code(secret: str) -> bool:
    try:
        parse_recovery_code(secret)
    except WrongKey:
        return False
    return True
