"""Convention tables for `besace inspect`: the layouts of the package, and sentences for people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from server.app.words import Words, table
from server.core.inspection import Inspection, Json
from server.countries.france import convention_inspection
from server.countries.france.convention_layout import Column
from server.countries.france.convention_names import Kind
from server.countries.france.convention_reader import TableReader
from server.countries.switches import Switch

_KINDS = {name: kind for kind, name in convention_inspection.NAMES.items()}


@dataclass(frozen=True, slots=True)
class TableDesk:
    """Judges tables with the layouts of the package in force on a day."""

    today: date
    words: Words

    def takes(self, data: bytes, as_format: str | None, known: bool) -> bool:
        """Say whether a file is a table: it was said so, or nothing else knows it and it fits."""
        if as_format is not None:
            return as_format in _KINDS
        return not known and convention_inspection.is_table(data, self._reader(None))

    def inspect(self, data: bytes, as_format: str | None) -> Inspection:
        """Read a table; each line left out has its sentence."""
        reader = self._reader(_KINDS.get(as_format or ""))
        read = convention_inspection.inspect_table(data, reader)
        if not read.content:
            return read
        rejected: list[Json] = [
            {
                "line": bad.line,
                "reason": bad.reason,
                "sentence": self.words.say(
                    convention_inspection.row_code(bad), {"found": bad.found}
                ),
            }
            for bad in reader.bad
        ]
        return replace(read, content={**read.content, "rejected": rejected})

    def _reader(self, kind: Kind | None) -> TableReader:
        columns = [Column.from_mapping(row) for row in table("fr_convention_columns")]
        settings = [Switch.from_mapping(row) for row in table("fr_settings")]
        return convention_inspection.reader_on(self.today, columns, settings, kind)


def table_lines(content: Mapping[str, Any], words: Words) -> Iterator[str]:
    """Write what a table holds, in a line or two."""
    if "separator" not in content:
        return
    facts = {name: str(content[name]) for name in ("rows", "columns", "encoding")}
    yield words.say("fr.table.rows", {**facts, "rejected": str(content["rejected_count"])})
    if content["types"]:
        types = ", ".join(f"{name} {count}" for name, count in sorted(content["types"].items()))
        yield words.say("fr.table.types", {"types": types})
