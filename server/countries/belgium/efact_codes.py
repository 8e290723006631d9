"""What the codes of an echoed record mean for it: which letter counts, what a code follows from.

Source: `be-efact.md` §4. A code is record, zone, error; `xx0119` says "rejected because another
record is", and is shown behind its cause.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.countries.belgium.efact_read import Entry, ReturnCode

_CONSEQUENCE = "0119"
_ACTS = ("50", "51", "52")


class Letter(StrEnum):
    """How far a code reaches; the returned letter wins over any list."""

    BLOCKING = "B"  # the file
    INVOICE = "F"  # the invoice, R20 to R80
    ACT = "R"  # the act
    NOTICE = "E"  # insurability or CT, for information
    SIGNAL = "S"  # paid all the same


REFUSING = frozenset({Letter.BLOCKING, Letter.INVOICE, Letter.ACT})


@dataclass(frozen=True, slots=True)
class PlacedCode:
    """One code with the record it stands on, and the record it is a consequence of."""

    letter: str
    code: str
    record: str  # "50"
    number: int
    consequence_of: int | None = None

    @property
    def refuses(self) -> bool:
        """Tell a refusal from a notice or a signal."""
        return self.letter in REFUSING


def by_invoice(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Group echoed records 20 to 80 into invoices, each of which may lack any of its own."""
    groups: list[list[Entry]] = []
    open_group = False
    for entry in entries:
        name = entry.record.layout.name
        if name not in ("20", *_ACTS, "80"):
            open_group = False
            continue
        if name == "20" or not open_group:
            groups.append([])
        groups[-1].append(entry)
        open_group = name != "80"
    return groups


def placed_codes(entries: Sequence[Entry]) -> tuple[tuple[PlacedCode, ...], ...]:
    """Give the codes of each record in file order, consequences with their cause."""
    causes = _causes(entries)
    return tuple(
        tuple(_placed(code, entry, causes[i]) for code in _codes(entry))
        for i, entry in enumerate(entries)
    )


def is_consequence(code: str) -> bool:
    """Tell whether a code only says that another record was rejected."""
    return code[2:] == _CONSEQUENCE


def _placed(code: ReturnCode, entry: Entry, cause: int | None) -> PlacedCode:
    follows = cause if is_consequence(code.code) else None
    return PlacedCode(code.letter, code.code, entry.record.layout.name, entry.number, follows)


def _codes(entry: Entry) -> tuple[ReturnCode, ...]:
    return entry.error.codes if entry.error else ()


def _causes(entries: Sequence[Entry]) -> list[int | None]:
    """Find for each record the nearest one of its invoice, before it if possible, with a fault."""
    causes: list[int | None] = [None] * len(entries)
    group: list[int] = []
    for i, entry in enumerate([*entries, None]):
        name = entry.record.layout.name if entry else ""
        if name in ("", "20", "10", "90", "91", "92"):
            _fill(causes, entries, group)
            group = []
        group.append(i)
    return causes


def _fill(causes: list[int | None], entries: Sequence[Entry], group: Sequence[int]) -> None:
    guilty = [i for i in group if any(not is_consequence(c.code) for c in _codes(entries[i]))]
    for i in group:
        others = [g for g in guilty if g != i]
        before = [g for g in others if g < i]
        nearest = before[-1] if before else (others[0] if others else None)
        causes[i] = None if nearest is None else entries[nearest].number
