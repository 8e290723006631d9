"""Figure: a thousand sessions sealed into lots, beside the bare formatting and inserts.

The yardstick is taken from what a first sealing wrote: the same records from `%` templates on
ready mappings with their control digits, the same rows by `executemany`, one transaction per lot,
in a copy of the same encrypted file. It reads nothing and checks nothing.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from gc import collect
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from server.app.bench.figure import Figure
from server.app.bench.plain_lots import PlainLot, plain_lots, write_plainly
from server.app.bench.seal_practice import found, open_copy
from server.services import lots
from server.services.cabinet import Cabinet

PEOPLE, VISITS = 100, 10
_ROUNDS = 7


def run() -> list[Figure]:
    """Measure; the two works take turns, each on a fresh copy, and the best of each counts."""
    with TemporaryDirectory(prefix="besace-bench-") as folder:
        made = Path(folder)
        found(made, PEOPLE, VISITS)
        plain = _sealed_once(made)
        works: Mapping[str, Callable[[Cabinet], object]] = {
            "bare": lambda cabinet: write_plainly(cabinet.desk().db, plain),
            "ours": lambda cabinet: lots.seal_all(cabinet.desk()),
        }
        best = dict.fromkeys(works, float("inf"))
        for _ in range(_ROUNDS):
            for name, work in works.items():
                best[name] = min(best[name], _timed(made, work))
    return [Figure("seal.thousand_sessions", best["ours"] / best["bare"], 3.0, "lower", "×")]


def _sealed_once(made: Path) -> Sequence[PlainLot]:
    """Seal a copy and take from it what the bare work will write again."""
    taken: list[PlainLot] = []

    def seal_and_take(cabinet: Cabinet) -> None:
        _, refused = lots.seal_all(cabinet.desk())
        if refused:
            raise RuntimeError(f"{len(refused)} lots were not sealed")
        taken.extend(plain_lots(cabinet.desk().db))

    _timed(made, seal_and_take)
    return taken


def _timed(made: Path, work: Callable[[Cabinet], object]) -> float:
    """Return the seconds a work takes on a fresh copy of the practice, disk included."""
    with TemporaryDirectory(prefix="besace-bench-") as folder:
        shutil.copytree(made, folder, dirs_exist_ok=True)
        cabinet = open_copy(Path(folder))
        try:
            cabinet.desk()
            collect()
            start = perf_counter()
            work(cabinet)
            return perf_counter() - start
        finally:
            cabinet.lock()
