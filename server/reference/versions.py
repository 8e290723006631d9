"""Versions of a table: rows of one period that came together, named by their content.

An invoice line keeps the id of the version that priced it, so the id must not change when another
period of the same file does.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Version:
    """The rows of one table that share a period."""

    id: str  # "be_tariff:2025-02-01:1f0c9a2e"
    table: str
    valid_from: str
    valid_to: str
    rows: tuple[Cells, ...]

    def as_row(self, number: int) -> dict[str, object]:
        """Give the row of `reference_version`; the number grows with each one taken in."""
        return {
            "id": self.id,
            "table_name": self.table,
            "number": number,
            "valid_from": self.valid_from,
            "valid_to": self.valid_to or None,
            "rows": len(self.rows),
            "replaced_by": None,
        }


def versions_of(table: str, rows: Iterable[Cells]) -> list[Version]:
    """Group the rows of a table by period, oldest first."""
    periods: dict[tuple[str, str], list[Cells]] = defaultdict(list)
    for cells in rows:
        periods[cells["valid_from"], cells["valid_to"]].append(cells)
    return [
        Version(_identity(table, begins, group), table, begins, ends, tuple(group))
        for (begins, ends), group in sorted(periods.items())
    ]


def _identity(table: str, begins: str, rows: Iterable[Cells]) -> str:
    """Name a version by its content, whatever the order of its rows."""
    lines = sorted(json.dumps(dict(cells), sort_keys=True) for cells in rows)
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return f"{table}:{begins}:{digest[:8]}"
