"""The reference file: one read-only SQLite file the program attaches to a practice.

Made by `sqlite_utils` in a process of its own (`reliability-security.md` §2). It has no page
authentication, so its sha-256 is part of every answer: the practice keeps it and checks it.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import sqlite_utils

from server.reference.shape import TableShape
from server.reference.sheets import NumberedRow
from server.reference.tables import TABLES
from server.reference.versions import Version

VERSIONS = {
    "id": str, "table_name": str, "number": int, "valid_from": str, "valid_to": str, "rows": int,
    "replaced_by": str,
}  # fmt: skip


def create_tables(db: sqlite_utils.Database) -> None:
    """Make every table empty: one per shape, the history of prices, and the list of versions."""
    for name, shape in TABLES.items():
        _create(db, name, shape)
    _create(db, "be_tariff_history", TABLES["be_tariff"])
    db.table("reference_version").create(VERSIONS, pk="id", strict=True)


def insert_version(db: sqlite_utils.Database, version: Version) -> None:
    """Add the rows of a version, each marked with it, and its line in the list."""
    shape = TABLES[version.table]
    rows = [typed_row(cells, shape) | {"version": version.id} for cells in version.rows]
    db.table(version.table).insert_all(rows)
    number = db.table("reference_version").count + 1
    db.table("reference_version").insert(version.as_row(number))


def insert_words(db: sqlite_utils.Database, name: str, rows: Iterable[NumberedRow]) -> None:
    """Add a table that is not dated (labels, sentences): every cell is text, as written."""
    db.table(name).insert_all((dict(cells) for _, cells in rows), strict=True)


def typed_row(cells: Mapping[str, str], shape: TableShape) -> dict[str, Any]:
    """Turn the checked cells of a row into values: whole numbers, text, null for an open end."""
    row: dict[str, Any] = {name: cells[name] for name in shape.all_columns}
    for name in shape.numbers:
        row[name] = int(cells[name]) if cells[name] else None
    row["valid_to"] = cells["valid_to"] or None
    return row


def swap_in(fresh: Path, target: Path) -> str:
    """Put a finished file in its place in one step; give its sha-256."""
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())
    fresh.replace(target)
    return file_digest(target)


def file_digest(path: Path) -> str:
    """Give the sha-256 of a file, lower-case hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def count_rows(db: sqlite_utils.Database) -> dict[str, int]:
    """Count the rows of every table."""
    return {name: db.table(name).count for name in db.table_names()}


def _create(db: sqlite_utils.Database, name: str, shape: TableShape) -> None:
    columns = {column: int if column in shape.numbers else str for column in shape.all_columns}
    table = db.table(name)
    table.create({**columns, "version": str}, strict=True)
    if shape.key:
        table.create_index([*shape.key, "valid_from"])
