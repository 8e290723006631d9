"""From the bytes of a table to its cells, one line at a time, in the memory of a line.

Tables come from 2006 to today, from schemes and from spreadsheets: Latin-1, cp1252 or UTF-8, with
or without its mark, any of four separators, any end of line.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from server.core.errors import TableRefused

SEPARATORS = (";", ",", "\t", "|")
LONGEST_LINE = 65_536
"""Bytes: the longest real line has a few hundred."""

_MARK = b"\xef\xbb\xbf"
_NOT_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b")
_HIDDEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def lines_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Part pieces of a file into lines, their ends kept; the last may have none.

    Raise TableRefused for what is no text at all, and for a line nobody would write.
    """
    pieces = iter(chunks)
    first = next(pieces, b"")
    if first.startswith(_NOT_TEXT) or b"\x00" in first[:512]:
        raise TableRefused(reason="not_text")
    rest = b""
    for piece in chain([first.removeprefix(_MARK)], pieces):
        lines = (rest + piece).splitlines(keepends=True)
        rest = lines.pop() if lines else b""
        if len(rest) > LONGEST_LINE:
            raise TableRefused(reason="line_length")
        yield from lines
    if rest:
        yield rest


@dataclass(slots=True)
class Script:
    """Reads the letters of lines, and notices a file written in two ways at once."""

    utf8: int = 0  # lines with letters only UTF-8 explains
    other: int = 0  # lines with letters UTF-8 forbids

    def read(self, line: bytes) -> str | None:
        """Give a line as text, without its end; None when no script of ours writes it."""
        line = line.rstrip(b"\r\n")
        if line.isascii():
            return line.decode("ascii")
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            self.other += 1
        else:
            self.utf8 += 1
            return text
        try:
            return line.decode("cp1252")
        except UnicodeDecodeError:
            return None

    @property
    def name(self) -> str:
        """The script of the file: "ascii", "utf-8" or "cp1252" (of which Latin-1 is a part)."""
        return "utf-8" if self.utf8 else "cp1252" if self.other else "ascii"

    @property
    def mixed(self) -> bool:
        """Whether two scripts were met: letters of one of them would be wrong."""
        return bool(self.utf8 and self.other)


def cells_of(line: str, separator: str) -> list[str] | None:
    """Part a line into its cells; None when its quotes do not close or it hides characters.

    Each line stands alone: a quote left open spoils its own line, never the rest of the file.
    """
    if not line.isprintable():
        line = line.replace("\u00a0", " ").replace("\u202f", " ")
        if _HIDDEN.search(line):
            return None
    if '"' not in line:
        return [cell.strip() for cell in line.split(separator)]
    try:
        cells = next(csv.reader([line], delimiter=separator, strict=True))
    except csv.Error:
        return None
    return [cell.strip() for cell in cells]
