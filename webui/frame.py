"""The frame around every screen: the rail, the bar and the bottom line, in values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import Flask


@dataclass(frozen=True, slots=True)
class FrameState:
    """What the frame shows on each screen of an open practice."""

    user: str
    practice: str
    demo: bool
    online: bool
    waiting: int  # messages in the outbox that have still to leave
    card: str = ""  # name of the holder of the card in the reader, "" when there is none
    card_problem: str = ""  # code of what keeps readers from being used, "" when nothing does
    to_do: Mapping[str, int] = field(default_factory=dict)  # rail name → what needs a hand
    saved_at: datetime | None = None
    damage: str = ""  # why the practice is only read, "" when it is not


@dataclass(frozen=True, slots=True)
class RailEntry:
    """One entry of the rail; its word is the sentence `rail.<name>`."""

    name: str
    icon: str
    key: str = ""

    @property
    def endpoint(self) -> str:
        """The page it leads to."""
        return f"{self.name}.index"


RAIL = (
    RailEntry("today", "house", "F12"),
    RailEntry("round", "route"),
    RailEntry("agenda", "calendar-days"),
    RailEntry("patients", "users"),
    RailEntry("todo", "list-checks"),
    RailEntry("billing", "receipt-euro", "F10"),
    RailEntry("finances", "wallet"),
    RailEntry("files", "folder-open"),
    RailEntry("options", "settings"),
)


def rail(app: Flask) -> Sequence[RailEntry]:
    """Give the entries that lead somewhere: a page that does not exist is not offered."""
    return [entry for entry in RAIL if entry.endpoint in app.view_functions]
