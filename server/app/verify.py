"""`besace verify`: the proof that a closed practice, or a copy, is whole; one sentence a check."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.app.clocks import ShiftedClock
from server.app.lock import PracticeLock
from server.app.sentences import Speech
from server.core.errors import NotFound, WrongKey
from server.services.cabinet import Cabinet
from server.services.desk import Desk
from server.services.keyring import KEYS
from server.settings import BUILT_ON
from server.store.keys import KeyFile

if TYPE_CHECKING:
    from server.services.whole import Check

_PROBLEM = 1


@contextmanager
def unlocked(folder: Path, speech: Speech) -> Iterator[Cabinet]:
    """Open a practice nobody works in, for whichever of its users types the passphrase.

    Raises `NotFound`, `StateConflict` when a program works in the folder, `WrongKey`.
    """
    cabinet = Cabinet(folder, ShiftedClock(), secrets.token_bytes, BUILT_ON)
    if not cabinet.exists:
        raise NotFound(kind="practice")
    lock = PracticeLock(folder)
    lock.take()
    try:
        secret = ask(speech, "cli.passphrase")
        cabinet.unlock(_whose(cabinet, secret), secret)
        yield cabinet
    finally:
        cabinet.lock()
        lock.release()


def ask(speech: Speech, key: str) -> str:
    """Ask for a secret on the terminal: never an argument, never shown."""
    typed: str = click.prompt(speech.catalogue.say(key), hide_input=True, err=True)
    return typed


def verify(copy: Path | None, folder: Path, speech: Speech) -> int:
    """Check a practice, or one copy by bringing it back; 0 when all holds, 1 when one does not."""
    return _practice(folder, speech) if copy is None else _copy(copy, speech)


def _practice(folder: Path, speech: Speech) -> int:
    from server.services import whole

    with unlocked(folder, speech) as cabinet:
        found = whole.practice(cabinet.vault())
        status = _tell(found, speech)
        if any(check.code == "page" and not check.well for check in found):
            return status  # nothing read further can be believed
        return max(status, _journal(cabinet.desk(), speech))


def _copy(copy: Path, speech: Speech) -> int:
    from server.services import restoring, whole
    from server.store.backup import key_behind

    source = restoring.folder_of(str(copy))
    key, _ = key_behind(KeyFile(source / KEYS), ask(speech, "cli.restore.secret"))
    return _tell(whole.copy(source, key), speech)


def _tell(found: "Sequence[Check]", speech: Speech) -> int:
    for check in found:
        click.echo(_told(check, speech))
    return 0 if all(check.well for check in found) else _PROBLEM


def _told(check: "Check", speech: Speech) -> str:
    words = speech.catalogue.say(
        f"verify.{check.code}" if check.well else f"verify.bad.{check.code}", **check.facts
    )
    if speech.as_json:
        facts = dict(check.facts)
        return speech.json(code=check.code, well=check.well, facts=facts, sentence=words)
    return f"{'✓' if check.well else '✗'} {words}"


def _journal(desk: Desk, speech: Speech) -> int:
    from server.services import journals

    verdict = journals.verify(desk)
    letters = journals.letters(desk)
    for flaw in verdict.flaws:
        facts = {"device": letters.get(flaw.device, flaw.device), "row": flaw.seq}
        words = speech.catalogue.say(f"flaw.{flaw.reason}", **facts)
        click.echo(
            speech.json(code=f"flaw.{flaw.reason}", well=False, **facts, sentence=words)
            if speech.as_json
            else f"✗ {words}"
        )
    if not verdict.flaws:
        speech.tell("verify.well", rows=verdict.rows, heads=verdict.heads)
    return _PROBLEM if verdict.flaws else 0


def _whose(cabinet: Cabinet, secret: str) -> str:
    """Find whose passphrase it is; a practice with one user does not try twice."""
    users = cabinet.logins()
    if len(users) == 1:
        return users[0].id
    keys = KeyFile(cabinet.folder / KEYS)
    for user in users:
        try:
            keys.open(f"user:{user.id}", secret)
        except WrongKey:
            continue
        return user.id
    raise WrongKey(field="passphrase")
