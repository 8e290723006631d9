"""The tables of the law as a practice of France holds them: as they stand, and files named so.

They are the same for everybody and live in the reference file; conventions are the practice's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Any

from server.core.country import Country
from server.core.rights import Right
from server.services.desk import Desk, needs
from server.store import reference

_OWN = "fr_"  # how the tables are named: `fr_letters_2027.csv`


@dataclass(frozen=True, slots=True)
class LegalTable:
    """One table as it stands on a day, and what is known to come."""

    name: str
    rows: int  # that hold on the day
    since: date | None  # the newest of them; None when none holds
    next_on: date | None  # the first day something changes by a row held already
    next_rows: int
    newest: date  # the last first day of all


def is_ours(file_name: str) -> bool:
    """Say whether a file is named like the tables of the law, whichever of them."""
    return PurePath(file_name).name.lower().startswith(_OWN)


@needs(Right.SETTINGS)
def named(desk: Desk, file_name: str) -> str:
    """Return the table a file is for, by its name; "" when it is none of a French practice's."""
    if desk.country is not Country.FRANCE:
        return ""
    stem = PurePath(file_name).stem.lower()
    fitting = [name for name in _held(desk) if stem == name or stem.startswith(f"{name}_")]
    return max(fitting, key=len, default="")


@needs(Right.SETTINGS)
def listed(desk: Desk) -> Sequence[LegalTable]:
    """Return every table of France as it stands today, by its name."""
    found = ((name, reference.rows(desk.db, name)) for name in _held(desk))
    return [_standing(name, rows, desk.today) for name, rows in found if rows]


def _held(desk: Desk) -> Sequence[str]:
    ours = (name for name in reference.names() if name.startswith(_OWN))
    return sorted(name for name in ours if reference.holds(desk.db, name))


def _standing(name: str, rows: Sequence[Mapping[str, Any]], today: date) -> LegalTable:
    day = today.isoformat()
    begins = [str(row["valid_from"]) for row in rows]
    held = [str(row["valid_from"]) for row in rows if _holds(row, day)]
    to_come = [each for each in begins if each > day]
    return LegalTable(
        name, len(held), _day(max(held, default="")), _day(min(to_come, default="")),
        to_come.count(min(to_come, default="")), date.fromisoformat(max(begins)),
    )  # fmt: skip


def _holds(row: Mapping[str, Any], day: str) -> bool:
    """Say whether a row holds on a day; both are ISO dates."""
    ends = row["valid_to"]
    return str(row["valid_from"]) <= day and (not ends or str(ends) >= day)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
