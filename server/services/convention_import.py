"""Importing a table of conventions: read beside the one in use, compared, confirmed, undone.

Nothing a person sees changes before he confirms, and then all of it in one transaction (F-01, F-02,
E5, E9); letting go of a file that only adds confirms it. A file that is refused,
declined or stopped leaves the table in use as it is.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock

from server.core.country import Country
from server.core.errors import DamagedPractice, NotFound, StateConflict, TableRefused
from server.core.rights import Right
from server.countries.france.convention_names import (
    LONGEST_NAME,
    Kind,
    TableName,
    read_name,
    refuse_older,
)
from server.countries.france.convention_reader import BadRow, TableReader
from server.countries.france.convention_rows import FIELDS, UNIQUE, Convention, TableRow
from server.countries.france.wildcards import masks
from server.services.convention_rules import reader_for
from server.services.desk import Desk, needs
from server.store import convention_changes, conventions
from server.store.convention_changes import Changed
from server.store.conventions import Counts, Origin, State, Version

BATCH = 8_000
"""Rows written at a time: the file of the practice is free for others in between."""

PIECE = 65_536
LISTED = 50
"""Rows shown of each kind of difference; the others are counted."""

_READING = Lock()

Told = Callable[[int, int], None]
"""Called with the lines and the rows read so far."""


@dataclass(frozen=True, slots=True)
class Read:
    """What became of a file: the id of its version, to be confirmed, unless it is `already`."""

    id: str
    already: bool = False  # this very file is the table in use


class Stopped(Exception):
    """Somebody stopped the reading of a file: nothing of it is kept."""


class _Same(Exception):
    """A file that is the table in use: what was written of it is taken back."""

    def __init__(self, key: str) -> None:
        super().__init__("same")
        self.id = key


@dataclass(frozen=True, slots=True)
class Preview:
    """What a table would change, before anybody confirms."""

    version: Version
    replaced: Version | None
    bad: Sequence[BadRow]
    differences: Sequence[Changed]

    @property
    def changes(self) -> int:
        """How many conventions would differ."""
        return self.version.added + self.version.changed + self.version.ended


def pieces_of(content: bytes) -> Iterator[bytes]:
    """Cut what lies in memory into pieces."""
    return (content[at : at + PIECE] for at in range(0, len(content), PIECE))


@dataclass(frozen=True, slots=True)
class _Ears:
    """Where a file comes from, who is told how far it is, and who may stop it."""

    origin: Origin
    told: Told
    stop: Callable[[], bool]
    came_as: str


@needs(Right.SETTINGS)
def read(
    desk: Desk,
    name: str,
    pieces: Iterable[bytes],
    origin: Origin = Origin.MANUAL,
    told: Told = lambda lines, rows: None,
    stop: Callable[[], bool] = lambda: False,
    came_as: str = "",
) -> Read:
    """Read a file in constant memory; raise `TableRefused` with the reason, `Stopped` when told so.

    The same file twice says `already`. A newer file of the same table takes the place of one that
    still waited. `came_as` is the name of the file when a copy under another name is read.
    """
    desk.require_country(Country.FRANCE)
    wanted = read_name(name)
    in_use = conventions.active_of(desk.db, wanted.kind, wanted.family)
    refuse_older(wanted, in_use.day if in_use else None)
    if desk.damaged:
        raise DamagedPractice(reason="read_only")
    if not _READING.acquire(blocking=False):
        raise StateConflict(kind="convention_table", state=State.LOADING, wanted=State.PENDING)
    try:
        return _read(desk, wanted, pieces, _Ears(origin, told, stop, came_as))
    finally:
        _READING.release()


@needs(Right.SETTINGS)
def read_any(
    desk: Desk,
    name: str,
    pieces: Callable[[], Iterable[bytes]],
    told: Told = lambda lines, rows: None,
    stop: Callable[[], bool] = lambda: False,
    origin: Origin = Origin.MANUAL,
) -> Read:
    """Read a file somebody chose or was sent, whatever its prefix; raise as `read`.

    Where only the prefix of its name is wrong, a copy with the right name is read: the one
    confirmation that imports it says so (F-02, the user never renames by hand).
    """
    try:
        return read(desk, name, pieces(), origin, told, stop)
    except TableRefused as refused:
        proposed = str(refused.facts.get("proposed", ""))
        if not proposed:
            raise
        return read(desk, proposed, pieces(), origin, told, stop, came_as=name)


@needs(Right.SETTINGS)
def preview(desk: Desk, key: str) -> Preview:
    """Return what a file that was read would change; raise `NotFound`."""
    version = _version(desk, key)
    replaced = _replaced(desk, version)
    old = replaced.number if replaced else None
    return Preview(
        version,
        replaced,
        conventions.bad_rows(desk.db, version.number),
        convention_changes.differences(desk.db, version.kind, version.number, old, LISTED)
        if version.state is State.PENDING
        else (),
    )


@needs(Right.SETTINGS)
def confirm(desk: Desk, key: str) -> Version:
    """Make a table that was read the one in use; raise `StateConflict`, `TableRefused` if older."""
    version = _pending(desk, key)
    in_use = conventions.active_of(desk.db, version.kind, version.family)
    wanted = TableName(version.name, version.kind, version.family, version.day)
    refuse_older(wanted, in_use.day if in_use else None)
    after = {"sha256": version.sha256, "rows": version.rows}
    before = {"sha256": in_use.sha256} if in_use else None
    with desk.deed("convention.imported", "convention_table", key, after, before=before) as seq:
        conventions.activate(
            desk.db, version.number, in_use.number if in_use else None, desk.now, seq
        )
    return _version(desk, key)


@needs(Right.SETTINGS)
def confirm_if_it_only_adds(desk: Desk, key: str) -> bool:
    """Confirm a table that was read when nobody could lose by it; say whether it was.

    It adds rows, changes and ends none, every line could be read, and its name is the one it came
    under. Anything else waits for a person. Raise as `confirm`.
    """
    version = _pending(desk, key)
    if version.changed or version.ended or version.rejected or version.came_as:
        return False
    confirm(desk, key)
    return True


@needs(Right.SETTINGS)
def decline(desk: Desk, key: str) -> None:
    """Leave a table that was read: nothing changes; raise `StateConflict`."""
    version = _pending(desk, key)
    with desk.deed("convention.declined", "convention_table", key) as seq:
        conventions.move(desk.db, version.number, State.DECLINED, seq)


@needs(Right.SETTINGS)
def undo(desk: Desk, key: str) -> None:
    """Take the last import of a table back: the version before it holds again.

    Raise `StateConflict` for a table that is not in use.
    """
    version = _version(desk, key)
    if version.state is not State.ACTIVE or version.origin is Origin.HAND:
        raise StateConflict(kind="convention_table", state=version.state, wanted=State.ACTIVE)
    with desk.deed("convention.undone", "convention_table", key) as seq:
        conventions.move(desk.db, version.number, State.UNDONE, seq)
        if version.replaces is not None:
            conventions.move(desk.db, version.replaces, State.ACTIVE, seq)


@needs(Right.SETTINGS)
def log(desk: Desk, most: int = 30) -> Sequence[Version]:
    """Return the last files that came and what became of each, the newest first."""
    return conventions.log(desk.db, most)


@needs(Right.SETTINGS)
def sweep(desk: Desk) -> None:
    """Take away the rows nobody can need any more, some at a time; the log keeps its line.

    Whoever imports calls it once he has his answer: it may take as long as the import did.
    """
    for version in conventions.unswept(desk.db):
        while True:
            with desk.db:
                more = conventions.drop_some(desk.db, version.number, version.kind, BATCH)
            if not more:
                break
        with desk.db:
            if version.state is State.LOADING:
                conventions.forget(desk.db, version.number)
            else:
                conventions.swept(desk.db, version.number)


def _read(desk: Desk, wanted: TableName, pieces: Iterable[bytes], ears: _Ears) -> Read:
    reading = _Reading(desk, _new(desk, wanted, ears), reader_for(desk, wanted.kind), ears)
    try:
        return reading.read(pieces)
    except TableRefused as refused:
        reading.refuse(str(refused.facts["reason"]))
        raise TableRefused(**refused.facts, log=reading.new.id) from None
    except _Same as same:
        sweep(desk)
        return Read(same.id, already=True)
    except Stopped:
        sweep(desk)
        raise


@dataclass(slots=True)
class _Reading:
    """One file being read: a small one in one transaction, a large one in several."""

    desk: Desk
    new: Version
    reader: TableReader
    ears: _Ears
    number: int = 0  # of its table, 0 while nothing of it is kept
    masks: set[str] = field(default_factory=set)

    def read(self, pieces: Iterable[bytes]) -> Read:
        """Write the rows as they are read; the transaction of the last ones keeps the whole."""
        digest = hashlib.sha256()
        blocks = self._followed(pieces, digest.update)
        while True:
            begun, wrote = self.number, 0
            with self.desk.db:
                db = self.desk.db
                self.number = begun or conventions.begin(db, self.new, self.desk.device.id)
                for rows in blocks:
                    conventions.add(db, self.number, self.new.kind, rows)
                    wrote += len(rows)
                    if wrote >= BATCH:
                        break
                else:
                    self.reader.settle()
                    return self._keep(digest.hexdigest())

    def _followed(
        self, pieces: Iterable[bytes], update: Callable[[bytes], None]
    ) -> Iterator[list[TableRow]]:
        """Give the rows of a file, and tell how far it is read."""

        def seen() -> Iterator[bytes]:
            for piece in pieces:
                update(piece)
                yield piece

        for rows in self.reader.read(seen()):
            if self.ears.stop():
                raise Stopped()
            self.masks |= _shapes(rows)
            yield rows
            self.ears.told(self.reader.lines, self.reader.rows)

    def _keep(self, sha256: str) -> Read:
        """Keep a file that was read whole, to be confirmed; unless it says nothing new."""
        db, new = self.desk.db, self.new
        in_use = conventions.active_of(db, new.kind, new.family)
        if in_use and in_use.sha256 == sha256:
            raise _Same(in_use.id)
        if conventions.known(db, sha256, State.REPLACED):
            raise TableRefused(reason="replaced", name=new.name)
        with self.desk.deed(
            "convention.read", "convention_table", new.id, {"sha256": sha256}
        ) as seq:
            read = self.reader
            changes = (
                convention_changes.compare(db, new.kind, self.number, in_use.number, read.rows)
                if in_use
                else (read.rows, 0, 0)
            )
            counts = Counts(read.rows, read.rejected, read.elsewhere, *changes)
            conventions.decline_others(db, new, self.number, seq)
            conventions.add_bad(db, self.number, read.bad)
            conventions.finish(db, self.number, sha256, counts, self.masks, seq)
        return Read(new.id)

    def refuse(self, reason: str) -> None:
        """Write in the log that the file was refused, and why."""
        db, key = self.desk.db, self.new.id
        with self.desk.deed("convention.refused", "convention_table", key, reason=reason) as seq:
            held = conventions.version(db, key)
            number = held.number if held else conventions.begin(db, self.new, self.desk.device.id)
            conventions.add_bad(db, number, self.reader.bad)
            conventions.refuse(db, number, reason, seq)


def _shapes(rows: Sequence[TableRow]) -> set[str]:
    """Give the shapes of the criteria of unique management, by which rows are looked up.

    The rows of one block are all of one table.
    """
    if not rows or not isinstance(rows[0], Convention):
        return set()
    kind, criterion = (FIELDS[Kind.CONVENTIONS].index(name) for name in ("type", "criterion"))
    return {*masks([row[criterion] for row in rows if row[kind] == UNIQUE])}


def _new(desk: Desk, wanted: TableName, ears: _Ears) -> Version:
    return Version(
        0, desk.new_id(), wanted.kind, wanted.family, wanted.text, ears.came_as[:LONGEST_NAME],
        wanted.day, "", ears.origin,
        desk.now, desk.user.id, State.LOADING, "", 0, 0, 0, 0, 0, 0, None, None,
    )  # fmt: skip


def _version(desk: Desk, key: str) -> Version:
    found = conventions.version(desk.db, key)
    if found is None:
        raise NotFound(kind="convention_table")
    return found


def _pending(desk: Desk, key: str) -> Version:
    found = _version(desk, key)
    if found.state is not State.PENDING:
        raise StateConflict(kind="convention_table", state=found.state, wanted=State.PENDING)
    return found


def _replaced(desk: Desk, version: Version) -> Version | None:
    """Return the version this one replaces, or would."""
    if version.state is State.PENDING:
        return conventions.active_of(desk.db, version.kind, version.family)
    return None if version.replaces is None else conventions.numbered(desk.db, version.replaces)
