"""The frame around every screen: the rail, the bar and the bottom line, in values."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from flask import Flask

from server.core.rights import Right
from webui.countries import has


@dataclass(frozen=True, slots=True)
class FrameState:
    """What the frame shows on each screen of an open practice."""

    user: str
    practice: str
    demo: bool
    rights: Set[Right]  # what the user may do: the rest is not offered to him
    online: bool
    waiting: int  # messages in the outbox that have still to leave
    unsent: int = 0  # what was signed and lies in no lot yet, for who bills in France
    card: str = ""  # name of the holder of the card in the reader, "" when there is none
    cards: Sequence[tuple[str, str]] = ()  # (patient, name) of every card in a reader
    card_problem: str = ""  # code of what keeps readers from being used, "" when nothing does
    saved_at: datetime | None = None
    damage: str = ""  # why the practice is only read, "" when it is not


@dataclass(frozen=True, slots=True)
class RailEntry:
    """One entry of the rail, for who holds its right; its word is the sentence `rail.<name>`."""

    name: str
    icon: str
    right: Right | None = None  # None: for everybody
    key: str = ""
    unless: Right | None = None  # who holds this one has a better page

    @property
    def endpoint(self) -> str:
        """The page it leads to."""
        return f"{self.name}.index"


RAIL = (
    RailEntry("today", "house", Right.PATIENTS, "F12"),
    RailEntry("round", "route", Right.CLINICAL),
    RailEntry("agenda", "calendar-days", Right.PATIENTS),
    RailEntry("patients", "users", Right.PATIENTS),
    RailEntry("todo", "list-checks", Right.PATIENTS),
    RailEntry("tray", "inbox", Right.PATIENTS, "F7"),
    RailEntry("billing", "receipt-euro", Right.BILLING, "F10"),
    RailEntry("invoicing", "receipt-euro", Right.BILLING, "F10"),
    RailEntry("finances", "wallet", Right.BILLING),
    RailEntry("amounts", "landmark", Right.AMOUNTS, unless=Right.BILLING),
    RailEntry("lots", "receipt-euro", Right.AMOUNTS, unless=Right.BILLING),
    RailEntry("payers", "landmark", Right.PATIENTS),
    RailEntry("files", "folder-open", Right.CLINICAL),
    RailEntry("options", "settings"),
)


def rail(app: Flask, rights: Set[Right], country: str) -> Sequence[RailEntry]:
    """Give the entries that lead this user somewhere: no other page is offered."""
    return tuple(
        entry for entry in RAIL
        if entry.endpoint in app.view_functions and has(country, entry.endpoint)
        and (entry.right is None or entry.right in rights)
        and (entry.unless is None or entry.unless not in rights)
    )  # fmt: skip


def home(rights: Set[Right], country: str) -> str:
    """Give the endpoint a user begins on."""
    if Right.PATIENTS in rights:
        return "today.index"
    counted = Right.AMOUNTS in rights and has(country, "amounts.index")
    return "amounts.index" if counted else "options.index"
