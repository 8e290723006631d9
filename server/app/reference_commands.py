"""`besace reference`: the dated tables of a practice, listed, or added to while it is closed."""

import json
import secrets
from pathlib import Path

import apsw
import click

from server.app import reference
from server.app.clocks import ShiftedClock
from server.app.lock import PracticeLock
from server.core.errors import NotFound
from server.services.cabinet import Cabinet
from server.settings import BUILT_ON

_VERSIONS = """
    select id, table_name, valid_from, valid_to, rows, replaced_by from reference_version
     order by table_name, valid_from, number
"""
_NAMES = ("id", "table", "valid_from", "valid_to", "rows", "replaced_by")


def import_table(folder: Path, table: Path, passphrase: str) -> int:
    """Add a tariff to a closed practice; its waiting sessions are judged again."""
    cabinet = Cabinet(folder, ShiftedClock(), secrets.token_bytes, BUILT_ON)
    if not cabinet.exists:
        raise NotFound(kind="practice")
    lock = PracticeLock(folder)
    lock.take()
    try:
        cabinet.unlock(cabinet.logins()[0].id, passphrase)
        reference.import_tariff(cabinet, folder, table)
        click.echo("Tarif importé. Les séances qui l'attendaient ont été jugées à nouveau.")
        return 0
    finally:
        cabinet.lock()
        lock.release()


def list_tables(folder: Path, *, as_json: bool) -> int:
    """Print each version of each table of a practice with its period; no passphrase is needed."""
    found = sorted(folder.glob("reference-*.db"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise NotFound(kind="practice")
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    db = apsw.Connection(f"{found[-1].absolute().as_uri()}?mode=ro", flags=flags)
    try:
        for row in db.execute(_VERSIONS):
            told = dict(zip(_NAMES, row, strict=True))
            click.echo(json.dumps(told, ensure_ascii=False) if as_json else _words(told))
    finally:
        db.close()
    return 0


def _words(told: dict[str, object]) -> str:
    until = told["valid_to"] or "…"
    state = " (remplacée)" if told["replaced_by"] else ""
    return f"{told['table']} : {told['valid_from']} – {until}, {told['rows']} lignes{state}"
