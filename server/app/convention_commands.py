"""`besace reference import` in a practice of France: a table of conventions, of any size."""

from collections.abc import Iterator
from pathlib import Path

from server.app.sentences import Speech
from server.core.errors import TableRefused
from server.services.cabinet import Cabinet
from server.services.convention_import import PIECE, Read, confirm, preview, read, sweep

_TOLD_EACH = 200_000  # lines between two words of progress


def import_conventions(cabinet: Cabinet, table: Path, speech: Speech) -> int:
    """Read a table in constant memory and put it in use; stopped on the way, nothing changes.

    Raises `TableRefused`. Without its prefix a copy under the right name is taken, and told.
    """
    try:
        done = _read(cabinet, table, table.name, speech)
    except TableRefused as refused:
        proposed = str(refused.facts.get("proposed", ""))
        if not proposed:
            raise
        speech.warn("cli.conventions.renamed", given=table.name, name=proposed)
        done = _read(cabinet, table, proposed, speech)
    found = preview(cabinet.desk(), done.id).version
    if done.already:
        speech.tell("conventions.already", name=found.name)
        return 0
    version = confirm(cabinet.desk(), done.id)
    sweep(cabinet.desk())
    speech.tell(
        "conventions.imported", name=version.name, rows=version.rows, added=version.added,
        changed=version.changed, ended=version.ended, rejected=version.rejected,
    )  # fmt: skip
    return 0


def _read(cabinet: Cabinet, table: Path, name: str, speech: Speech) -> Read:
    told = 0

    def tell(lines: int, rows: int) -> None:
        nonlocal told
        if lines // _TOLD_EACH > told:
            told = lines // _TOLD_EACH
            speech.warn("cli.conventions.reading", lines=lines, rows=rows)

    given = "" if name == table.name else table.name
    try:
        return read(cabinet.desk(), name, _pieces(table), told=tell, came_as=given)
    except KeyboardInterrupt:
        sweep(cabinet.desk())
        raise


def _pieces(table: Path) -> Iterator[bytes]:
    with table.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
