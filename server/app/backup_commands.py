"""`besace backup`, `restore` and `verify`: copies of a closed practice, from the command line."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from server.app.clocks import ShiftedClock
from server.app.lock import PracticeLock
from server.app.sentences import Speech
from server.core.errors import NotFound, StateConflict, WrongKey
from server.services import backups, restoring, whole
from server.services.cabinet import KEYS, Cabinet
from server.services.restoring import Ground
from server.services.whole import Check
from server.settings import BUILT_ON
from server.store.backup import key_behind
from server.store.keys import KeyFile, parse_recovery_code

_PROBLEM = 1


def back_up(folder: Path, to: Path | None, speech: Speech) -> int:
    """Copy a closed practice, rehearse a return to the copy, and say where it lies.

    Returns 1 when the copy does not come back whole. Raises `StateConflict` when a program works
    in the folder, `WrongKey`, `BackupFailed`.
    """
    with _opened(folder, speech) as cabinet:
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
    secret = _ask(speech, "cli.restore.secret")
    new = _ask(speech, "cli.restore.new_passphrase") if _is_code(secret) else ""
    ground = Ground(ShiftedClock(), secrets.token_bytes, BUILT_ON)
    back = restoring.restore(source, folder, secret, ground, passphrase=new)
    speech.tell(
        "restore.done", practice=str(folder), at=f"{back.at:%d/%m/%Y %H:%M}",
        doubtful=back.doubtful,
    )  # fmt: skip
    return 0


def verify(target: Path | None, folder: Path, speech: Speech) -> int:
    """Check a practice, or one copy by bringing it back; a line per check, 1 when one fails."""
    if target is None:
        with _opened(folder, speech) as cabinet:
            found = whole.practice(cabinet.vault())
    else:
        source = restoring.folder_of(str(target))
        secret = _ask(speech, "cli.restore.secret")
        key, _ = key_behind(KeyFile(source / KEYS), secret)
        found = whole.copy(source, key)
    for check in found:
        click.echo(_told(check, speech))
    return 0 if all(check.well for check in found) else _PROBLEM


def _told(check: Check, speech: Speech) -> str:
    words = speech.catalogue.say(
        f"verify.{check.code}" if check.well else f"verify.bad.{check.code}", **check.facts
    )
    if speech.as_json:
        facts = dict(check.facts)
        return speech.json(code=check.code, well=check.well, facts=facts, sentence=words)
    return f"{'✓' if check.well else '✗'} {words}"


def _why(speech: Speech, reason: str) -> str:
    key = f"copy.reason.{reason}"
    spoken = speech.catalogue
    return spoken.say(key) if spoken.has(key) else spoken.say("copy.reason")


def _ask(speech: Speech, key: str) -> str:
    """Ask for a secret on the terminal: never an argument, never shown."""
    typed: str = click.prompt(speech.catalogue.say(key), hide_input=True, err=True)
    return typed


def _is_code(secret: str) -> bool:
    try:
        parse_recovery_code(secret)
    except WrongKey:
        return False
    return True


@contextmanager
def _opened(folder: Path, speech: Speech) -> Iterator[Cabinet]:
    """Open a practice for whichever of its users types the passphrase; locked at the end."""
    cabinet = Cabinet(folder, ShiftedClock(), secrets.token_bytes, BUILT_ON)
    if not cabinet.exists:
        raise NotFound(kind="practice")
    lock = PracticeLock(folder)
    lock.take()
    try:
        secret = _ask(speech, "cli.passphrase")
        cabinet.unlock(_whose(cabinet, folder, secret), secret)
        yield cabinet
    finally:
        cabinet.lock()
        lock.release()


def _whose(cabinet: Cabinet, folder: Path, secret: str) -> str:
    """Find whose passphrase it is; a practice with one user does not try twice."""
    users = cabinet.logins()
    if len(users) == 1:
        return users[0].id
    keys = KeyFile(folder / KEYS)
    for user in users:
        try:
            keys.open(f"user:{user.id}", secret)
        except WrongKey:
            continue
        return user.id
    raise WrongKey(field="passphrase")
