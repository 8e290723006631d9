"""The folder this machine watches for papers: chosen by a person, one for each machine."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from server.core.errors import InvalidForm
from server.core.rights import Right
from server.services.desk import Desk, needs
from server.services.places import beside
from server.store import practice as practices

MOST_BEFORE = 200
"""Files a folder may hold when it is chosen: one with more is somebody's archive, not an inbox."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Which folder, and whether it is watched."""

    path: str = ""
    on: bool = False


@needs(Right.PATIENTS)
def watched(desk: Desk) -> Watch:
    """Return the folder of this machine; none before somebody chose one."""
    return Watch(**json.loads(practices.setting(desk.db, _name(desk), "{}")))


@needs(Right.SETTINGS)
def choose(desk: Desk, practice_folder: Path, typed: str, *, on: bool) -> None:
    """Watch a folder, or no longer; raise `InvalidForm` for one that cannot be an inbox.

    Every page in it is taken in and put aside, so it has to be there now, whole (`/home/…`), apart
    from the practice and its copies, and not full of something else.
    """
    path = typed.strip()
    reason = _why_not(Path(path), practice_folder) if path and on else ""
    if on and not path:
        reason = "missing"
    if reason:
        raise InvalidForm(faults=(("folder", reason),))
    wish = json.dumps({"path": path, "on": on})
    action = "practice.folder_watched" if on else "practice.folder_left"
    with desk.deed(action, "practice", desk.practice.id):
        practices.set_setting(desk.db, _name(desk), wish, desk.user.id, desk.now)


def _why_not(place: Path, practice_folder: Path) -> str:
    if not place.is_absolute():
        return "not_absolute"
    if not place.is_dir():
        return "absent"
    real = place.resolve()
    own = [each.resolve() for each in (practice_folder, beside(practice_folder))]
    if any(real == each or each in real.parents or real in each.parents for each in own):
        return "same"
    try:
        files = sum(entry.is_file() for entry in os.scandir(place))
    except OSError:
        return "closed"
    return "full" if files > MOST_BEFORE else ""


def _name(desk: Desk) -> str:
    return f"folder.{desk.device.id}"
