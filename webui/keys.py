"""The keyboard: which keys do what everywhere (`product.md` §4.3, `design.md` §8).

A key works because a link or a button of the page carries it in `data-key`; the script only
listens. What each does is the sentence `key.<name>`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One key of the help page; shown only when the page it leads to exists."""

    key: str
    name: str
    endpoint: str = ""  # "" when it works on every screen


KEYS = (
    Shortcut("F2", "session", "sessions.new"),
    Shortcut("F3", "search", "search.index"),
    Shortcut("F4", "card", "cards.index"),
    Shortcut("F5", "file", "patients.show"),
    Shortcut("F6", "panes"),
    Shortcut("F8", "paper", "sessions.paper"),
    Shortcut("F9", "bill", "billing.index"),
    Shortcut("F10", "outbox", "billing.index"),
    Shortcut("F12", "today", "today.index"),
    Shortcut("PageUp", "previous", "round.index"),
    Shortcut("PageDown", "next", "round.index"),
    Shortcut("/", "filter", "patients.index"),
    Shortcut("↑ ↓", "list"),
    Shortcut("Enter", "confirm"),
    Shortcut("Escape", "cancel"),
    Shortcut("?", "help"),
)
