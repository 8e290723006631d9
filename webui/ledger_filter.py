"""The `/` filter of the ledger: any word of a line, typed in any case and without accents."""

import unicodedata
from collections.abc import Callable, Iterable

from server.core.money import euros
from server.services.ledger import Entry
from webui import formats
from webui.naming import Naming

Place = tuple[str, str]
"""Where a line stands in the ledger, newest care first: its day and its id."""

Page = Callable[[Place, int], list[Entry]]
"""Gives so many lines that follow a place."""

START = ("9999", "~")
LOOKED_AT = 200
"""Lines looked at for one answer: a ledger of a million lines is never walked to its end."""

_STEP = 100


def matching(entries: Iterable[Entry], text: str, name: Naming) -> list[Entry]:
    """Keep the entries that hold every word typed: patient, code, lot, insurer, amount, day."""
    words = _plain(text).split()
    return [entry for entry in entries if all(word in _told(entry, name) for word in words)]


def walk(page: Page, start: Place, text: str, name: Naming, most: int) -> tuple[list[Entry], str]:
    """Look for so many matching entries in the lines that follow a place, no further than a bound.

    Returns them, and the id of the last line looked at when others follow it.
    """
    found: list[Entry] = []
    looked = 0
    while looked < LOOKED_AT:
        entries = page(start, _STEP)
        hits = matching(entries, text, name)
        if len(found) + len(hits) > most:
            found += hits[: most - len(found)]
            return found, found[-1].line.id
        found += hits
        if len(entries) < _STEP:
            return found, ""
        looked += _STEP
        start = (entries[-1].line.care_date.isoformat(), entries[-1].line.id)
    return found, start[1]


def _told(entry: Entry, name: Naming) -> str:
    line, patient = entry.line, entry.patient
    lot = name.lot(entry.lot) if entry.lot else ""
    return _plain(
        f"{patient.last_name} {patient.first_name} {line.code} {lot} {name.insurer(line.payer)}"
        f" {euros(line.oa_cents, '')} {formats.day(line.care_date)}"
    )


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))
