"""The high-water mark: how far this practice had come, kept beside its file.

An older copy put in the place of the file lacks the journal row the mark names: it is noticed
before it is used. The places and ages of the last backups are noted here too, for whoever looks
at the practice without opening it. Nothing of a patient: ids, hashes, instants and paths.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Lock

import apsw

from server.store import durable, journal

NAME = "besace.mark"
_FORMAT = 1
_writing = Lock()  # a page, the post and the keeper of backups may all mark at once


@dataclass(frozen=True, slots=True)
class Kept:
    """The state of the copies in one place."""

    place: str
    newest: str  # instant of the newest good copy, ISO; "" when there is none
    troubled: str = ""  # reason code of the newest copy when it is not good


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a practice had come, and what was kept of it."""

    at: str = ""  # instant of the mark, ISO, aware
    heads: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    kept: tuple[Kept, ...] = ()


def read(folder: Path) -> Mark:
    """Read the mark of a practice folder; an empty one when there is none or it is unreadable."""
    try:
        found = json.loads((folder / NAME).read_bytes())
        if found.get("format") != _FORMAT:
            return Mark()
        heads = {str(d): (int(seq), str(h)) for d, (seq, h) in found["heads"].items()}
        kept = tuple(Kept(**each) for each in found["kept"])
        return Mark(str(found["at"]), heads, kept)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Mark()


def note(folder: Path, db: apsw.Connection, now: datetime) -> None:
    """Note how far the file has come; durable when this returns, unwritten when nothing changed."""
    with _writing:
        held, heads = read(folder), journal.heads(db)
        if dict(held.heads) != heads:
            _write(folder, replace(held, at=now.isoformat(), heads=heads))


def note_kept(folder: Path, kept: tuple[Kept, ...]) -> None:
    """Note the state of the copies in every place."""
    with _writing:
        held = read(folder)
        if held.kept != kept:
            _write(folder, replace(held, kept=kept))


def is_behind(db: apsw.Connection, mark: Mark) -> bool:
    """Say whether a file lacks what its mark names: it is older, or of another life."""
    return not all(
        journal.holds(db, device, seq, hashed) for device, (seq, hashed) in mark.heads.items()
    )


def _write(folder: Path, mark: Mark) -> None:
    facts = {**asdict(mark), "format": _FORMAT}
    durable.write(folder / NAME, json.dumps(facts).encode())
