"""A disk that loses power: an SQLite VFS in memory, under the encryption layer.

What is written is seen at once, as on a real machine, and kept aside until it is synced. When the
power goes, what was synced stays; of the rest survives what the cut draws: nothing, a beginning,
some writes, some writes in another order, or pieces of 512 bytes. Directory entries are simplified:
a deleted file is gone at once. One process, one connection at a time (a Python VFS has no shared
memory): SQLite takes the exclusive locking mode.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from random import Random
from typing import cast

import apsw

SECTOR = 512
NAME = "multipleciphers-besace-power"
_OWN = NAME.removeprefix("multipleciphers-")

Write = tuple[int, bytes]
"""An offset and the bytes written there; bytes are empty for a truncation at the offset."""


class PowerCut(BaseException):
    """The machine is off. Not an `Exception`: no code of the product may swallow it."""


class Survival(StrEnum):
    """What of the writes not yet synced is found after the cut."""

    NONE = "none"
    PREFIX = "prefix"
    SUBSET = "subset"
    REORDERED = "reordered"
    TORN = "torn"
    ALL = "all"  # the process died, the machine did not


class File:
    """One file: what is seen, what is durable, and the writes in between."""

    def __init__(self, durable: bytes = b"") -> None:
        self.durable = bytearray(durable)
        self.seen = bytearray(durable)
        self.pending: list[Write] = []

    def write(self, data: bytes, offset: int) -> None:
        """Write where everybody sees it; durable later."""
        _put(self.seen, offset, data)
        self.pending.append((offset, data))

    def truncate(self, size: int) -> None:
        """Forget the end; durable later."""
        del self.seen[size:]
        self.pending.append((size, b""))

    def sync(self) -> None:
        """Make everything durable."""
        _apply(self.durable, self.pending)
        self.pending.clear()

    def cut(self, survival: Survival, random: Random) -> int:
        """Lose the power: keep what survives; return how many writes were in doubt."""
        doubtful = len(self.pending)
        _apply(self.durable, _SURVIVORS[survival](self.pending, random))
        self.pending = []
        self.seen = bytearray(self.durable)
        return doubtful


class Disk:
    """The files of one machine, and the moment its power goes.

    `lies` makes every sync an empty promise: a negative control.
    """

    def __init__(self, image: Mapping[str, bytes], random: Random, *, lies: bool = False) -> None:
        self.files = {name: File(content) for name, content in image.items()}
        self.syncs = 0
        self.cut_at: int | None = None  # number of the sync at which the power goes
        self.survival = Survival.NONE
        self.is_dead = False
        self.is_buried = False
        self.told: Callable[[str], None] = lambda _: None
        self._random = random
        self._lies = lies

    def image(self) -> dict[str, bytes]:
        """Return what a machine started again would find."""
        return {name: bytes(file.durable) for name, file in self.files.items()}

    def lose_power(self, why: str) -> None:
        """Cut now: the survivors are drawn, nothing is written any more. Always raises."""
        if not self.is_dead:
            self.is_dead = True
            doubtful = sum(f.cut(self.survival, self._random) for f in self.files.values())
            self.told(f"power lost {why}, {doubtful} writes in doubt, kept {self.survival}")
        raise PowerCut

    def bury(self) -> None:
        """Let what is left of the dead program put itself away without a word."""
        self.is_dead = self.is_buried = True

    def synced(self, file: File) -> None:
        """Make one file durable, unless the power goes first."""
        self.check_alive()
        self.syncs += 1
        if self.syncs == self.cut_at:
            self.lose_power(f"at sync {self.syncs}")
        if not self._lies:
            file.sync()

    def check_alive(self) -> None:
        """Raise `PowerCut` once the power is lost: nothing is written after."""
        if self.is_dead and not self.is_buried:
            raise PowerCut


class PowerVfs(apsw.VFS):
    """The VFS; `insert` puts another disk into the machine. Other files are the system's."""

    def __init__(self) -> None:
        super().__init__(_OWN, "unix")
        self._disk = Disk({}, Random(0))  # noqa: S311 - draws faults, not secrets

    def insert(self, disk: Disk) -> None:
        """Use a disk from now on; files already open stay on theirs."""
        self._disk = disk

    def xOpen(self, name: "str | apsw.URIFilename | None", flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is not None and "reference" in path:
            return apsw.VFSFile("unix", name, flags)
        disk = self._disk
        if path is None or path not in disk.files:
            if not flags[0] & apsw.SQLITE_OPEN_CREATE:
                raise apsw.CantOpenError
            disk.files[path or ""] = File()
        # SQLite asks for the methods only, not for the class.
        return cast("apsw.VFSFile", _Handle(disk, disk.files[path or ""]))

    def xDelete(self, name: str, _sync: bool) -> None:  # noqa: N802
        self._disk.check_alive()
        if not self._disk.is_buried:
            self._disk.files.pop(name, None)

    def xAccess(self, name: str, flags: int) -> bool:  # noqa: N802
        return name in self._disk.files or ("reference" in name and super().xAccess(name, flags))

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name


class _Handle:
    """An open file, as SQLite uses it. Alone on its disk: locks are always free."""

    def __init__(self, disk: Disk, file: File) -> None:
        self._disk = disk
        self._file = file

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return bytes(self._file.seen[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk.check_alive()
        if not self._disk.is_buried:
            self._file.write(bytes(data), offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._disk.check_alive()
        if not self._disk.is_buried:
            self._file.truncate(size)

    def xSync(self, _flags: int) -> None:  # noqa: N802
        if not self._disk.is_buried:
            self._disk.synced(self._file)

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._file.seen)

    def xLock(self, _level: int) -> None:  # noqa: N802
        """Grant it."""

    def xUnlock(self, _level: int) -> None:  # noqa: N802
        """Nothing was held."""

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, _op: int, _pointer: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return 0  # promises nothing: no safe append, no atomic write, no power-safe overwrite

    def xClose(self) -> None:  # noqa: N802
        """Closing makes nothing durable."""


def _put(content: bytearray, offset: int, data: bytes) -> None:
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


def _apply(content: bytearray, writes: Sequence[Write]) -> None:
    for offset, data in writes:
        if data:
            _put(content, offset, data)
        else:
            del content[offset:]


def _prefix(writes: Sequence[Write], random: Random) -> Sequence[Write]:
    return writes[: random.randint(0, len(writes))]


def _subset(writes: Sequence[Write], random: Random) -> Sequence[Write]:
    return [write for write in writes if random.random() < 0.5]


def _reordered(writes: Sequence[Write], random: Random) -> Sequence[Write]:
    kept = list(_subset(writes, random))
    random.shuffle(kept)
    return kept


def _torn(writes: Sequence[Write], random: Random) -> Sequence[Write]:
    """Keep each sector or not, whatever write it belongs to."""
    sectors: list[Write] = []
    for offset, data in writes:
        pieces = range(0, len(data), SECTOR) if data else (0,)
        sectors += [(offset + at, data[at : at + SECTOR]) for at in pieces]
    return _subset(sectors, random)


_SURVIVORS: Mapping[Survival, Callable[[Sequence[Write], Random], Sequence[Write]]] = {
    Survival.NONE: lambda writes, random: [],
    Survival.PREFIX: _prefix,
    Survival.SUBSET: _subset,
    Survival.REORDERED: _reordered,
    Survival.TORN: _torn,
    Survival.ALL: lambda writes, random: writes,
}
