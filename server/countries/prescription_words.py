"""From the words of a scanned prescription to proposals: prescriber, date, number of sessions.

The words were guessed from a picture, so that each proposal is one to verify; a text that says two
things of one field says nothing of it. The way prescriptions are written is background knowledge,
and no rule leans on it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum

from server.core.errors import InvalidNumber
from server.core.identifiers import Nihii

LONGEST = 20_000
"""Characters of a page that are looked at."""

MOST_SESSIONS = 120
_OLDEST = timedelta(days=730)  # an older day on a prescription is somebody's birth

_MONTHS = {
    1: ("janvier", "januari"), 2: ("fevrier", "février", "februari"), 3: ("mars", "maart"),
    4: ("avril", "april"), 5: ("mai", "mei"), 6: ("juin", "juni"), 7: ("juillet", "juli"),
    8: ("aout", "août", "augustus"), 9: ("septembre", "september"), 10: ("octobre", "oktober"),
    11: ("novembre", "november"), 12: ("decembre", "décembre", "december"),
}  # fmt: skip
_MONTH = {name: number for number, names in _MONTHS.items() for name in names}
_NUMBER = re.compile(r"(?<![\d])\d[ .\-/]?\d{5}[ .\-/]?\d{2}[ .\-/]?\d{3}(?!\d)")
_CAPITAL = "[A-ZÀ-Ý]"
_LETTERS = rf"{_CAPITAL}[A-Za-zÀ-ÿ’'\-]+"
_NAME = re.compile(
    r"\b(?:Dr|Docteur|Dokter|Doctor)\b\.?[ \t]+"
    rf"((?:{_LETTERS}|{_CAPITAL}\.)(?:[ \t]+{_LETTERS}){{0,3}})"
)
_DIGITS = re.compile(r"(?<!\d)(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?!\d)")
_SPELLED = re.compile(rf"(?<!\d)(\d{{1,2}})(?:er)?[ \t]+({'|'.join(_MONTH)})[ \t]+(\d{{4}})", re.I)
_SESSION = r"(?:s[ée]ances?|beurten|behandelingen|zittingen)"
_SESSIONS = re.compile(
    rf"(?<!\d)(\d{{1,3}})[ \t]+{_SESSION}|{_SESSION}[ \t]*[:x×]?[ \t]*(\d{{1,3}})(?!\d)", re.I
)


class Proposed(StrEnum):
    """What a prescription may propose."""

    PRESCRIBER = "prescriber"  # a name
    NUMBER = "number"  # of a Belgian prescriber, eleven digits
    DATED = "dated"  # an ISO date
    SESSIONS = "sessions"


def proposals(text: str, today: date) -> Mapping[Proposed, str]:
    """Propose what the words of a page say, each field once or not at all."""
    looked_at = text[:LONGEST]
    found = {
        Proposed.PRESCRIBER: _one(match[1] for match in _NAME.finditer(looked_at)),
        Proposed.NUMBER: _one(_numbers(looked_at)),
        Proposed.DATED: max(_days(looked_at, today), default=""),
        Proposed.SESSIONS: _one(_sessions(looked_at)),
    }
    return {field: value for field, value in found.items() if value}


def _one(values: Iterable[str]) -> str:
    """Give the value that is said, "" for none or several."""
    said = set(values)
    return said.pop() if len(said) == 1 else ""


def _numbers(text: str) -> Iterator[str]:
    for match in _NUMBER.finditer(text):
        try:
            yield Nihii.parse(match[0]).digits
        except InvalidNumber:
            continue


def _days(text: str, today: date) -> Iterator[str]:
    """Give the days of the last two years; the last of them is the prescription's."""
    written = [(day, int(month), year) for day, month, year in _DIGITS.findall(text)]
    written += [(day, _MONTH[name.lower()], year) for day, name, year in _SPELLED.findall(text)]
    for day, month, year in written:
        try:
            found = date(int(year), month, int(day))
        except ValueError:
            continue
        if today - _OLDEST <= found <= today:
            yield found.isoformat()


def _sessions(text: str) -> Iterator[str]:
    for match in _SESSIONS.finditer(text):
        number = int(match[1] or match[2])
        if 0 < number <= MOST_SESSIONS:
            yield str(number)
