"""Rows become dataclasses before they leave the store: each column into the field of its name."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import apsw

T = TypeVar("T")
Bindings = Sequence[Any] | Mapping[str, Any]


def many(db: apsw.Connection, kind: type[T], sql: str, bindings: Bindings = ()) -> list[T]:
    """Run a query and return each row as a `kind`; columns are named like its fields."""
    cursor = db.execute(sql, bindings)
    try:
        names = [column[0] for column in cursor.description]
    except apsw.ExecutionCompleteError:  # no row at all: nothing left to describe
        return []
    shape: Any = kind
    converters = _converters(shape)
    steps = [(name, converters[name]) for name in names]
    return [
        kind(**{name: read(cell) for (name, read), cell in zip(steps, row, strict=True)})
        for row in cursor
    ]


def one(db: apsw.Connection, kind: type[T], sql: str, bindings: Bindings = ()) -> T | None:
    """Run a query and return its first row as a `kind`, or None."""
    found = many(db, kind, sql, bindings)
    return found[0] if found else None


def value(db: apsw.Connection, sql: str, bindings: Bindings = ()) -> Any:
    """Run a query and return the first column of its first row, or None."""
    row = db.execute(sql, bindings).fetchone()
    return row[0] if row else None


@cache
def _converters(kind: Any) -> Mapping[str, Callable[[Any], Any]]:
    """How each field of a dataclass is read from its column, from the field's type."""
    return {name: _reader(hint) for name, hint in get_type_hints(kind).items()}


def _reader(hint: Any) -> Callable[[Any], Any]:
    if get_origin(hint) is UnionType:
        inner = _reader(next(arg for arg in get_args(hint) if arg is not type(None)))
        return lambda cell: None if cell is None else inner(cell)
    if hint is datetime:
        return datetime.fromisoformat
    if hint is date:
        return date.fromisoformat
    if isinstance(hint, type) and issubclass(hint, bool | Enum):
        return hint
    return lambda cell: cell
