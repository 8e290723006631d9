"""Insurers: the name people give them, and the counter their files fall under."""

from collections.abc import Mapping

from server.countries.dated import in_force
from server.services.desk import Desk
from server.services.rules import choice, rulebook
from server.store import reference

_READ: dict[str, Mapping[str, str]] = {}  # by version of the reference file


def names(desk: Desk) -> Mapping[str, str]:
    """Return the name of the union behind each insurer number of the table: "306" → Solidaris."""
    version = desk.practice.reference_sha256
    held = _READ.get(version)
    if held is None:
        rows = reference.rows(desk.db, "be_mutualities")
        held = _READ[version] = {str(row["code"]): str(row["union_name"]) for row in rows}
    return held


def counted_as(desk: Desk, payer: str) -> str:
    """Name the payer under which the files of one count for the one-file-a-day rule (BE-56b).

    Itself, unless the practice says that a payer with files of its own (306) counts with its union.
    """
    return payer if _counts_apart(desk) else _unions(desk).get(payer, payer)


def counted_with(desk: Desk, payer: str) -> list[str]:
    """Return the payers whose files share the day of this one, itself included (BE-56b)."""
    counter = counted_as(desk, payer)
    if _counts_apart(desk):
        return [counter]
    return [counter, *(code for code, union in _unions(desk).items() if union == counter)]


def _counts_apart(desk: Desk) -> bool:
    return choice(desk, "efact.own_lot_own_day", "yes") == "yes"


def _unions(desk: Desk) -> dict[str, str]:
    """Give the union of each payer that has files of its own."""
    rows = in_force(rulebook(desk).mutualities, desk.today)
    return {row.code: row.union for row in rows if row.own_lot}
