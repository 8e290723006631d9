"""Where the copies of a practice go: beside its folder, and where the user chose."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from server.core.errors import InvalidForm
from server.core.rights import Right
from server.services.desk import Desk, needs
from server.store import practice as practices

_SECOND = "backup.second"


@dataclass(frozen=True, slots=True)
class Places:
    """Where copies go: beside the practice folder, and where the user chose."""

    local: Path
    second: Path | None

    @property
    def all(self) -> Sequence[Path]:
        """Both, the local one first."""
        return (self.local, self.second) if self.second else (self.local,)


def beside(folder: Path) -> Path:
    """Return where copies of a practice folder lie unless told otherwise: its neighbour."""
    return folder.absolute().parent / f"{folder.absolute().name}-sauvegardes"


@needs(Right.SETTINGS)
def shown(desk: Desk, folder: Path) -> Places:
    """Return where the copies of this practice go, for who may settle it."""
    return of(desk, folder)


def of(desk: Desk, folder: Path) -> Places:
    """Return where the copies of this practice go."""
    second = practices.setting(desk.db, _SECOND, "")
    return Places(beside(folder), Path(second) if second else None)


@needs(Right.SETTINGS)
def choose_second(desk: Desk, folder: Path, typed: str) -> None:
    """Keep a second place for the copies, "" for none; raise `InvalidForm` when it cannot be one.

    A folder that is there now, whole (`/media/…`), outside the practice and its own copies.
    """
    text = typed.strip()
    reason = _why_not(Path(text), folder) if text else ""
    if reason:
        raise InvalidForm(faults=(("second", reason),))
    with desk.deed("backup.place", "practice", desk.practice.id):
        practices.set_setting(desk.db, _SECOND, text, desk.user.id, desk.now)


def _why_not(place: Path, folder: Path) -> str:
    if not place.is_absolute():
        return "not_absolute"
    if not place.is_dir():
        return "absent"
    own = (folder.absolute(), beside(folder))
    if any(place.resolve() == each or each in place.resolve().parents for each in own):
        return "same"
    return "" if _is_writable(place) else "locked"


def _is_writable(place: Path) -> bool:
    probe = place / f"besace-{secrets.token_hex(8)}.tmp"
    try:
        probe.mkdir(mode=0o700)
        probe.rmdir()
    except OSError:
        return False
    return True
