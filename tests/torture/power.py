"""L2: one practice file, many commits, and the power gone in the middle of them.

What a commit acknowledged must be found after every cut; what is found is a beginning of what was
written, in order, and the file is whole.

    python -m tests.torture.power COUNT
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic

import apsw

from server.store.connection import connect
from server.store.keys import DatabaseKey
from tests.torture.disk import NAME, Disk, PowerCut, Survival
from tests.torture.machine import vfs

CUTS = 3
_COMMITS = 25  # at most, between two cuts
_FILE = "/besace/power.db"
_KEY = DatabaseKey(bytes(range(32)))
_Prepare = Callable[[apsw.Connection], object]


@dataclass(frozen=True, slots=True)
class Care:
    """How carefully a disk and a connection keep what was acknowledged."""

    lies: bool = False
    synchronous: str = ""  # "" leaves what `connect` set


CAREFUL = Care()
CARELESS: Mapping[str, Care] = {
    "synchronous=NORMAL": Care(synchronous="normal"),
    "synchronous=OFF": Care(synchronous="off"),
    "lying disk": Care(lies=True),
}


def lose_power(seed: int, care: Care = CAREFUL) -> str:
    """Play one schedule of three cuts; return what is wrong, "" when nothing is."""
    random = Random(seed)  # noqa: S311 - draws faults, not secrets
    image = {_FILE: _founded()}
    written: list[bytes] = []
    acknowledged = 0
    for _ in range(CUTS):
        disk = Disk(image, random, lies=care.lies)
        disk.survival = random.choice([s for s in Survival if s is not Survival.ALL])
        disk.cut_at = random.randint(1, 2 * _COMMITS)
        try:
            db = _opened(disk, care, random)
            for _ in range(random.randint(1, _COMMITS)):
                acknowledged = _commit(db, written, random)
            disk.lose_power("between two commits")
        except (PowerCut, apsw.Error):
            if not disk.is_dead:
                raise
        _put_away(disk)
        image = disk.image()
        problem, found = _examine(image, written, acknowledged)
        if problem:
            return problem
        del written[found:]
        acknowledged = found
    return ""


def _founded() -> bytes:
    disk = Disk({_FILE: b""}, Random(0))  # noqa: S311 - no draw is made
    vfs().insert(disk)
    db = connect(Path(_FILE), _KEY, NAME)
    db.execute("create table kept (n integer primary key, bytes blob not null) strict").fetchall()
    db.close()
    return bytes(disk.files[_FILE].durable)


def _opened(disk: Disk, care: Care, random: Random) -> apsw.Connection:
    vfs().insert(disk)
    db = connect(Path(_FILE), _KEY, NAME)
    db.pragma("wal_autocheckpoint", random.choice((2, 8, 1_000)))
    if care.synchronous:
        db.pragma("synchronous", care.synchronous)
    return db


def _commit(db: apsw.Connection, written: list[bytes], random: Random) -> int:
    """Write one to three rows in one transaction; return how many rows are acknowledged."""
    rows = [random.randbytes(random.choice((20, 900, 9_000))) for _ in range(random.randint(1, 3))]
    first = len(written)
    written += rows
    with db:
        db.executemany(
            "insert into kept values (?, ?)", [(first + n, row) for n, row in enumerate(rows)]
        )
    return len(written)


def _put_away(disk: Disk) -> None:
    disk.bury()
    for db in apsw.connections():
        db.close(True)


def _examine(image: dict[str, bytes], written: list[bytes], acknowledged: int) -> tuple[str, int]:
    """Open what the cut left; return what is wrong, and how many rows there are."""
    disk = Disk(image, Random(0))  # noqa: S311 - no draw is made
    vfs().insert(disk)
    try:
        db = connect(Path(_FILE), _KEY, NAME)
        whole = db.pragma("quick_check")
        found = [bytes(row[0]) for row in db.execute("select bytes from kept order by n")]
    except Exception as error:  # noqa: BLE001 - any refusal to open is the finding
        return f"does not open: {type(error).__name__}", 0
    finally:
        _put_away(disk)
    if whole != "ok":
        return f"damaged: {whole}", 0
    if len(found) < acknowledged:
        return f"{acknowledged - len(found)} acknowledged rows lost", 0
    if found != written[: len(found)]:
        return "other rows than were written", 0
    return "", len(found)


def main(words: Sequence[str]) -> int:
    """Play so many schedules, then a tenth of them with each negative control; print the sums."""
    count = int(words[0])
    begun = monotonic()
    wrong = {seed: problem for seed in range(count) if (problem := lose_power(seed))}
    rate = count / (monotonic() - begun)
    told = [f"careful: {len(wrong)} of {count} schedules of {CUTS} cuts failed, {rate:.0f}/s"]
    told += [f"  seed {seed}: {problem}" for seed, problem in wrong.items()]
    for name, care in CARELESS.items():
        caught = sum(bool(lose_power(seed, care)) for seed in range(count // 10))
        told.append(f"{name}: {caught} of {count // 10} failed")
    sys.stdout.write("\n".join(told) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
