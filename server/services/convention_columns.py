"""Placing by hand the columns of a convention table no layout fits; kept for its next files."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from server.core.errors import TableRefused
from server.core.rights import Right
from server.countries.france import convention_columns
from server.countries.france.convention_columns import (
    Placed,
    Sample,
    guessed,
    needed_fields,
    sample_of,
)
from server.countries.france.convention_names import Kind, read_name
from server.countries.france.convention_rows import FIELDS
from server.services.convention_import import pieces_of
from server.services.convention_rules import PLACED, convention_rules, placed
from server.services.desk import Desk, needs
from server.store import practice as practices

UNCLEAR = ("support", "contracts", "flag_a", "flag_b", "flag_c")
"""Columns of the old tables whose meaning nobody confirmed: no one is asked for them."""

MOST_KEPT = 20
"""Layouts kept; the oldest gives way."""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A file whose columns are to be placed."""

    kind: Kind
    sample: Sample
    fields: Sequence[str]  # what a column may be
    guesses: Sequence[str]  # what the title of each announces, "" for none
    needed: Sequence[str]  # those the table cannot do without


@needs(Right.SETTINGS)
def unplaced(desk: Desk, name: str, content: bytes) -> Unplaced:
    """Show the first lines of a file; raise `TableRefused` for what is no table at all."""
    kind = _kind(name)
    sample = sample_of(pieces_of(content))
    if sample is None:
        raise TableRefused(reason="layout", name=name, found=0)
    columns = convention_rules(desk).columns
    fields = [name for name in FIELDS[kind] if name not in UNCLEAR]
    guesses = guessed(kind, sample, columns, desk.today)
    return Unplaced(kind, sample, fields, guesses, needed_fields(kind, columns, desk.today))


@needs(Right.SETTINGS)
def place(desk: Desk, name: str, content: bytes, chosen: Sequence[str], *, titled: bool) -> Placed:
    """Keep what each column of a file is, for it and those like it; raise `InvalidForm`."""
    asked = unplaced(desk, name, content)
    new = convention_columns.place(asked.kind, asked.sample, chosen, asked.needed, titled=titled)
    like = (new.kind, new.width, new.titles)
    others = [each for each in placed(desk) if (each.kind, each.width, each.titles) != like]
    kept = json.dumps([asdict(each) for each in (new, *others)[:MOST_KEPT]])
    facts = {"kind": str(new.kind), "columns": new.width}
    with desk.deed("convention.columns_placed", "practice", desk.practice.id, facts):
        practices.set_setting(desk.db, PLACED, kept, desk.user.id, desk.now)
    return new


def _kind(name: str) -> Kind:
    """Say which table a name announces; one that only lacks its prefix is of conventions."""
    try:
        return read_name(name).kind
    except TableRefused as refused:
        if not refused.facts.get("proposed"):
            raise
        return Kind.CONVENTIONS
