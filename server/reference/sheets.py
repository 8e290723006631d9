"""CSV files as numbered rows, and what may be wrong with one of them."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from server.reference.shape import TableShape

# The line of the file, the header being line 1: what a spreadsheet shows beside the row.
NumberedRow = tuple[int, Mapping[str, str]]
Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one row: `reason` is the code of its sentence."""

    file: str
    row: int
    field: str
    reason: str
    other_row: int = 0  # the row it clashes with, 0 when none

    def as_json(self) -> dict[str, object]:
        """Give the keys the caller of the process reads."""
        return asdict(self)


class Refused(Exception):
    """A file cannot become a table; it lists every row at fault."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__("reference.refused")
        self.problems = tuple(problems)


def read_sheet(path: Path, shape: TableShape | None) -> list[NumberedRow]:
    """Read one of our own files: UTF-8, commas, and exactly the columns of its table."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise Refused([Problem(path.name, 0, "", "unreadable")]) from None
    header, lines = read_lines(path.name, text, ",")
    if shape is not None and tuple(header) != shape.all_columns:
        raise Refused([Problem(path.name, 1, ",".join(header), "columns")])
    short = [Problem(path.name, n, "", "cells") for n, cells in lines if len(cells) != len(header)]
    if short:
        raise Refused(short)
    return [(number, dict(zip(header, cells, strict=True))) for number, cells in lines]


def read_lines(file: str, text: str, delimiter: str) -> tuple[list[str], list[Line]]:
    """Split a sheet into its header and its lines, blank ones left out; raise Refused."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(cells)]
    except csv.Error:
        raise Refused([Problem(file, reader.line_num, "", "unreadable")]) from None
    header = lines[0][1] if lines else []
    return header, lines[1:]
