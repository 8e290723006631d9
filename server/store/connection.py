"""The one right way to open a practice file (`reliability-security.md` §2.1)."""

import threading
import time
from contextlib import suppress
from pathlib import Path
from weakref import WeakSet

import apsw

from server.core.errors import DamagedPractice, Locked, Missing, WrongKey
from server.store.keys import DatabaseKey

if getattr(apsw, "mc_version", None) is None:  # plain apsw would write the patients in clear
    raise Missing(what="apsw-sqlite3mc")

_PAUSE, _PATIENCE = 0.002, 5.0  # seconds

_IN_MEMORY = ("temp_store", "memory")
_PRAGMAS = (
    ("journal_mode", "wal"),
    ("synchronous", "full"),
    ("foreign_keys", "on"),
    _IN_MEMORY,
    ("trusted_schema", "off"),
    ("cell_size_check", "on"),
    ("secure_delete", "on"),
)


def connect(
    path: Path, key: DatabaseKey, disk: str | None = None, *, careful: bool = False
) -> apsw.Connection:
    """Open a practice file: cipher and raw key before any other statement, then the rest.

    `disk` names another disk than the system's: a SQLite VFS under the encryption layer. A
    `careful` connection never folds the log into the file when it closes: a file whose log may
    not be its own stays as it is. Raises `WrongKey` when the key does not open it,
    `DamagedPractice` when it is no practice or is not there: `found` makes a new one.
    """
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_URI
    try:
        db = apsw.Connection(str(path), flags=flags, vfs=disk)
    except apsw.CantOpenError:
        raise DamagedPractice(reason="missing") from None
    db.set_busy_handler(_wait_a_moment)
    fold_log(db, at_close=False)  # not before the key has opened it
    try:
        _unlock(db, key, shared=disk is None)
        for name, value in _PRAGMAS:
            db.pragma(name, value)
    except BaseException:
        db.close()
        raise
    db.transaction_mode = "IMMEDIATE"
    _assert_durable(db)
    fold_log(db, at_close=not careful)
    return db


def fold_log(db: apsw.Connection, *, at_close: bool) -> None:
    """Choose whether the last connection to close writes the log into the file."""
    db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0 if at_close else 1)


def found(path: Path, key: DatabaseKey) -> apsw.Connection:
    """Make a new empty practice file that its owner alone may read, and open it."""
    path.touch(mode=0o600, exist_ok=False)
    return connect(path, key)


def copy_target(path: Path, key: DatabaseKey) -> apsw.Connection:
    """Make a new file that pages are copied into, under a key of its own.

    Nothing is written beside it and nothing is durable: the caller syncs the whole file at the end.
    """
    path.touch(mode=0o600, exist_ok=False)
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        _unlock(db, key, shared=True)
        for name, value in (("journal_mode", "off"), ("synchronous", "off"), _IN_MEMORY):
            db.pragma(name, value)
    except BaseException:
        db.close()
        raise
    return db


def read_copy(path: Path, key: DatabaseKey) -> apsw.Connection:
    """Open a finished copy to read it: nothing is written beside it, not even on a locked stick.

    Raises `WrongKey` when the key does not open it, `DamagedPractice` when it is no practice.
    """
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    try:
        db = apsw.Connection(f"{path.absolute().as_uri()}?mode=ro&immutable=1", flags=flags)
    except apsw.CantOpenError:
        raise DamagedPractice(reason="missing") from None
    try:
        _unlock(db, key, shared=True)
        db.pragma(*_IN_MEMORY)
    except BaseException:
        db.close()
        raise
    return db


def _wait_a_moment(tries: int) -> bool:
    """Let another writer finish, at most five seconds; the sleep frees the other threads.

    SQLite's own busy timeout sleeps while this library holds the interpreter's lock, so that the
    thread it waits for cannot go on.
    """
    time.sleep(_PAUSE)
    return tries * _PAUSE < _PATIENCE


