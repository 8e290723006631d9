"""The cases of the rules of France: 131 inputs with their result, section N, and their tests.

`cases.csv` has a row per case and test: the case, what it is about, the test that proves it, and
where the result differs from the list, why. Run this module to write `docs/cases-fr.md` again.
Source: `fr-rules-tests.md`.
"""

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from tests.named import ROOT, Named, every_test

CSV = Path(__file__).parent / "cases.csv"
PAGE = ROOT / "docs" / "cases-fr.md"
SECTIONS: Mapping[str, tuple[str, int]] = {
    "A": ("Identifiers", 12),
    "B": ("Which route", 12),
    "B'": ("The starting list of payers, row by row", 14),
    "C": ("State medical aid (AME)", 6),
    "D": ("C2S", 5),
    "E": ("Convention files and tables", 10),
    "F": ("Matching a convention", 10),
    "G": ("Amounts of the formulas", 15),
    "H": ("A payer that changes (MGEN)", 4),
    "I": ("Codes of attestations", 5),
    "J": ("Clocks", 3),
    "K": ("Lots, files, returns", 21),
    "L": ("Offline", 7),
    "M": ("Virtual cards", 7),
}
NAMES = (*(f"{key}{n + 1}" for key, (_, many) in SECTIONS.items() for n in range(many)), "N")
"""The names of all cases, in the order of the list."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One row: a case and a test that proves it."""

    case: str
    what: str
    test: str  # `tests/x/test_y.py::test_z`
    note: str


def proofs(path: Path = CSV) -> list[Proof]:
    """Read the table."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Proof(**row) for row in csv.DictReader(file, delimiter=";")]


def named() -> dict[str, Named]:
    """Return every test there is, by its name."""
    return {each.name: each for each in every_test()}


def faults(table: Sequence[Proof], tests: Mapping[str, Named]) -> Iterator[str]:
    """Say what is wrong with the table, one sentence each."""
    proved = {row.case for row in table}
    yield from (f"{name}: no test proves it" for name in NAMES if name not in proved)
    seen: set[tuple[str, str]] = set()
    for row in table:
        who = f"{row.case} ({row.what})"
        if row.case not in NAMES:
            yield f"{who}: no case of the list"
        if not row.what:
            yield f"{who}: nothing says what it is about"
        if row.test not in tests:
            yield f"{who}: {row.test} is no test"
        elif not tests[row.test].is_run:
            yield f"{who}: {row.test} is skipped"
        if (row.case, row.test) in seen:
            yield f"{who}: {row.test} stands twice"
        seen.add((row.case, row.test))
    order = [NAMES.index(row.case) for row in table if row.case in NAMES]
    if order != sorted(order):
        yield "the cases are not in the order of the list"


def page(table: Sequence[Proof]) -> str:
    """Write the table for people."""
    told = [
        "# Cases of the rules of France",
        "",
        f"{len(NAMES) - 1} inputs with the result expected, and one text (N), each proved by the",
        "tests beside it. Where the result is not the one first written, the last column says why.",
        "Tests on public sample files pass over what is not beside the checkout. Written by",
        "`python -m tests.cases.table` from `tests/cases/cases.csv`; not by hand.",
    ]
    groups = {case: [*rows] for case, rows in groupby(table, key=lambda row: row.case)}
    for key, (title, many) in SECTIONS.items():
        told += [
            "",
            f"## {key}. {title}",
            "",
            *_rows(groups, [f"{key}{n + 1}" for n in range(many)]),
        ]
    told += ["", "## N. Groups of an invoice in unique management", "", *_rows(groups, ["N"])]
    return "\n".join(told) + "\n"


def _rows(groups: Mapping[str, Sequence[Proof]], cases: Sequence[str]) -> Iterator[str]:
    yield "| case | what | proved by | note |"
    yield "|---|---|---|---|"
    for case in cases:
        rows = groups.get(case, ())
        tests = "<br>".join(f"`{row.test}`" for row in rows)
        note = " ".join(row.note for row in rows if row.note)
        yield f"| {case} | {rows[0].what if rows else ''} | {tests} | {note} |"


if __name__ == "__main__":
    PAGE.write_text(page(proofs()), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} written\n")
