"""`besace reference`: the dated tables of a practice, listed, or added to while it is closed."""

from pathlib import Path

import click

from server.app import reference
from server.app.convention_commands import import_conventions
from server.app.reference import Version
from server.app.sentences import Speech
from server.app.unlocking import unlocked
from server.core.country import Country
from server.core.errors import NotFound
from server.services.legal_tables import is_ours


def import_table(folder: Path, table: Path, user: str, speech: Speech) -> int:
    """Add a tariff to a closed practice, whose waiting sessions are judged again.

    In France a table that is none of the program's own is one of conventions. Raises
    `ReferenceRefused` or `TableRefused`, and what `unlocked` raises.
    """
    with unlocked(folder, user, speech) as cabinet:
        if cabinet.desk().country is Country.FRANCE and not is_ours(table.name):
            return import_conventions(cabinet, table, speech)
        reference.import_tariff(cabinet, folder, table)
        speech.tell("reference.imported")
        return 0


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
