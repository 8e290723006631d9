"""Every option of the program, its default and its sentence. What belongs to a practice is data."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

BUILT_ON = date(2026, 11, 22)
"""Day of this release: a clock that says earlier is wrong (`domain.md` §4.6)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How one run of the program was asked for."""

    practice: Path
    """Folder of the practice: its encrypted file, its keys, its reference tables."""

    window: bool = True
    """Open the program's own window; otherwise serve it and print the one-time address."""

    port: int = 0
    """Loopback port; 0 takes a free one, which is safer."""

    endpoint: str = ""
    """Address of MyCareNet's eFact channel; empty: lots are sealed and wait."""

    cards: bool = True
    """Watch the card readers of this machine."""

    middleware: Path | None = None
    """Library (PKCS#11) of the official software of the cards that sign; None: looked for."""
