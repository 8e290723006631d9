"""Build the reference file from the CSV tables: `python -m server.reference.build OUT`.

Every row is read as its rule will read it and checked against the others before anything is
written. Prints JSON: the file, its sha-256 and its row counts; or the problems, row by row, with
exit status 1 and the old file untouched.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import sqlite_utils

from server.reference.checks import Judged, judge_rows, overlaps, r52_conflicts, share_conflicts
from server.reference.reference_file import (
    count_rows,
    create_tables,
    insert_version,
    insert_words,
    swap_in,
)
from server.reference.sheets import NumberedRow, Problem, Refused, read_sheet
from server.reference.tables import TABLES, table_named
from server.reference.versions import versions_of

HERE = Path(__file__).parent
Sheets = dict[str, list[NumberedRow]]


def build(out: Path, extra: Sequence[Path] = ()) -> dict[str, object]:
    """Write the reference file; raise Refused with every problem of every row."""
    sheets = _read_checked([*sorted(HERE.glob("*.csv")), *extra])
    fresh = out.with_name(out.name + ".new")
    fresh.unlink(missing_ok=True)
    with closing(sqlite_utils.Database(fresh)) as db:
        with db.conn:
            create_tables(db)
            for table, rows in sheets.items():
                _insert(db, table, rows)
        tables = count_rows(db)
    return {"path": str(out), "sha256": swap_in(fresh, out), "tables": tables}


def _read_checked(files: Sequence[Path]) -> Sheets:
    """Read all the files, then judge all their rows together, so that every fault is listed."""
    sheets: Sheets = {}
    judged: dict[str, list[Judged]] = {name: [] for name in TABLES}
    problems: list[Problem] = []
    for path in files:
        table = table_named(path.stem)
        rows = read_sheet(path, TABLES[table] if table else None)
        sheets.setdefault(table or path.stem, []).extend(rows)
        if table:
            read, bad = judge_rows(path.name, rows, TABLES[table])
            judged[table] += read
            problems += bad
    for rows_of_table in judged.values():
        problems += overlaps(rows_of_table)
    problems += r52_conflicts(judged["be_tariff"], judged["be_nomenclature"])
    problems += share_conflicts(judged["be_tariff"], judged["be_copay"])
    if problems:
        raise Refused(problems)
    return sheets


def _insert(db: sqlite_utils.Database, table: str, rows: Sequence[NumberedRow]) -> None:
    if table not in TABLES:
        insert_words(db, table, rows)
        return
    for version in versions_of(table, (cells for _, cells in rows)):
        insert_version(db, version)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its output is one JSON object."""
    parser = argparse.ArgumentParser(prog="server.reference.build")
    parser.add_argument("out", type=Path)
    parser.add_argument("--extra", type=Path, nargs="*", default=[])
    given = parser.parse_args(arguments)
    try:
        answer, status = build(given.out, given.extra), 0
    except Refused as refused:
        answer, status = {"problems": [p.as_json() for p in refused.problems]}, 1
    sys.stdout.write(json.dumps(answer) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
