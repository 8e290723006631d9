"""The `/` filter of the ledger: any word of a line, typed in any case and without accents."""

import unicodedata
from collections.abc import Callable, Iterator
from datetime import date

from server.core.money import euros
from server.services.ledger import Entry
from webui import formats
from webui.naming import Naming

Page = Callable[[tuple[str, str]], list[Entry]]
START = ("9999", "~")


def matching(entries: Iterator[Entry], text: str, name: Naming) -> Iterator[Entry]:
    """Keep the entries that hold every word typed: patient, code, lot, insurer, amount, day."""
    words = _plain(text).split()
    return (entry for entry in entries if all(word in _told(entry, name) for word in words))


def all_of(page: Page, start: tuple[str, str] = START) -> Iterator[Entry]:
    """Walk the ledger page by page; `page` gives what follows a (day, id)."""
    before = start
    while found := page(before):
        yield from found
        before = mark(found[-1].line.care_date, found[-1].line.id)


def mark(day: date, key: str) -> tuple[str, str]:
    """Give the place of a line in the ledger, newest care first."""
    return day.isoformat(), key


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
