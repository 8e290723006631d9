"""How old the conventions are, by the limits of `fr_settings`.

They come two or three times a month: amber and red are dated rows, nobody published them (E10,
`domain.md` §4.3).
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from server.core.errors import InvalidValue
from server.countries.switches import Switch, switch_value

WARN_DAYS = "fr.convention.warn_days"
RED_DAYS = "fr.convention.red_days"
BAD_ROWS_BP = "fr.convention.bad_rows_bp"
PROFESSIONS = "fr.convention.professions"
"""Keys of `fr_settings`; the last lists, with `|` between, how a table may write ours."""


class Age(StrEnum):
    """How a table stands; billing is never stopped by it."""

    NONE = "none"  # nothing was ever imported
    FRESH = "fresh"
    AMBER = "amber"
    RED = "red"


def whole_setting(key: str, day: date, rows: Iterable[Switch]) -> int:
    """Give a value that is a whole number; raise InvalidValue when no row says one."""
    value = switch_value(key, day, rows) or ""
    if not (value.isascii() and value.isdigit()):
        raise InvalidValue(field=key, reason="number")
    return int(value)


def age_of(imported: date | None, today: date, rows: Iterable[Switch]) -> Age:
    """Judge the day of the last import: at the limit still fresh, amber the day after (F-04)."""
    if imported is None:
        return Age.NONE
    held = tuple(rows)
    days = (today - imported).days
    if days > whole_setting(RED_DAYS, today, held):
        return Age.RED
    return Age.AMBER if days > whole_setting(WARN_DAYS, today, held) else Age.FRESH
