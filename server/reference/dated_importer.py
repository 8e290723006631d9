"""Import rows of a French table as it was given: what holds is closed on the eve of what comes.

A file named like its table (`fr_letters_2027.csv`) has its columns, UTF-8, commas or semicolons;
`source` and `confidence` may be left out. Rows of the same key and first day replace those held,
which go to the table's history; a row that begins later closes the one before it. Importing the
same file twice changes nothing.
"""

import shutil
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import sqlite_utils

from server.core.care import Confidence
from server.reference.checks import judge_rows, overlaps
from server.reference.reference_file import count_rows, file_digest, insert_version, swap_in
from server.reference.shape import TableShape
from server.reference.sheets import NumberedRow, Problem, Refused, read_lines
from server.reference.tables import TABLES
from server.reference.versions import Version, versions_of

_DEFAULTS = {"source": "import", "confidence": Confidence.MANUAL.value, "valid_to": ""}
_PREFIX = "fr_"


def takes(table: str | None) -> bool:
    """Say whether a table is imported this way."""
    return table is not None and table.startswith(_PREFIX)


def import_rows(
    reference: Path, sheet: Path, table: str, allow_fictional: bool = False
) -> dict[str, object]:
    """Take the rows in; raise Refused with every problem of every row, the old file untouched."""
    shape = TABLES[table]
    rows = _read(sheet, shape)
    fresh = reference.with_name(reference.name + ".new")
    try:
        shutil.copyfile(reference, fresh)
        with closing(sqlite_utils.Database(fresh)) as db:
            new = _checked(db, sheet.name, table, rows, allow_fictional)
            with db.conn:
                for version in new:
                    _take(db, shape, version)
            tables = count_rows(db)
        digest = swap_in(fresh, reference) if new else file_digest(reference)
    except (OSError, sqlite3.DatabaseError):
        raise Refused([Problem(reference.name, 0, "", "damaged")]) from None
    finally:
        fresh.unlink(missing_ok=True)
    imported = [version.id for version in new]
    return {"path": str(reference), "sha256": digest, "tables": tables, "imported": imported}


def _read(sheet: Path, shape: TableShape) -> list[NumberedRow]:
    """Read the lines of a file into the columns of its table."""
    try:
        text = sheet.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Refused([Problem(sheet.name, 0, "", "unreadable")]) from None
    first = text.split("\n", 1)[0]
    header, lines = read_lines(sheet.name, text, ";" if first.count(";") else ",")
    needed = set(shape.all_columns) - _DEFAULTS.keys()
    if not needed <= set(header) <= set(shape.all_columns):
        raise Refused([Problem(sheet.name, 1, ",".join(header), "columns")])
    short = [Problem(sheet.name, n, "", "cells") for n, cells in lines if len(cells) != len(header)]
    if short:
        raise Refused(short)
    return [(number, _row(header, cells, shape)) for number, cells in lines]


def _row(header: Sequence[str], cells: Sequence[str], shape: TableShape) -> dict[str, str]:
    typed = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    return {name: typed.get(name) or _DEFAULTS.get(name, "") for name in shape.all_columns}


def _checked(
    db: sqlite_utils.Database,
    file: str,
    table: str,
    rows: Sequence[NumberedRow],
    allow_fictional: bool,
) -> list[Version]:
    """Give the versions that are not yet in force; raise Refused."""
    if table not in db.table_names():
        raise Refused([Problem(file, 0, "", "damaged")])
    judged, problems = judge_rows(file, rows, TABLES[table])
    problems += overlaps(judged)
    problems += _fictional(file, rows) if not allow_fictional else ()
    if problems:
        raise Refused(problems)
    held = {row["id"] for row in db.query("select id from reference_version")}
    fresh = versions_of(table, (cells for _, cells in rows))
    return [version for version in fresh if version.id not in held]


def _fictional(file: str, rows: Iterable[NumberedRow]) -> Iterable[Problem]:
    for number, cells in rows:
        if cells["confidence"] == Confidence.T:
            yield Problem(file, number, "confidence", "fictional")


def _take(db: sqlite_utils.Database, shape: TableShape, version: Version) -> None:
    """Put the rows of a version in, after those they replace or close."""
    for cells in version.rows:
        _replace(db, shape, version, cells)
    insert_version(db, version)


def _replace(
    db: sqlite_utils.Database, shape: TableShape, version: Version, cells: Mapping[str, str]
) -> None:
    """Move what begins the same day to the history, and end what began before on the eve."""
    rows = db.table(version.table)
    same_key = "".join(f"coalesce({name}, '') = ? and " for name in shape.key)
    key = [_bound(shape, name, cells[name]) for name in shape.key]
    begins = cells["valid_from"]
    old = [*rows.rows_where(same_key + "valid_from = ?", [*key, begins])]
    if old:
        db.table(f"{version.table}_history").insert_all(old)
        rows.delete_where(same_key + "valid_from = ?", [*key, begins])
        for row in old:
            db.table("reference_version").update(row["version"], {"replaced_by": version.id})
    eve = (date.fromisoformat(begins) - timedelta(days=1)).isoformat()
    db.execute(
        f"update {version.table} set valid_to = ? where {same_key}"  # noqa: S608 - our own names
        " valid_from < ? and (valid_to is null or valid_to >= ?)",
        [eve, *key, begins, begins],
    )


def _bound(shape: TableShape, name: str, cell: str) -> str | int:
    return int(cell) if name in shape.numbers and cell else cell
