"""The rows of features asked for: which tests prove each, and the product line each leans on.

A test says which row it proves: `@pytest.mark.row("MAIIA-34")`. `rows.csv` names for each row a
text that stands once in one file of the product, and what it is broken into: the row's tests must
then fail, or they prove nothing (`tests.rows.broken`). Run this module to write `docs/rows.md`.
"""

import ast
import csv
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.named import ROOT, every_test

CSV = Path(__file__).parent / "rows.csv"
PAGE = ROOT / "docs" / "rows.md"
_NUMBERED = re.compile(r"(?P<seed>[A-Z0-9]+)-(?P<number>\d+)")

Proofs = Mapping[str, Sequence[str]]
"""Row to the tests that carry it, each as `tests/x/test_y.py::test_z`."""


@dataclass(frozen=True, slots=True)
class Leaning:
    """The product line a row leans on: `text` stands once in `file`, and `instead` breaks it."""

    row: str
    file: str
    text: str
    instead: str

    def place(self, root: Path) -> int:
        """Return the number of its line; raise `LookupError` unless it stands there once."""
        whole = (root / self.file).read_text("utf-8")
        if whole.count(self.text) != 1:
            raise LookupError(f"{self.row}: {self.text!r} stands {whole.count(self.text)} times")
        return whole[: whole.index(self.text)].count("\n") + 1

    def broken(self, root: Path) -> str:
        """Return the text of its file without what the row leans on."""
        return (root / self.file).read_text("utf-8").replace(self.text, self.instead)


def leanings(path: Path = CSV) -> list[Leaning]:
    """Read the table."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Leaning(**row) for row in csv.DictReader(file, delimiter=";")]


def proofs(folder: Path = ROOT / "tests") -> dict[str, list[str]]:
    """Find the tests that carry a row, the rows in their order."""
    found: dict[str, list[str]] = {}
    for test in every_test(folder, holding="mark.row("):
        for row in _rows_of(test.function):
            found.setdefault(row, []).append(test.name)
    return dict(sorted(found.items(), key=lambda each: in_order(each[0])))


def in_order(row: str) -> tuple[str, int]:
    """Give what rows are ordered by: MAIIA-9 comes before MAIIA-10."""
    parts = _NUMBERED.fullmatch(row)
    if parts is None:
        raise ValueError(f"{row!r} is no row: a name, a dash, a number")
    return parts["seed"], int(parts["number"])


def _rows_of(test: ast.FunctionDef) -> Iterator[str]:
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.row":
            yield from (str(ast.literal_eval(each)) for each in mark.args)


def page(proved: Proofs, leaned: Sequence[Leaning]) -> str:
    """Write the page: one line per row that a test proves."""
    lines = {each.row: each for each in leaned}
    told = [
        "# Rows",
        "",
        f"The features asked for that tests prove: {len(proved)} rows. Written by"
        " `python -m tests.rows.table`; not by hand.",
        "",
        "`run.py audit` draws twenty rows by a printed seed, breaks the product line each leans"
        " on (`tests/rows/rows.csv`), and asks that the row's tests turn red.",
        "",
        "| row | leans on | proved by |",
        "|---|---|---|",
    ]
    for row, tests in proved.items():
        leaning = lines.get(row)
        on = f"`{leaning.file}`" if leaning else "not named yet"
        told.append(f"| {row} | {on} | {'<br>'.join(f'`{test}`' for test in tests)} |")
    return "\n".join(told) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(proofs(), leanings()), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} written\n")
