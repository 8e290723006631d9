"""`besace reference`: the dated tables of a practice, listed, or added to while it is closed."""

import secrets
from pathlib import Path

import click

from server.app import reference
from server.app.clocks import ShiftedClock
from server.app.lock import PracticeLock
from server.app.reference import Version
from server.app.sentences import Speech
from server.core.errors import NotFound
from server.services.cabinet import Cabinet
from server.settings import BUILT_ON


def import_table(folder: Path, table: Path, speech: Speech) -> int:
    """Add a tariff to a closed practice; its waiting sessions are judged again.

    Raises `StateConflict` when a program works in the folder, `WrongKey`, `ReferenceRefused`.
    """
    cabinet = Cabinet(folder, ShiftedClock(), secrets.token_bytes, BUILT_ON)
    if not cabinet.exists:
        raise NotFound(kind="practice")
    lock = PracticeLock(folder)
    lock.take()
    try:
        secret = click.prompt(speech.catalogue.say("cli.passphrase"), hide_input=True, err=True)
        cabinet.unlock(cabinet.logins()[0].id, secret)
        reference.import_tariff(cabinet, folder, table)
        speech.tell("reference.imported")
        return 0
    finally:
        cabinet.lock()
        lock.release()


def list_tables(folder: Path, speech: Speech) -> int:
    """Print each version of each table of a practice with its period; no passphrase is needed."""
    found = reference.versions(folder)
    if not found:
        raise NotFound(kind="practice")
    for version in found:
        click.echo(speech.json(**version.facts()) if speech.as_json else _words(version, speech))
    return 0


def _words(version: Version, speech: Speech) -> str:
    replaced = ".replaced" if version.replaced_by else ""
    until = version.valid_to or "…"
    facts = {**version.facts(), "valid_to": until}
    return speech.catalogue.say(f"cli.reference.version{replaced}", **facts)
