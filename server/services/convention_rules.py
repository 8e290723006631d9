"""The dated tables French conventions are judged with, read once per version of the reference."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from server.core.errors import Missing
from server.countries.dated import Table
from server.countries.france.convention_columns import Placed
from server.countries.france.convention_inspection import reader_on
from server.countries.france.convention_layout import Column
from server.countries.france.convention_names import Kind
from server.countries.france.convention_reader import TableReader
from server.countries.france.payers import Payer
from server.countries.switches import Switch
from server.services.desk import Desk
from server.store import practice as practices
from server.store import reference

PLACED = "conventions.columns"
"""The setting that holds the layouts placed by hand."""

_NEEDED = ("fr_settings", "fr_convention_columns", "fr_payers")


@dataclass(frozen=True, slots=True)
class ConventionRules:
    """Columns of the tables, limits, and the numbers that stand for no insurer."""

    settings: Sequence[Switch]
    columns: Table[Column]
    payers: Table[Payer]


_READ: dict[str, ConventionRules] = {}


def convention_rules(desk: Desk) -> ConventionRules:
    """Return the rows of the practice's reference file; raise `Missing` when it is too old."""
    sha256 = desk.practice.reference_sha256
    held = _READ.get(sha256)
    if held is None:
        if not all(reference.holds(desk.db, table) for table in _NEEDED):
            raise Missing(what="reference")
        settings, columns, payers = (reference.rows(desk.db, table) for table in _NEEDED)
        held = _READ[sha256] = ConventionRules(
            Table(map(Switch.from_mapping, settings)),
            Table(map(Column.from_mapping, columns)),
            Table(map(Payer.from_mapping, payers)),
        )
    return held


def reader_for(desk: Desk, kind: Kind) -> TableReader:
    """Give a reader with what is in force today."""
    rules = convention_rules(desk)
    reader = reader_on(desk.today, rules.columns, rules.settings, kind)
    reader.placed = placed(desk)
    return reader


def placed(desk: Desk) -> Sequence[Placed]:
    """Give the layouts that people of this practice placed by hand, the newest first."""
    held = json.loads(practices.setting(desk.db, PLACED, "[]"))
    return [
        Placed(Kind(each["kind"]), each["width"], tuple(each["titles"]), each["fields"])
        for each in held
    ]