def _unlock(db: apsw.Connection, key: DatabaseKey, *, shared: bool) -> None:
    db.pragma("cipher", "chacha20")
    if db.pragma("key", f"raw:{key.raw.hex()}") != "ok":
        raise DamagedPractice(reason="cipher")
    if not shared:  # a disk handed in has no memory for connections to share
        db.pragma("locking_mode", "exclusive")
    try:
        db.execute("select count(*) from sqlite_master").fetchall()
    except apsw.NotADBError:
        raise WrongKey(slot="file", reason="wrong") from None
    except apsw.CorruptError:
        raise DamagedPractice(reason="pages") from None


def _assert_durable(db: apsw.Connection) -> None:
    """Check what was set: a pragma silently not taken loses acknowledged writes at a power cut."""
    if db.pragma("journal_mode") not in ("wal", "memory") or db.pragma("synchronous") != 2:
        raise DamagedPractice(reason="durability")


def is_encrypted(path: Path) -> bool:
    """Say whether the first bytes on disk are not those of a clear SQLite file."""
    with path.open("rb") as file:
        return not file.read(15).startswith(b"SQLite format 3")


class Pool:
    """One connection per thread to one practice; all closed at once when it is locked."""

    def __init__(
        self,
        path: Path,
        key: DatabaseKey,
        reference: Path | None = None,
        disk: str | None = None,
        *,
        writable: bool = True,
        first: apsw.Connection | None = None,
    ) -> None:
        """`first` is a connection that this thread has already opened, and the pool now closes."""
        self._path = path
        self._disk = disk
        self._key: DatabaseKey | None = key
        self._reference = reference
        self._writable = writable
        self._edition = 0
        self._mine = threading.local()
        self._all: WeakSet[apsw.Connection] = WeakSet()  # a thread that ends takes its own away
        self._guard = threading.Lock()
        if first is not None:
            self._take(first)

    def get(self) -> apsw.Connection:
        """Return this thread's connection; raise `Locked` once the pool is closed."""
        held: apsw.Connection | None = getattr(self._mine, "db", None)
        if held is not None and self._key is not None:
            if self._mine.edition != self._edition:
                self._renew(held)
            return held
        with self._guard:
            if self._key is None:
                raise Locked()
            db = connect(self._path, self._key, self._disk, careful=not self._writable)
            self._take(db)
        return db

    def _take(self, db: apsw.Connection) -> None:
        self._all.add(db)
        if self._reference is not None:
            attach_reference(db, self._reference)
        if not self._writable:
            _only_read(db)
        self._mine.db, self._mine.edition = db, self._edition

    def use_reference(self, reference: Path) -> None:
        """Attach another reference file: each thread does so at its next use."""
        with self._guard:
            self._reference = reference
            self._edition += 1

    def stop_writing(self) -> None:
        """Let every thread only read from its next use on: the file is damaged."""
        with self._guard:
            self._writable = False
            self._edition += 1

    def _renew(self, db: apsw.Connection) -> None:
        with self._guard:
            if self._reference is not None:
                db.execute("detach ref").fetchall()
                attach_reference(db, self._reference)
            if not self._writable:
                _only_read(db)
            self._mine.edition = self._edition

    def close(self) -> None:
        """Close every connection and forget the key."""
        with self._guard:
            self._key = None
            for db in tuple(self._all):
                with suppress(apsw.ThreadingViolationError):  # its own thread ends it with itself
                    db.close()
            self._all.clear()


def _only_read(db: apsw.Connection) -> None:
    """Refuse every write, and leave the log as it is when the practice is closed."""
    db.pragma("query_only", True)
    fold_log(db, at_close=False)


def attach_reference(db: apsw.Connection, reference: Path) -> None:
    """Attach the clear reference file, read-only, as schema `ref`."""
    db.execute("attach ? as ref key ''", (f"{reference.absolute().as_uri()}?mode=ro",)).fetchall()
