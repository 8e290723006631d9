"""Reading a convention table as it comes: good rows given one by one, bad ones counted and listed.

Nothing is kept but the numbers, so a table of any size takes the memory of a line. When the rows
are over, `settle` says whether the file may be taken at all. `fr-sesam-vitale.md` §8, E4 to E6.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import TypeAlias

from server.core.errors import TableRefused
from server.countries.france.convention_layout import (
    Column,
    Layout,
    layout_by_place,
    layout_by_title,
)
from server.countries.france.convention_lines import SEPARATORS, Script, cells_of, lines_of
from server.countries.france.convention_names import Kind
from server.countries.france.convention_rows import (
    LONGEST_CELL,
    TableRow,
    convention_of,
    conversion_of,
    member_of,
)

LISTED = 200
"""Bad rows listed one by one; the others are counted."""

TRIED_LINES = 5
"""First lines looked at before a file is said to be no table of ours."""

_BLANK = b" \t\r\n;,|"
_Line: TypeAlias = tuple[int, str | None, bool]  # number, text, whether its end was there
Judge: TypeAlias = Callable[[tuple[str, ...]], "TableRow | str"]
_JUDGES: Mapping[Kind, Judge] = {
    Kind.CONVENTIONS: convention_of,
    Kind.GROUPING: member_of,
    Kind.CORRESPONDENCE: conversion_of,
}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that was left out: its number in the file, from 1, and the code of the reason."""

    line: int
    reason: str
    found: str = ""  # what fills the sentence: the number of cells


@dataclass(slots=True)
class TableReader:
    """Reads one file; what it counted is complete once its rows were all taken."""

    columns: Sequence[Column]
    day: date  # of the import: the layouts in force
    bad_bp: int  # bad rows per ten thousand above which the file is refused
    professions: frozenset[str] = frozenset()  # how a table may write ours
    kind: Kind | None = None  # as its name says; None: whatever fits
    lines: int = 0
    rows: int = 0
    rejected: int = 0
    elsewhere: int = 0  # rows for another profession, left out without blame
    bad: list[BadRow] = field(default_factory=list)
    types: Counter[str] = field(default_factory=Counter)
    layout: Layout | None = None
    separator: str = ""
    script: Script = field(default_factory=Script)
    cut: bool = False  # the last line stops in its middle

    def read(self, chunks: Iterable[bytes]) -> Iterator[TableRow]:
        """Give the good rows; raise TableRefused for what is no table of ours."""
        lines = self._numbered(lines_of(chunks))
        head = self._begin(lines)
        layout = self.layout
        if layout is None:
            return  # nothing but blank lines
        judge, pick, width = _JUDGES[layout.kind], layout.picker(), layout.width
        profession, separator = layout.profession, self.separator
        for number, text, ended in chain(head, lines):
            cells = None if text is None else cells_of(text, separator)
            if cells is None or len(cells) != width:
                self._leave_out(number, cells, width, ended)
                continue
            if profession is not None and not self._ours(cells[profession]):
                self.elsewhere += 1
                continue
            cells.append("")
            row = "length" if max(map(len, cells)) > LONGEST_CELL else judge(pick(cells))
            if isinstance(row, str):
                self._refuse(number, row)
                continue
            self.rows += 1
            self.types[getattr(row, "type", "")] += 1
            yield row

    def settle(self) -> None:
        """Judge the whole, its rows read; raise TableRefused, and the table in use stays."""
        if self.script.mixed:
            raise TableRefused(reason="two_scripts")
        if self.cut:
            raise TableRefused(reason="truncated", line=self.lines)
        if self.elsewhere and not self.rows:
            raise TableRefused(reason="profession")
        if self.rejected * 10_000 > self.bad_bp * (self.rows + self.rejected):
            raise TableRefused(
                reason="bad_rows",
                count=self.rejected,
                total=self.rows + self.rejected,
                bad=tuple(self.bad),
            )
        if not self.rows:
            raise TableRefused(reason="empty")

    def _numbered(self, lines: Iterable[bytes]) -> Iterator[_Line]:
        """Give the lines that hold something, numbered; a blank one counts for its number alone."""
        read = self.script.read
        for number, line in enumerate(lines, start=1):
            self.lines = number
            if line.strip(_BLANK):
                yield number, read(line), line.endswith((b"\n", b"\r"))

    def _begin(self, lines: Iterator[_Line]) -> list[_Line]:
        """Find separator and layout in the first lines; give those that are no header."""
        head: list[_Line] = []
        widest = 0
        for number, text, ended in lines:
            if text and len(text) == 5 and text.lower().startswith("sep="):
                continue  # a spreadsheet's note to itself
            headed = self._recognise(text or "")
            if not headed:
                head.append((number, text, ended))
            if self.layout:
                return head
            widest = max(widest, *(len(text.split(sep)) for sep in SEPARATORS) if text else (0,))
            if len(head) == TRIED_LINES:
                break
        if head:
            raise TableRefused(reason="layout", found=widest)
        return head

    def _recognise(self, text: str) -> bool:
        """Choose among the separators the one whose cells are a layout; say if it is a header."""
        kinds = [self.kind] if self.kind else list(Kind)
        parted = [(sep, cells) for sep in SEPARATORS if (cells := cells_of(text, sep))]
        for sep, cells in parted:
            for kind in kinds:
                titled = layout_by_title(kind, cells, self.columns, self.day)
                if titled:
                    self.layout, self.separator = titled, sep
                    return True
        for sep, cells in parted:
            for kind in kinds:
                placed = layout_by_place(kind, self.columns, self.day)
                if placed.width == len(cells):
                    self.layout, self.separator = placed, sep
        return False

    def _ours(self, profession: str) -> bool:
        return not profession or profession.casefold() in self.professions

    def _leave_out(self, number: int, cells: list[str] | None, width: int, ended: bool) -> None:
        if cells is not None and len(cells) < width and not ended:
            self.cut = True
        self._refuse(number, "unreadable" if cells is None else "cells", str(len(cells or ())))

    def _refuse(self, number: int, reason: str, found: str = "") -> None:
        self.rejected += 1
        if len(self.bad) < LISTED:
            self.bad.append(BadRow(number, reason, found))
