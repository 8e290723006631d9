"""The watched folder: what a scanner, a phone or a hand drops there is taken in once it is whole.

Polled, since network shares tell nobody of changes (`hardware.md` §5.4). A file is taken when its
size and date stood still for two looks and its first bytes are those of a picture or a PDF. Links
are never followed: a link may lead to a file that is not the person's to give. The file stays
where it is until the practice says it has kept it; only then may it be moved away.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

LOOK_SECONDS = 2.0
MOST = 50_000_000  # bytes of one file
MOST_FILES = 500  # of one look: a folder of holiday pictures is not an inbox
TAKEN = "besace-pris-en-charge"
_STARTS = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*")
_UNFINISHED = (".part", ".crdownload", ".tmp", "~")


@dataclass(frozen=True, slots=True, repr=False)
class Dropped:
    """A whole file that was dropped."""

    path: Path
    data: bytes
    sha256: str


class Refusal(StrEnum):
    """Why a file of the folder is left alone; codes of sentences."""

    LINK = "inbox.link"
    KIND = "inbox.kind"
    SIZE = "inbox.size"
    UNREADABLE = "inbox.unreadable"
    TABLE = "inbox.table"  # a table of conventions that may not be used: its log says why


class Trouble(StrEnum):
    """What keeps a folder from being an inbox; codes of sentences."""

    GONE = "inbox.gone"  # unplugged, renamed, or a share that is away
    CLOSED = "inbox.closed"  # there, but not for us to read
    MANY = "inbox.many"  # the first files are looked at, those after them are not


@dataclass(frozen=True, slots=True)
class Left:
    """A file left alone, told once."""

    name: str
    why: Refusal


Take = Callable[[Dropped], "bool | Refusal"]
"""Keep a file durably; True when it is kept, or was already, so that it may be moved away.

False when it cannot be kept now: it is offered again at each look. A refusal leaves it where it is.
"""

Wanted = Callable[[str], bool]
"""Says by its name whether a file that is no picture nor PDF is taken too."""

_READING = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC")
)
_Mark = tuple[int, int, int]  # inode, size, instant of the last change in nanoseconds


@dataclass(slots=True)
class WatchedFolder:
    """One folder, looked at again and again, each `LOOK_SECONDS`, by one thread."""

    folder: Path
    take: Take
    tell: Callable[[Left], None]
    move: bool = True  # into a folder beside, once kept
    also: Wanted = lambda name: False
    trouble: Trouble | None = None  # as the last look found it
    _seen: dict[str, _Mark] = field(default_factory=dict)
    _done: dict[str, _Mark] = field(default_factory=dict)
    _held: dict[str, _Mark] = field(default_factory=dict)  # unreadable, and told so

    def look(self) -> None:
        """Look once; take what stood still since the look before.

        Of a folder that is away nothing is forgotten: what was taken is not taken again.
        """
        names = self._names()
        if names is None:
            return
        marks = self._marks(names)
        for name, mark in marks.items():
            if self._done.get(name) != mark and self._seen.get(name) == mark:
                self._done[name] = mark
                self._handle(name)
        self._seen = marks
        self._done = {name: mark for name, mark in self._done.items() if name in marks}

    def _marks(self, names: Sequence[str]) -> dict[str, _Mark]:
        marks = {}
        for name in names:
            with suppress(OSError):
                is_now = os.lstat(self.folder / name)
                if not stat.S_ISDIR(is_now.st_mode):
                    marks[name] = is_now.st_ino, is_now.st_size, is_now.st_mtime_ns
        return marks

    def _names(self) -> Sequence[str] | None:
        """Name the files to look at; None when the folder cannot be read."""
        try:
            names = sorted(path.name for path in self.folder.iterdir())
        except PermissionError:
            self.trouble = Trouble.CLOSED
            return None
        except OSError:
            self.trouble = Trouble.GONE
            return None
        wanted = [n for n in names if not n.startswith(".") and not n.endswith(_UNFINISHED)]
        self.trouble = Trouble.MANY if len(wanted) > MOST_FILES else None
        return wanted[:MOST_FILES]

    def _handle(self, name: str) -> None:
        path = self.folder / name
        try:
            found = _read(path)
        except OSError:  # perhaps still held by the program that writes it: tried at each look
            if self._held.get(name) != self._done[name]:
                self._held[name] = self._done[name]
                self.tell(Left(name, Refusal.UNREADABLE))
            del self._done[name]
            return
        if isinstance(found, bytes) and not (found.startswith(_STARTS) or self.also(name)):
            found = Refusal.KIND
        if isinstance(found, Refusal):
            self.tell(Left(name, found))
        elif self._kept(Dropped(path, found, hashlib.sha256(found).hexdigest())) and self.move:
            self._move_away(path)

    def _kept(self, dropped: Dropped) -> bool:
        """Offer a file; one that is not kept, whatever happened, is offered at the next look."""
        kept: bool | Refusal = False
        try:
            kept = self.take(dropped)
        finally:
            if kept is False:
                del self._done[dropped.path.name]
        if isinstance(kept, Refusal):
            self.tell(Left(dropped.path.name, kept))
        return kept is True

    def _move_away(self, path: Path) -> None:
        """Put a kept file beside the others taken before; never over one of them."""
        place = self.folder / TAKEN
        with suppress(OSError):  # it stays where it is: taken, and not taken again
            place.mkdir(mode=0o700, exist_ok=True)
            target, number = place / path.name, 1
            while target.exists():
                number += 1
                target = place / f"{path.stem} ({number}){path.suffix}"
            path.rename(target)


def _read(path: Path) -> bytes | Refusal:
    """Read a plain file of one name; raise `OSError`."""
    if path.is_symlink():
        return Refusal.LINK
    handle = os.open(path, _READING)
    with os.fdopen(handle, "rb") as opened:
        what = os.fstat(opened.fileno())
        if not stat.S_ISREG(what.st_mode) or what.st_nlink > 1:
            return Refusal.LINK
        if what.st_size > MOST:
            return Refusal.SIZE
        data = opened.read(MOST + 1)
    if len(data) > MOST:
        return Refusal.SIZE
    return data
