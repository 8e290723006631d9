"""Columns of a convention table that a person placed, because no layout we know fits its file.

Kept for the next file of the same layout: the same titles, or the same width where there are none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from server.core.errors import InvalidForm
from server.countries.dated import in_force
from server.countries.france.convention_layout import Column, Layout, bare_title
from server.countries.france.convention_lines import SEPARATORS, Script, blocks_of, cells_of
from server.countries.france.convention_names import Kind
from server.countries.france.convention_rows import FIELDS

SHOWN = 5
"""Lines of a file shown while its columns are placed."""

WIDEST = 60
"""Columns of a table somebody may place."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The first lines of a file whose columns nobody knows."""

    separator: str
    lines: Sequence[Sequence[str]]  # of one width

    @property
    def width(self) -> int:
        """How many columns it has."""
        return len(self.lines[0])

    @property
    def titled(self) -> bool:
        """Whether its first line looks like titles: words, and no number among them."""
        words = [cell for cell in self.lines[0] if cell]
        return bool(words) and not any(cell[0].isdigit() for cell in words)


@dataclass(frozen=True, slots=True)
class Placed:
    """A layout somebody placed by hand."""

    kind: Kind
    width: int
    titles: tuple[str, ...]  # in bare letters; empty for a file without a line of titles
    fields: Mapping[str, int] = field(hash=False)  # the column of each, from 0

    @property
    def layout(self) -> Layout:
        """The same, as the reader goes by it."""
        return Layout(self.kind, self.width, tuple(map(self.fields.get, FIELDS[self.kind])))

    def fits(self, kind: Kind, cells: Sequence[str]) -> bool:
        """Whether a first line is one of this layout."""
        if kind is not self.kind or len(cells) != self.width:
            return False
        return not self.titles or tuple(map(bare_title, cells)) == self.titles


def sample_of(pieces: Iterable[bytes]) -> Sample | None:
    """Read the first lines of a file by the separator that parts them most; None for no table.

    Raise TableRefused for what is no text at all.
    """
    script, read = Script(), list[str]()
    for block in blocks_of(pieces):
        read += [text for text in script.read(block) if text and text.strip(" \t;,|")]
        if len(read) >= SHOWN:
            break
    if not read:
        return None
    separator = max(SEPARATORS, key=read[0].count)
    lines = [cells for text in read[:SHOWN] if (cells := cells_of(text, separator))]
    width = len(lines[0]) if lines else 0
    if not 2 <= width <= WIDEST:
        return None
    return Sample(separator, [cells for cells in lines if len(cells) == width])


def guessed(kind: Kind, sample: Sample, columns: Iterable[Column], day: date) -> Sequence[str]:
    """Give, for each column, the field its title announces; "" for a title nobody knows."""
    known = {
        title: c.name
        for c in in_force(columns, day)
        if c.kind is kind and c.name in FIELDS[kind]
        for title in c.titles
    }
    found = [known.get(bare_title(cell), "") for cell in sample.lines[0]]
    return [name if found.index(name) == number else "" for number, name in enumerate(found)]


def needed_fields(kind: Kind, columns: Iterable[Column], day: date) -> Sequence[str]:
    """Name the fields without which no row of a table can be read."""
    return [c.name for c in in_force(columns, day) if c.kind is kind and c.needed]


def place(
    kind: Kind, sample: Sample, chosen: Sequence[str], needed: Sequence[str], *, titled: bool
) -> Placed:
    """Make a layout of what was chosen for each column ("" for none); raise `InvalidForm`.

    Every field of the table stands in one column at most, and those it cannot do without in one.
    """
    faults, fields = [], dict[str, int]()
    for number, name in enumerate(chosen[: sample.width]):
        if not name:
            continue
        if name not in FIELDS[kind]:
            faults.append((f"column_{number}", "unknown"))
        elif name in fields:
            faults.append((f"column_{number}", "twice"))
        fields.setdefault(name, number)
    faults += [("columns", f"lacks_{name}") for name in needed if name not in fields]
    if faults:
        raise InvalidForm(faults=tuple(faults))
    titles = tuple(map(bare_title, sample.lines[0])) if titled else ()
    return Placed(kind, sample.width, titles, fields)
