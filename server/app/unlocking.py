"""A closed practice opened for one command, by a user who types his passphrase there and then.

What the command does is done under his name and his rights, and he has just proved who he is.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from server.app.clocks import ShiftedClock
from server.app.lock import PracticeLock
from server.app.sentences import Speech
from server.core.errors import InvalidValue, NotFound
from server.services.cabinet import Cabinet
from server.services.doorstep import Login
from server.settings import BUILT_ON


@contextmanager
def unlocked(folder: Path, user: str, speech: Speech) -> Iterator[Cabinet]:
    """Open a practice nobody works in for a user: his name or id, "" to be asked for it.

    Raises `NotFound`, `StateConflict` when a program works in the folder, `InvalidValue` when
    there is no such user, `WrongKey`.
    """
    cabinet = Cabinet(folder, ShiftedClock(), secrets.token_bytes, BUILT_ON)
    if not cabinet.exists:
        raise NotFound(kind="practice")
    lock = PracticeLock(folder)
    lock.take()
    try:
        who = _named(cabinet.logins(), user, speech)
        cabinet.unlock(who.id, ask(speech, "cli.passphrase"))
        yield cabinet
    finally:
        cabinet.lock("ended")
        lock.release()


def ask(speech: Speech, key: str) -> str:
    """Ask for a secret on the terminal: never an argument, never shown."""
    typed: str = click.prompt(speech.catalogue.say(key), hide_input=True, err=True)
    return typed


def _named(users: list[Login], user: str, speech: Speech) -> Login:
    """Find the user meant; asked for by name when there are several and none was named."""
    if not user and len(users) == 1:
        return users[0]
    names = [each.name for each in users]
    wanted = user or click.prompt(
        speech.catalogue.say("cli.user"), type=click.Choice(names, case_sensitive=False), err=True
    )
    found = [x for x in users if wanted.casefold() in (x.id.casefold(), x.name.casefold())]
    if len(found) != 1:
        raise InvalidValue(field="user", reason="unknown", names=", ".join(names))
    return found[0]
