"""From the bytes of a table to its cells, one line at a time, in the memory of a line.

Tables come from 2006 to today, from schemes and from spreadsheets: Latin-1, cp1252 or UTF-8, with
or without its mark, any of four separators, any end of line.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from server.core.errors import TableRefused

SEPARATORS = (";", ",", "\t", "|")
LONGEST_LINE = 65_536
"""Bytes: the longest real line has a few hundred."""

_LEAD, _ON = b"l", b"o"
_LEADS_ON = _LEAD + _ON
_PARTS = b" " * 0x80 + _ON * 0x40 + b" " * 3 + _LEAD * 0x32 + b" " * 0x0B
"""What a byte may be of a letter only UTF-8 explains: its lead (C3 to F4), or what goes on."""

_WIDE_SPACE = re.compile("[\u00a0\u202f]")
_MARK = b"\xef\xbb\xbf"
_NOT_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b")
_HIDDEN = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def blocks_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut pieces of a file where lines end; the last line of all may have no end.

    Raise TableRefused for what is no text at all, and for a line nobody would write.
    """
    pieces = iter(chunks)
    first = next(pieces, b"")
    if first.startswith(_NOT_TEXT) or b"\x00" in first[:512]:
        raise TableRefused(reason="not_text")
    rest = b""
    for piece in chain([first.removeprefix(_MARK)], pieces):
        held = rest + piece
        cut = max(held.rfind(b"\n"), held.rfind(b"\r", 0, -1)) + 1  # a last CR may be half an end
        if len(held) - cut > LONGEST_LINE:
            raise TableRefused(reason="line_length")
        if cut:
            yield held[:cut]
        rest = held[cut:]
    if rest:
        yield rest


def parted(text: str) -> list[str]:
    """Part a text into lines at the three ends of line, and at nothing else."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.removesuffix("\n").split("\n")


@dataclass(slots=True)
class Script:
    """Reads the letters of a file, and notices one written in two ways at once."""

    utf8: bool = False  # letters only UTF-8 explains were met
    other: bool = False  # letters UTF-8 forbids were met

    def read(self, block: bytes) -> Sequence[str | None]:
        """Give the lines of a block; None for one no script of ours writes."""
        if block.isascii():
            return parted(block.decode())
        try:
            return parted(self._whole(block))
        except UnicodeDecodeError:
            return [self._line(line) for line in block.splitlines()]

    def _whole(self, block: bytes) -> str:
        """Read a block in one script; raise UnicodeDecodeError when lines must be told apart."""
        if _LEADS_ON not in block.translate(_PARTS):
            text = block.decode("cp1252")
            self.other = True
        else:
            text = block.decode("utf-8")
            self.utf8 = True
        return text

    def _line(self, line: bytes) -> str | None:
        if line.isascii():
            return line.decode()
        for script in ("utf-8", "cp1252"):
            try:
                text = line.decode(script)
            except UnicodeDecodeError:
                continue
            self.utf8 |= script == "utf-8"
            self.other |= script == "cp1252"
            return text
        self.other = True
        return None

    @property
    def name(self) -> str:
        """The script of the file: "ascii", "utf-8" or "cp1252" (of which Latin-1 is a part)."""
        return "utf-8" if self.utf8 else "cp1252" if self.other else "ascii"

    @property
    def mixed(self) -> bool:
        """Whether two scripts were met: letters of one of them would be wrong."""
        return bool(self.utf8 and self.other)


def columns_of(
    lines: Sequence[str | None], separator: str, width: int
) -> Sequence[Sequence[str]] | None:
    """Part a block into its columns at once; None when a line must be looked at by itself.

    That is one of another width, with quotes, hidden characters or spaces to take away.
    """
    plain = [line for line in lines if line is not None]
    if not plain or len(plain) < len(lines):
        return None
    whole = "\n".join(plain)
    cells = whole.replace("\n", separator)
    if _to_tidy(whole, separator) or not cells.isprintable():
        return None
    if {line.count(separator) for line in plain} != {width - 1}:
        return None
    found = cells.split(separator)
    return [found[place::width] for place in range(width)]


def _to_tidy(whole: str, separator: str) -> bool:
    """Whether some line of a text has quotes, or spaces to take away."""
    spaced = any(place in whole for place in (f" {separator}", f"{separator} ", "\n ", " \n"))
    return '"' in whole or spaced or whole[:1] == " " or whole[-1:] == " "


def rows_of(lines: Sequence[str | None], separator: str) -> Iterator[list[str] | None]:
    """Part the lines of a block into cells; None for a line that cannot be.

    A block without quotes, hidden characters and spaces to take away, which nearly all are, is
    looked through once and not line by line.
    """
    plain = [line for line in lines if line is not None]
    whole = "\n".join(plain)
    if _to_tidy(whole, separator) or len(plain) < len(lines) or not "".join(plain).isprintable():
        return (None if line is None else cells_of(line, separator) for line in lines)
    return (line.split(separator) for line in plain)


def cells_of(line: str, separator: str) -> list[str] | None:
    """Part a line into its cells; None when its quotes do not close or it hides characters.

    Each line stands alone: a quote left open spoils its own line, never the rest of the file.
    """
    if not line.isprintable():
        line = _WIDE_SPACE.sub(" ", line)
        if _HIDDEN.search(line):
            return None
    if '"' not in line:
        return [*map(str.strip, line.split(separator))]
    try:
        cells = next(csv.reader([line], delimiter=separator, strict=True))
    except csv.Error:
        return None
    return [*map(str.strip, cells)]
