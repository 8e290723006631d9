"""What the doctor sees of a practice without opening it: its folder, the clock, its tables."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from server.app import reference
from server.app.findings import Finding, Grade
from server.core.clock import BRUSSELS
from server.core.errors import DamagedPractice
from server.core.keeping import LOCAL_AGE, SECOND_AGE
from server.services.doorstep import DATABASE
from server.settings import BUILT_ON

if TYPE_CHECKING:
    from server.store.keeps import Kept

_OTHERS = 0o077  # what the group and everybody else may do with a file
_SLACK = timedelta(minutes=10)  # as `server.core.clock` allows
_TARIFF = "be_tariff"


def look_at_practice(folder: Path, now: datetime) -> Iterator[Finding]:
    """Judge the clock, then the folder and the tables of the practice when there is one."""
    yield from look_at_clock(folder, now)
    yield from look_at_folder(folder, now)


def look_at_folder(folder: Path, now: datetime) -> Iterator[Finding]:
    """Judge the folder of a practice and its tables, when there is one."""
    if not (folder / DATABASE).exists():
        yield Finding("practice.none", facts={"folder": str(folder)})
        return
    yield from _modes(folder)
    yield from _encrypted(folder / DATABASE)
    yield from _health(folder)
    yield from _copies(folder, now)
    yield from _tariff(folder, now.astimezone(BRUSSELS).date())


def look_at_clock(folder: Path, now: datetime) -> Iterator[Finding]:
    """Find a clock that says earlier than this release, or than the last work in the practice."""
    earliest = datetime(BUILT_ON.year, BUILT_ON.month, BUILT_ON.day, tzinfo=BRUSSELS)
    for name in (DATABASE, f"{DATABASE}-wal"):
        if (folder / name).exists():
            worked = datetime.fromtimestamp((folder / name).stat().st_mtime, UTC) - _SLACK
            earliest = max(earliest, worked)
    told = {"now": f"{now.astimezone(BRUSSELS):%d/%m/%Y %H:%M}"}
    if now < earliest:
        yield Finding("clock.early", Grade.PROBLEM, told)
    else:
        yield Finding("clock.ok", facts=told)


def _modes(folder: Path) -> Iterator[Finding]:
    """Find what other accounts of this machine may read."""
    opened = [path for path in (folder, *folder.iterdir()) if path.stat().st_mode & _OTHERS]
    if opened:
        names = ", ".join(sorted(path.name for path in opened))
        yield Finding("practice.readable", Grade.PROBLEM, {"files": names, "folder": str(folder)})
    else:
        yield Finding("practice.private", facts={"folder": str(folder)})


def _encrypted(database: Path) -> Iterator[Finding]:
    from server.store.connection import is_encrypted

    if is_encrypted(database):
        yield Finding("practice.encrypted")
    else:
        yield Finding("practice.clear", Grade.PROBLEM)


def _health(folder: Path) -> Iterator[Finding]:
    """Find a file that cannot be a practice, or in which the last reading found damage."""
    from server.core.errors import DamagedPractice
    from server.services import checkups
    from server.store.soundness import check_shape

    try:
        check_shape(folder / DATABASE)
    except DamagedPractice:
        yield Finding("practice.broken", Grade.PROBLEM)
        return
    done = checkups.of_folder(folder).values()
    last = max((each.at for each in done), default=None)
    told = {"at": f"{last.astimezone(BRUSSELS):%d/%m/%Y %H:%M}"} if last else {}
    if not done:
        yield Finding("health.none")
    elif all(each.sound for each in done):
        yield Finding("health.ok", facts=told)
    else:
        yield Finding("health.damaged", Grade.PROBLEM, told)


def _tariff(folder: Path, today: date) -> Iterator[Finding]:
    """Find a tariff that has ended: what is done after it waits without a price."""
    ends = [x.valid_to for x in reference.versions(folder) if x.table == _TARIFF]
    if not ends:
        yield Finding("tariff.none", Grade.PROBLEM)
    elif None in ends:
        yield Finding("tariff.endless")
    else:
        last = date.fromisoformat(max(end for end in ends if end))
        grade = Grade.PROBLEM if last < today else Grade.WELL
        code = "tariff.ended" if last < today else "tariff.until"
        yield Finding(code, grade, {"end": f"{last:%d/%m/%Y}"})


def _copies(folder: Path, now: datetime) -> Iterator[Finding]:
    """Judge the copies by what was noted beside the practice, and by what still lies there."""
    from server.services.places import beside
    from server.store import keeps

    local = str(beside(folder))
    kept = {each.place: each for each in keeps.read(folder)}
    if local not in kept:
        yield Finding("backup.none", Grade.PROBLEM, {"place": local})
    for place, held in kept.items():
        age = LOCAL_AGE if place == local else SECOND_AGE
        yield _copy(held, age, now, there=place == local or Path(place).is_dir())


def _copy(held: "Kept", age: timedelta, now: datetime, *, there: bool) -> Finding:
    place = {"place": held.place}
    if held.troubled:
        return Finding("backup.bad", Grade.PROBLEM, {**place, "reason": held.troubled})
    if not held.newest:
        return Finding("backup.none", Grade.PROBLEM, place)
    at = datetime.fromisoformat(held.newest)
    told = {**place, "at": f"{at.astimezone(BRUSSELS):%d/%m/%Y %H:%M}"}
    if now - at > age:
        return Finding("backup.old", Grade.PROBLEM, told)
    if there and not _lies_there(Path(held.place), at):
        return Finding("backup.gone", Grade.PROBLEM, told)
    return Finding("backup.ok", facts=told)


def _lies_there(place: Path, at: datetime) -> bool:
    from server.store import backup, manifest

    for copy in backup.listed(place):
        with suppress(DamagedPractice):
            if manifest.read(copy).at == at:
                return True
    return False
