"""A birth as it is typed: a day of the calendar, or a « lunar » one that no calendar knows.

Somebody born where no register was kept bears such a date (month 13 to 99, day 00) on every card
and paper: it is kept as text, year first, and never mended. Source: `fr-sesam-vitale.md` §2.4.
"""

import re
from datetime import date

from server.countries.france.card_dates import calendar_day, is_plausible, written

_DAY_FIRST = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[/. -](\d{1,2})[/. -](\d{1,2})")
_BARE = re.compile(r"(\d{2})(\d{2})(\d{4})")


def typed_birth(text: str) -> tuple[date | None, str] | None:
    """Read a typed birth: its day when a calendar knows it, and the text `AAAA-MM-JJ`.

    None: this is no date at all. Years are written in full.
    """
    cut = text.strip()
    if match := _YEAR_FIRST.fullmatch(cut):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(cut) or _BARE.fullmatch(cut):
        day, month, year = match.groups()
    else:
        return None
    digits = f"{year}{month:>02}{day:>02}"
    if not is_plausible(digits, birth=True):
        return None
    return calendar_day(digits), f"{year}-{month:>02}-{day:>02}"


def birth_year(shown: str) -> int | None:
    """Give the year of a birth as people write it: all that tells the age of a lunar one (M5)."""
    year = shown.rpartition("/")[2]
    return int(year) if len(year) == 4 and year.isascii() and year.isdigit() else None


def shown_birth(text: str) -> str:
    """Write a birth kept as text the way people do: day, month, year."""
    parts = (written(text) or "").split("-")
    return "/".join(reversed(parts)) if len(parts) == 3 else text
