"""What the last readings of the practice file found: noted in the journal, and beside the file.

The note beside the file holds instants and results only, so that `besace doctor` can tell them
without opening the practice, and so that damage can be told when nothing more may be written.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from server.services.desk import Desk
from server.store.soundness import Check

NOTE = "besace.health"
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Checkup:
    """One reading of the whole file."""

    at: datetime
    sound: bool


def of_folder(folder: Path) -> Mapping[Check, Checkup]:
    """Return the last reading of each kind; a note that cannot be read is none."""
    try:
        held: dict[str, Any] = json.loads((folder / NOTE).read_text("ascii"))
        return {
            Check(kind): Checkup(datetime.fromisoformat(row["at"]), bool(row["sound"]))
            for kind, row in held.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def is_due(done: Mapping[Check, Checkup], now: datetime) -> bool:
    """Say whether the weekly reading is due; one noted in the future is not believed."""
    last = done.get(Check.FULL)
    return last is None or not timedelta() <= now - last.at < _WEEK


def keep(desk: Desk, folder: Path, check: Check, *, sound: bool) -> None:
    """Note a reading: beside the file, and in the journal while that may be written."""
    known = {**of_folder(folder), check: Checkup(desk.now, sound)}
    rows = {str(k): {"at": v.at.isoformat(), "sound": v.sound} for k, v in known.items()}
    _write(folder / NOTE, json.dumps(rows))
    if sound:
        found = {"check": str(check), "sound": sound}
        with desk.deed("practice.checked", "practice", desk.practice.id, found):
            """The journal's own row is all there is to write."""


def _write(path: Path, text: str) -> None:
    """Write beside and rename over; what a power cut takes of a note is found again by reading."""
    beside = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
    beside.replace(path)
