"""What a table of the reference file is: its columns, its key, and how a row of it is judged."""

from collections.abc import Callable
from dataclasses import dataclass

from server.countries.dated import Cells, Dated

ORIGIN = ("valid_from", "valid_to", "source", "confidence")


@dataclass(frozen=True, slots=True)
class TableShape:
    """Columns of a table in their order; those that are numbers; those that make a row unique."""

    read: Callable[[Cells], Dated]  # raises InvalidValue naming the bad column
    key: tuple[str, ...]  # two rows with the same key may not overlap in time
    columns: tuple[str, ...]
    numbers: frozenset[str] = frozenset()

    @property
    def all_columns(self) -> tuple[str, ...]:
        """The columns of the CSV file, in order."""
        return (*self.columns, *ORIGIN)
