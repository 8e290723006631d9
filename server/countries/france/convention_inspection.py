"""A convention table for `besace inspect`: its problems, its content in the keys of `cli.md`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from server.core.errors import TableRefused
from server.core.inspection import Inspection, Json, Problem, Severity
from server.countries.france.convention_age import BAD_ROWS_BP, PROFESSIONS, whole_setting
from server.countries.france.convention_layout import Column, Layout
from server.countries.france.convention_names import Kind
from server.countries.france.convention_reader import BadRow, TableReader
from server.countries.switches import Switch, switch_value

NAMES: Mapping[Kind, str] = {
    Kind.CONVENTIONS: "fr.conventions",
    Kind.GROUPING: "fr.grouping",
    Kind.CORRESPONDENCE: "fr.correspondence",
}
FORMATS = tuple(NAMES.values())
_PIECE = 65_536


def reader_on(
    day: date, columns: Sequence[Column], settings: Iterable[Switch], kind: Kind | None = None
) -> TableReader:
    """Give a reader with the layouts and limits in force on a day."""
    held = tuple(settings)
    return TableReader(
        columns,
        day,
        bad_bp=whole_setting(BAD_ROWS_BP, day, held),
        professions=frozenset((switch_value(PROFESSIONS, day, held) or "").casefold().split("|")),
        kind=kind,
    )


def is_table(data: bytes, reader: TableReader) -> bool:
    """Whether the first lines of a file are a convention table of any kind."""
    try:
        return any(reader.read(iter([data[:_PIECE]])))
    except TableRefused:
        return False


def inspect_table(data: bytes, reader: TableReader) -> Inspection:
    """Read and check a table; bad rows are remarks while the file may still be imported."""
    problems = []
    try:
        for _ in reader.read(data[at : at + _PIECE] for at in range(0, len(data), _PIECE)):
            pass
        reader.settle()
    except TableRefused as refused:
        facts = {name: str(value) for name, value in refused.facts.items() if name != "bad"}
        problems.append(Problem(f"table.{facts.pop('reason')}", "", facts=facts))
    layout = reader.layout
    if layout is None:
        return Inspection("unknown", tuple(problems), {})
    problems += (_remark(bad) for bad in reader.bad)
    return Inspection(NAMES[layout.kind], tuple(problems), _content(reader, layout))


def row_code(bad: BadRow) -> str:
    """Give the code of the sentence of a bad row."""
    return f"table.row.{bad.reason}"


def _remark(bad: BadRow) -> Problem:
    return Problem(row_code(bad), str(bad.line), Severity.WARNING, {"found": bad.found})


def _content(reader: TableReader, layout: Layout) -> dict[str, Json]:
    counted = layout.kind is not Kind.CORRESPONDENCE
    return {
        "kind": layout.kind.value,
        "rows": reader.rows,
        "columns": layout.width,
        "rejected": [{"line": bad.line, "reason": bad.reason} for bad in reader.bad],
        "rejected_count": reader.rejected,
        "types": dict(reader.types) if counted else {},
        "encoding": reader.script.name,
        "separator": reader.separator,
    }
