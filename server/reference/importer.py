"""Import a tariff a practice was given: `python -m server.reference.importer REFERENCE CSV`.

The rows of a period replace those of the same code and the same period, which go to
`be_tariff_history`; other periods stay. The new reference file is written beside the old one and
put in its place in one step. Prints JSON like `build`; importing the same file twice changes
nothing; a version that was replaced cannot come back over the newer one.
"""

import argparse
import json
import shutil
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import sqlite_utils

from server.core.care import Confidence
from server.reference.checks import judge_rows, overlaps
from server.reference.dated_importer import import_rows, takes
from server.reference.reference_file import count_rows, file_digest, insert_version, swap_in
from server.reference.sheets import NumberedRow, Problem, Refused
from server.reference.tables import TABLES, table_named
from server.reference.tariff_gaps import filled_row
from server.reference.tariff_words import read_tariff
from server.reference.versions import Version, versions_of

_VERSIONS = "select id from reference_version where table_name = 'be_tariff' and replaced_by"
_CLASHES = """
    select 1 from be_tariff
    where code = :code and (valid_from, coalesce(valid_to, '')) <> (:begins, :ends)
    and valid_from <= coalesce(nullif(:ends, ''), '9999')
    and :begins <= coalesce(valid_to, '9999')
"""
_SAME = "code = ? and valid_from = ? and coalesce(valid_to, '') = ?"


def import_tariff(reference: Path, sheet: Path, allow_fictional: bool = False) -> dict[str, object]:
    """Take a tariff in; raise Refused with every problem of every row, the old file untouched."""
    typed = read_tariff(sheet)
    fresh = reference.with_name(reference.name + ".new")
    try:
        shutil.copyfile(reference, fresh)
        with closing(sqlite_utils.Database(fresh)) as db:
            new = _checked(db, sheet.name, typed, allow_fictional)
            with db.conn:
                for version in new:
                    _replace(db, version)
            tables = count_rows(db)
        digest = swap_in(fresh, reference) if new else file_digest(reference)
    except (OSError, sqlite3.DatabaseError):
        raise Refused([Problem(reference.name, 0, "", "damaged")]) from None
    finally:
        fresh.unlink(missing_ok=True)
    imported = [version.id for version in new]
    return {"path": str(reference), "sha256": digest, "tables": tables, "imported": imported}


def _checked(
    db: sqlite_utils.Database, file: str, typed: Iterable[NumberedRow], allow_fictional: bool
) -> list[Version]:
    """Give the versions of the file that are not yet in force; raise Refused."""
    rows = [(number, filled_row(db, cells)) for number, cells in typed]
    judged, problems = judge_rows(file, rows, TABLES["be_tariff"])
    problems += overlaps(judged)
    readable = {number for _, number, _, _ in judged}
    problems += _clashes(db, file, [row for row in rows if row[0] in readable])
    if not allow_fictional:
        problems += _fictional(file, rows)
    versions = versions_of("be_tariff", (cells for _, cells in rows))
    replaced = _ids(db, "is not null")
    if any(version.id in replaced for version in versions):
        problems.append(Problem(file, 1, "valid_from", "older_version"))
    if problems:
        raise Refused(problems)
    current = _ids(db, "is null")
    return [version for version in versions if version.id not in current]


def _fictional(file: str, rows: Iterable[NumberedRow]) -> Iterator[Problem]:
    for number, cells in rows:
        if cells["confidence"] == Confidence.T:
            yield Problem(file, number, "confidence", "fictional")


def _clashes(
    db: sqlite_utils.Database, file: str, rows: Iterable[NumberedRow]
) -> Iterator[Problem]:
    """Find rows that would hold beside another period of the same code."""
    for number, cells in rows:
        period = {"begins": cells["valid_from"], "ends": cells["valid_to"]}
        if any(db.query(_CLASHES, {"code": cells["code"], **period})):
            yield Problem(file, number, "valid_from", "other_period")


def _ids(db: sqlite_utils.Database, replaced: str) -> set[str]:
    return {row["id"] for row in db.query(f"{_VERSIONS} {replaced}")}


def _replace(db: sqlite_utils.Database, version: Version) -> None:
    """Move the rows this version replaces to the history, then put its own in."""
    prices, versions = db.table("be_tariff"), db.table("reference_version")
    for cells in version.rows:
        key = [cells["code"], cells["valid_from"], cells["valid_to"]]
        old = [*prices.rows_where(_SAME, key)]
        db.table("be_tariff_history").insert_all(old)
        prices.delete_where(_SAME, key)
        for row in old:
            versions.update(row["version"], {"replaced_by": version.id})
    insert_version(db, version)


def _import(reference: Path, sheet: Path, allow_fictional: bool) -> dict[str, object]:
    """Choose by the file's name: a French table, or else a Belgian tariff."""
    table = table_named(sheet.stem)
    if table is not None and takes(table):
        return import_rows(reference, sheet, table, allow_fictional)
    return import_tariff(reference, sheet, allow_fictional)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its output is one JSON object."""
    parser = argparse.ArgumentParser(prog="server.reference.importer")
    parser.add_argument("reference", type=Path)
    parser.add_argument("sheet", type=Path)
    parser.add_argument("--allow-fictional", action="store_true")
    given = parser.parse_args(arguments)
    try:
        answer, status = _import(given.reference, given.sheet, given.allow_fictional), 0
    except Refused as refused:
        answer, status = {"problems": [p.as_json() for p in refused.problems]}, 1
    sys.stdout.write(json.dumps(answer) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
