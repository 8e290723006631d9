"""`besace verify`: the proof that a closed practice holds together, one sentence per flaw."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from server.app.clocks import ShiftedClock
from server.app.lock import PracticeLock
from server.app.sentences import Speech
from server.core.errors import NotFound
from server.services.cabinet import Cabinet
from server.services.desk import Desk
from server.settings import BUILT_ON


@contextmanager
def unlocked(folder: Path, speech: Speech) -> Iterator[Cabinet]:
    """Open a practice nobody works in, with the passphrase typed on the terminal.

    Raises `NotFound`, `StateConflict` when a program works in the folder, `WrongKey`.
    """
    cabinet = Cabinet(folder, ShiftedClock(), secrets.token_bytes, BUILT_ON)
    if not cabinet.exists:
        raise NotFound(kind="practice")
    lock = PracticeLock(folder)
    lock.take()
    try:
        secret = click.prompt(speech.catalogue.say("cli.passphrase"), hide_input=True, err=True)
        cabinet.unlock(cabinet.logins()[0].id, secret)
        yield cabinet
    finally:
        cabinet.lock()
        lock.release()


def verify(folder: Path, speech: Speech) -> int:
    """Check a practice and say what was found; 0 when all holds, 1 when something does not."""
    with unlocked(folder, speech) as cabinet:
        return _journal(cabinet.desk(), speech)


def _journal(desk: Desk, speech: Speech) -> int:
    from server.services import journals

    verdict = journals.verify(desk)
    letters = journals.letters(desk)
    for flaw in verdict.flaws:
        facts = {"device": letters.get(flaw.device, flaw.device), "row": flaw.seq}
        words = speech.catalogue.say(f"flaw.{flaw.reason}", **facts)
        click.echo(
            speech.json(code=f"flaw.{flaw.reason}", **facts, sentence=words)
            if speech.as_json
            else f"✗ {words}"
        )
    if not verdict.flaws:
        speech.tell("verify.well", rows=verdict.rows, heads=verdict.heads)
    return 1 if verdict.flaws else 0
