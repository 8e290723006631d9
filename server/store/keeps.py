"""How the copies of a practice stand, noted beside its file for whoever looks without opening it.

Nothing of a patient: instants, places and reason codes only.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock

from server.store import durable

NAME = "besace.copies"
_FORMAT = 1
_writing = Lock()  # the keeper of copies and a page may both note at once


@dataclass(frozen=True, slots=True)
class Kept:
    """The state of the copies in one place."""

    place: str
    newest: str  # instant of the newest good copy, ISO; "" when there is none
    troubled: str = ""  # reason code of the newest copy when it is not good


def read(folder: Path) -> tuple[Kept, ...]:
    """Read what was noted beside a practice; nothing when there is none or it is unreadable."""
    try:
        found = json.loads((folder / NAME).read_bytes())
        if found.get("format") != _FORMAT:
            return ()
        return tuple(Kept(**each) for each in found["kept"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return ()


def note(folder: Path, kept: tuple[Kept, ...]) -> None:
    """Note the state of the copies in every place; unwritten when nothing changed."""
    with _writing:
        if read(folder) != kept:
            facts = {"format": _FORMAT, "kept": [asdict(each) for each in kept]}
            durable.write(folder / NAME, json.dumps(facts).encode())
