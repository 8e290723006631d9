"""The keyboard: which keys do what everywhere (`product.md` §4.3, `design.md` §8).

A key works because a link or a button of the page carries it in `data-key`; the script only
listens. What each does is the sentence `key.<name>`.
"""

from dataclasses import dataclass

from server.core.rights import Right


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One key of the help page; shown only when the page it leads to exists."""

    key: str
    name: str
    endpoint: str = ""  # "" when it works on every screen
    right: Right | None = None  # None: for everybody


KEYS = (
    Shortcut("F2", "session", "sessions.new", Right.CLINICAL),
    Shortcut("F3", "search", "search.index", Right.PATIENTS),
    Shortcut("F4", "card", "cards.index", Right.PATIENTS),
    Shortcut("F5", "file", "patients.show", Right.PATIENTS),
    Shortcut("F6", "panes"),
    Shortcut("F7", "tray", "tray.index", Right.PATIENTS),
    Shortcut("F8", "paper", "sessions.paper", Right.CLINICAL),
    Shortcut("F9", "bill", "billing.index", Right.BILLING),
    Shortcut("F10", "outbox", "billing.index", Right.BILLING),
    Shortcut("F12", "today", "today.index", Right.PATIENTS),
    Shortcut("PageUp", "previous", "round.index", Right.CLINICAL),
    Shortcut("PageDown", "next", "round.index", Right.CLINICAL),
    Shortcut("/", "filter", "patients.index", Right.PATIENTS),
    Shortcut("Alt+1 … 0", "leaves", "patients.show", Right.PATIENTS),
    Shortcut("↑ ↓", "list"),
    Shortcut("Enter", "confirm"),
    Shortcut("Escape", "cancel"),
    Shortcut("?", "help"),
)
