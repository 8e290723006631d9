"""Rows become dataclasses before they leave the store: each column into the field of its name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
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
        names = tuple(column[0] for column in cursor.description)
    except apsw.ExecutionCompleteError:  # no row at all: nothing left to describe
        return []
    shape: Any = kind
    order, steps = _steps(shape, names)
    found = []
    for row in cursor:
        cells: list[Any] = list(row)
        for place, read in steps:
            cells[place] = read(cells[place])
        found.append(kind(*(cells if order is None else map(cells.__getitem__, order))))
    return found


def one(db: apsw.Connection, kind: type[T], sql: str, bindings: Bindings = ()) -> T | None:
    """Run a query and return its first row as a `kind`, or None."""
    found = many(db, kind, sql, bindings)
    return found[0] if found else None


def of_facts(kind: type[T], facts: Mapping[str, Any]) -> T:
    """Make a `kind` from facts kept as JSON, named and written like the columns of its table.

    A column that was added since has the value its field begins with; raises `KeyError` for
    another that is not there.
    """
    shape: Any = kind
    names = tuple(each.name for each in fields(shape))
    since = {each.name: each.default for each in fields(shape) if each.default is not MISSING}
    held = {**since, **facts}
    cells = [held[name] for name in names]
    for place, read in _steps(shape, names)[1]:
        cells[place] = read(cells[place])
    return kind(**dict(zip(names, cells, strict=True)))


def columns(kind: type[Any]) -> str:
    """Name the columns a `kind` is read from."""
    return ", ".join(each.name for each in fields(kind))


def value(db: apsw.Connection, sql: str, bindings: Bindings = ()) -> Any:
    """Run a query and return the first column of its first row, or None."""
    row = db.execute(sql, bindings).fetchone()
    return row[0] if row else None


_Plan = tuple[tuple[int, ...] | None, tuple[tuple[int, Callable[[Any], Any]], ...]]


@cache
def _steps(kind: Any, names: tuple[str, ...]) -> _Plan:
    """Tell which column goes into each field, and which must be converted, and how.

    The order is None when the columns come as the fields do.
    """
    hints = get_type_hints(kind)
    readers = ((place, _reader(hints[name])) for place, name in enumerate(names))
    order = tuple(names.index(field.name) for field in fields(kind) if field.name in names)
    if not len(order) == len(names) == len(fields(kind)):
        raise TypeError(f"{kind.__name__} is not made of {', '.join(names)}")
    plain = order == tuple(range(len(names)))
    return None if plain else order, tuple((n, read) for n, read in readers if read is not None)


def _reader(hint: Any) -> Callable[[Any], Any] | None:
    """Give how a type is read from its column; None when the column holds it as it is."""
    if get_origin(hint) is UnionType:
        inner = _reader(next(arg for arg in get_args(hint) if arg is not type(None)))
        return inner and (lambda cell: None if cell is None else inner(cell))
    if get_origin(hint) is frozenset:  # words with spaces between
        word = _reader(get_args(hint)[0]) or str
        return lambda cell: frozenset(map(word, cell.split()))
    if hint is datetime:
        return datetime.fromisoformat
    if hint is date:
        return date.fromisoformat
    if isinstance(hint, type) and issubclass(hint, Enum):
        members = {member.value: member for member in hint}
        return members.__getitem__  # the table's own check keeps other words out
    return bool if hint is bool else None
