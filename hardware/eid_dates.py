"""Dates as Belgian cards print them: localised birth dates, dotted validity dates, NISS dates.

The year may stand alone, the day and the month may be blank, and the language is the card's own:
what cannot be read for sure gives None, and the printed text is kept beside it.
Source: `hardware.md` §2.4.
"""

import re
from datetime import date

from server.core.identifiers import Niss

_MONTHS = (
    "JAN",
    "FEV FEB",
    "MARS MAAR MAR MRZ",
    "AVR APR",
    "MAI MEI MAY",
    "JUIN JUN",
    "JUIL JUL",
    "AOUT AUG",
    "SEPT SEP",
    "OCT OKT",
    "NOV",
    "DEC DEZ",
)
_MONTH_NUMBERS = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}
_PLAIN_LETTERS = str.maketrans("ÄÉÈÊÛ", "AEEEU")
_BIRTH = re.compile(r"(\d{1,2})[ .]+([^\W\d_]{3,4})[ .]+(\d{4})")
_DOTTED = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})")


def birth_date(text: str) -> date | None:
    """Read `01 JAN 1985`, `01.MÄR.1985` and their like; None when day or month is unknown."""
    found = _BIRTH.fullmatch(text.strip().upper().translate(_PLAIN_LETTERS))
    if found is None:
        return None
    day, word, year = found.groups()
    return _date(int(year), _MONTH_NUMBERS.get(word, 0), int(day))


def is_no_day(text: str) -> bool:
    """Say whether a printed birth date is whole and yet no day of the calendar (`31 FEV 1985`)."""
    found = _BIRTH.fullmatch(text.strip().upper().translate(_PLAIN_LETTERS))
    return found is not None and int(found[1]) > 0 and birth_date(text) is None


def validity_date(text: str) -> date | None:
    """Read `DD.MM.YYYY`; None for anything else."""
    found = _DOTTED.fullmatch(text.strip())
    return _date(int(found[3]), int(found[2]), int(found[1])) if found else None


def agrees_with_niss(born: date, niss: Niss) -> bool:
    """Say whether a birth date can be the one inside the number.

    BIS numbers add 20 or 40 to the month; a zero day or month, or a month of no meaning, tells
    nothing and contradicts nothing. Before 2000 the number does not tell 1800 from 1900.
    """
    year, month, day = (int(niss.digits[at : at + 2]) for at in (0, 2, 4))
    month = month - 20 * (month // 20)
    if not 1 <= month <= 12 or day == 0:
        return True
    centuries = (2000,) if niss.born_from_2000 else (1800, 1900)
    return (born.month, born.day) == (month, day) and born.year - year in centuries


def _date(year: int, month: int, day: int) -> date | None:
    """Make a date, or None when the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
