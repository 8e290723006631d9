"""Reading a convention table as it comes: good rows given one by one, bad ones counted and listed.

Nothing is kept but the numbers, so a table of any size takes the memory of a line. When the rows
are over, `settle` says whether the file may be taken at all. `fr-sesam-vitale.md` §8, E4 to E6.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from operator import itemgetter
from typing import TypeAlias

from server.core.errors import TableRefused
from server.countries.france.convention_columns import Placed
from server.countries.france.convention_layout import (
    Column,
    Layout,
    layout_by_place,
    layout_by_title,
)
from server.countries.france.convention_lines import (
    SEPARATORS,
    Script,
    blocks_of,
    cells_of,
    columns_of,
    rows_of,
)
from server.countries.france.convention_names import Kind
from server.countries.france.convention_rows import (
    FIELDS,
    TableRow,
    convention_of,
    conventions_of,
    conversion_of,
    member_of,
)

LISTED = 200
"""Bad rows listed one by one; the others are counted."""

TRIED_LINES = 5
"""First lines looked at before a file is said to be no table of ours."""

HEAD_BYTES = 4_096
_BLANK = " \t;,|"
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
    placed: Sequence[Placed] = ()  # layouts a person placed, for what no other fits
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
    head: list[str | None] = field(default_factory=list)  # first lines, as they count

    def read(self, chunks: Iterable[bytes]) -> Iterator[list[TableRow]]:
        """Give the good rows, as many at a time as a piece holds.

        Raise TableRefused for what is no table of ours.
        """
        blocks = blocks_of(chunks)
        head = self._begin(blocks)
        layout = self.layout
        if layout is not None:
            plan = _Plan(layout, _JUDGES[layout.kind], layout.picker(), self.separator)
            for block in chain(head, blocks):
                rows = self._rows(block, plan)
                self.rows += len(rows)
                if layout.kind is not Kind.CORRESPONDENCE:
                    self.types.update(map(itemgetter(plan.type_place), rows))
                yield rows

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

    def _rows(self, block: bytes, plan: "_Plan") -> list[TableRow]:
        """Judge the lines of a block: what a large table spends its time on."""
        lines = self._lines(block)
        rows = plan.all_good(lines)
        if rows is None:
            rows = self._judged(rows_of(lines, plan.separator), plan)
        self.lines += len(lines)
        self._notice_a_cut(block, lines, plan)
        return rows

    def _judged(self, parted: Iterable[list[str] | None], plan: "_Plan") -> list[TableRow]:
        """Judge lines one by one, and say which are left out."""
        judge, pick, width = plan.judge, plan.pick, plan.layout.width
        profession, rows = plan.layout.profession, list[TableRow]()
        for number, cells in enumerate(parted, start=self.lines + 1):
            if cells is None or len(cells) != width:
                self._leave_out(number, cells)
                continue
            if profession is not None and not self._ours(cells[profession]):
                self.elsewhere += 1
                continue
            cells.append("")
            row = judge(pick(cells))
            if not isinstance(row, str):
                rows.append(row)
            elif any(cells):
                self._refuse(number, row)
        return rows

    def _lines(self, block: bytes) -> Sequence[str | None]:
        """Give the lines of a block; those of the head that are no row are blank by now."""
        lines = self.script.read(block)
        return lines if self.lines else [*self.head, *lines[len(self.head) :]]

    def _notice_a_cut(self, block: bytes, lines: Sequence[str | None], plan: "_Plan") -> None:
        """Notice that the file stops in the middle of its last line."""
        if not block.endswith((b"\n", b"\r")):
            cells = cells_of(lines[-1] or "", plan.separator) or ()
            self.cut = any(cells) and len(cells) < plan.layout.width

    def _begin(self, blocks: Iterator[bytes]) -> list[bytes]:
        """Find separator and layout in the first lines; what is no row of them is made blank.

        Give what was read of the file.
        """
        block, tried, widest = b"", 0, 0
        while len(block) < HEAD_BYTES and (more := next(blocks, b"")):
            block += more
        for text in self.script.read(block) if block else ():
            self.head.append(text)
            if text is not None and not text.strip(_BLANK):
                continue
            if text and len(text) == 5 and text.lower().startswith("sep="):
                self.head[-1] = ""  # a spreadsheet's note to itself
                continue
            tried += 1
            widest = max(widest, *(len((text or "").split(sep)) for sep in SEPARATORS))
            if self._recognise(text or ""):
                self.head[-1] = ""
            if self.layout or tried == TRIED_LINES:
                break
        if self.layout is None and tried:
            raise TableRefused(reason="layout", found=widest)
        return [block]

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
        if self.layout is None:
            return self._by_hand(parted, kinds)
        return False

    def _by_hand(self, parted: Iterable[tuple[str, list[str]]], kinds: Sequence[Kind]) -> bool:
        """Take a layout somebody placed for such a line; say whether the line is its titles."""
        for sep, cells in parted:
            for each in self.placed:
                if each.kind in kinds and each.fits(each.kind, cells):
                    self.layout, self.separator = each.layout, sep
                    return bool(each.titles)
        return False

    def _ours(self, profession: str) -> bool:
        return not profession or profession.casefold() in self.professions

    def _leave_out(self, number: int, cells: list[str] | None) -> None:
        """Refuse a line of another width; a blank one counts for its number alone."""
        if cells is None:
            self._refuse(number, "unreadable")
        elif any(cells):
            self._refuse(number, "cells", str(len(cells)))

    def _refuse(self, number: int, reason: str, found: str = "") -> None:
        self.rejected += 1
        if len(self.bad) < LISTED:
            self.bad.append(BadRow(number, reason, found))


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the lines of one file are read, once its layout is known."""

    layout: Layout
    judge: Judge
    pick: Callable[[Sequence[str]], tuple[str, ...]]
    separator: str

    def all_good(self, lines: Sequence[str | None]) -> list[TableRow] | None:
        """Give the rows of a block of conventions that are all good; None: look at each."""
        layout = self.layout
        if layout.kind is not Kind.CONVENTIONS or layout.profession is not None:
            return None
        columns = columns_of(lines, self.separator, layout.width)
        if columns is None:
            return None
        blank = [""] * len(lines)
        placed = (blank if place is None else columns[place] for place in layout.places)
        return conventions_of([*placed])  # type: ignore[return-value]  # conventions are rows

    @property
    def type_place(self) -> int:
        """Where a row has its type."""
        return FIELDS[self.layout.kind].index("type")
